"""What search finds of a message: its text, caption, titles, names. Pure; stored content may be odd, so be lenient."""

FIELDS = {
    "text": ("text",),
    "note": ("text",),
    "image": ("caption",),
    "video": ("caption",),
    "audio": ("caption",),
    "document": ("caption", "filename"),
    "location": ("name", "address"),
    "buttons": ("text",),
    "list": ("text",),
    "link": ("text",),
    "location_request": ("text",),
    "button_reply": ("title",),
    "list_reply": ("title", "description"),
    "flow_reply": ("body",),
    "order": ("text",),
}


def searchable(kind: str, content: dict) -> str:
    """One text, parts on lines of their own; "" when there are no words."""
    if kind == "contacts":
        parts = _card_names(content)
    elif kind == "template":
        parts = [_dict(content.get("preview")).get("body")]
    else:
        parts = [content.get(name) for name in FIELDS.get(kind, ())]
    return "\n".join(part for part in parts if isinstance(part, str) and part)


def _card_names(content):
    cards = content.get("contacts")
    named = [_dict(_dict(card).get("name")) for card in (cards if isinstance(cards, list) else [])]
    return [name.get("formatted_name") for name in named]


def _dict(value):
    return value if isinstance(value, dict) else {}
