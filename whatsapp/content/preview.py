"""One line of plain text for any stored content, known or not."""

PREVIEW_LIMIT = 200
NAMES = {
    "image": "Photo",
    "video": "Video",
    "audio": "Audio",
    "document": "Document",
    "sticker": "Sticker",
    "location": "Location",
    "contacts": "Contact card",
    "order": "Order",
    "template": "Template message",
    "flow_reply": "Form answer",
    "reaction": "Reaction",
    "unsupported": "Unsupported message",
    "unknown": "Unknown message",
}
WORDS = {
    "text": "text",
    "note": "text",
    "buttons": "text",
    "list": "text",
    "link": "text",
    "location_request": "text",
    "button_reply": "title",
    "list_reply": "title",
    "image": "caption",
    "video": "caption",
    "location": "name",
}


def preview(kind: str, content: object) -> str:
    """Never raises: a list row must be shown whatever the row holds. At most 200 characters, no line breaks."""
    stored = content if isinstance(content, dict) else {}
    words = SPECIAL[kind](stored) if kind in SPECIAL else words_of(stored, WORDS.get(kind, ""))
    return shortened(words) or NAMES.get(kind, "Message")


def words_of(stored: dict, key: str) -> str:
    value = stored.get(key)
    return value if isinstance(value, str) else ""


def shortened(words: str) -> str:
    line = " ".join(words[: PREVIEW_LIMIT * 20].split())
    return line if len(line) <= PREVIEW_LIMIT else f"{line[: PREVIEW_LIMIT - 1].rstrip()}…"


def audio(stored: dict) -> str:
    return "Voice message" if stored.get("voice") is True else "Audio"


def document(stored: dict) -> str:
    return words_of(stored, "caption") or words_of(stored, "filename")


def contact_cards(stored: dict) -> str:
    cards = stored.get("contacts")
    cards = cards if isinstance(cards, list) else []
    names = [card["name"] for card in cards if isinstance(card, dict) and isinstance(card.get("name"), dict)]
    shown = [name for name in (words_of(name, "formatted_name") for name in names) if name]
    return ", ".join(shown[:3])


def template(stored: dict) -> str:
    filled = stored.get("preview")
    return words_of(filled, "body") if isinstance(filled, dict) else ""


def reaction(stored: dict) -> str:
    emoji = words_of(stored, "emoji")
    return f"Reacted {emoji}" if emoji else "Reaction removed"


SPECIAL = {
    "audio": audio,
    "document": document,
    "contacts": contact_cards,
    "template": template,
    "reaction": reaction,
}
