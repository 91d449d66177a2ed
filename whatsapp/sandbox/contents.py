"""Checks of a message's shape and limits, as the messages endpoint makes them (reference 2.3 to 2.13). Pure.

Each raises Refusal: 131008 for what is missing, 131009 for a value out of bounds, 100 for what is no parameter at all.
Lengths are counted in characters.
"""

import re
from collections.abc import Callable

from whatsapp.sandbox.refusals import Refusal

MEDIA = ("image", "video", "audio", "document", "sticker")
TYPES = ("text", *MEDIA, "location", "contacts", "reaction", "interactive", "template")
CALLBACK_LENGTH = 512
NAME_PARTS = ("first_name", "middle_name", "last_name", "prefix", "suffix")


def check(payload: dict) -> str:
    """Check everything that needs no memory; answers the message's type."""
    if payload.get("messaging_product") != "whatsapp":
        raise Refusal(100, "The parameter messaging_product is required.")
    kind = payload.get("type", "text")
    if kind not in TYPES:
        raise Refusal(100, f'Param type must be one of {{{", ".join(t.upper() for t in TYPES)}}} - got "{kind}".')
    if not payload.get("to") and not payload.get("recipient"):
        raise Refusal(131008, "Required parameter 'to' is missing.")
    _text_length("biz_opaque_callback_data", payload.get("biz_opaque_callback_data") or "-", CALLBACK_LENGTH)
    content = payload.get(kind)
    if not content or (kind != "contacts" and not isinstance(content, dict)):
        raise Refusal(131008, f"Parameter '{kind}' is mandatory for type '{kind}'.")
    CHECKS.get(kind, _media)(content, kind)
    _check_context(payload, kind)
    return kind


def _check_context(payload: dict, kind: str) -> None:
    context = payload.get("context")
    if context is None:
        return
    if kind == "reaction":
        raise Refusal(100, "Parameter 'context' is not allowed for type 'reaction'.")
    if not isinstance(context, dict) or not context.get("message_id"):
        raise Refusal(131008, "Required parameter 'context.message_id' is missing.")


def _need(value: object, name: str) -> object:
    if value in (None, "", [], {}):
        raise Refusal(131008, f"Required parameter '{name}' is missing.")
    return value


def _text_length(name: str, text: object, most: int, least: int = 1) -> str:
    if not isinstance(text, str) or not least <= len(text) <= most:
        raise Refusal(131009, f"{name} length invalid. Min length: {least}, Max length: {most}")
    return text


def _text(content: dict, _: str) -> None:
    body = _need(content.get("body"), "text.body")
    _text_length("Param text['body']", body, 4096)


def _media(content: dict, kind: str) -> None:
    check_media_object(content, kind)
    if "caption" in content:
        if kind in ("audio", "sticker"):
            raise Refusal(100, f'Unexpected key "caption" on param "{kind}".')
        _text_length(f"{kind}['caption']", content["caption"], 1024, 0)
    if content.get("voice") and kind != "audio":
        raise Refusal(100, f'Unexpected key "voice" on param "{kind}".')


def check_media_object(content: object, kind: str) -> None:
    """One of id and link; a link must be http or https."""
    if not isinstance(content, dict) or not (content.get("id") or content.get("link")):
        raise Refusal(131008, f"Parameter '{kind}' must have one of 'id' or 'link'.")
    if content.get("id") and content.get("link"):
        raise Refusal(131009, f"Parameter '{kind}' must have only one of 'id' and 'link'.")
    link = content.get("link")
    if link and not re.match(r"https?://[^\s/]+", str(link)):
        raise Refusal(131009, f"Parameter '{kind}.link' is not a valid URL.")


def _location(content: dict, _: str) -> None:
    for name, bound in (("latitude", 90), ("longitude", 180)):
        value = content.get(name)
        if value is None:
            raise Refusal(131008, f"Required parameter 'location.{name}' is missing.")
        try:
            degrees = float(value)
        except (TypeError, ValueError):
            raise Refusal(131009, f"Parameter 'location.{name}' is not a number.") from None
        if not -bound <= degrees <= bound:
            raise Refusal(131009, f"Parameter 'location.{name}' must be between -{bound} and {bound}.")


def _contacts(content: object, _: str) -> None:
    if not isinstance(content, list):
        raise Refusal(100, "Param contacts must be an array.")
    if len(content) > 257:
        raise Refusal(131009, "Contacts length invalid. Min length: 1, Max length: 257")
    for card in content:
        name = _need(card.get("name") if isinstance(card, dict) else None, "contacts.name")
        _need(name.get("formatted_name"), "contacts.name.formatted_name")
        if not any(name.get(part) for part in NAME_PARTS):
            raise Refusal(131009, f"contacts.name must have at least one of {', '.join(NAME_PARTS)}.")


def _reaction(content: dict, _: str) -> None:
    _need(content.get("message_id"), "reaction.message_id")
    emoji = content.get("emoji")
    if emoji is None:
        raise Refusal(131008, "Required parameter 'reaction.emoji' is missing.")
    if not isinstance(emoji, str) or len(emoji) > 16 or re.search(r"[A-Za-z]", emoji):
        raise Refusal(131009, "Parameter 'reaction.emoji' is not an emoji.")


# Interactive


def _interactive(content: dict, _: str) -> None:
    kind = _need(content.get("type"), "interactive.type")
    check_action = INTERACTIVE.get(kind)
    if check_action is None:
        raise Refusal(131009, f"Parameter 'interactive.type' has no such value: {kind}.")
    body = content.get("body") or {}
    _need(body.get("text"), "interactive.body.text")
    _text_length("Body text", body["text"], 4096 if kind == "list" else 1024)
    _frame(content, kind)
    check_action(_need(content.get("action"), "interactive.action"))


def _frame(content: dict, kind: str) -> None:
    footer, header = content.get("footer"), content.get("header")
    plain = kind in ("location_request_message", "request_contact_info", "contact_request")
    if plain and (footer or header):
        raise Refusal(131009, f"Parameters 'header' and 'footer' are not allowed for interactive type '{kind}'.")
    if footer:
        _text_length("Footer text", footer.get("text"), 60)
    if header:
        _header(header, kind)


def _header(header: dict, kind: str) -> None:
    shape = header.get("type")
    if shape == "text":
        _text_length("Header text", header.get("text"), 60)
    elif kind == "list" or shape not in ("image", "video", "document"):
        raise Refusal(131009, f"Header type '{shape}' is not allowed for interactive type '{kind}'.")
    else:
        check_media_object(header.get(shape), shape)


def _buttons(action: dict) -> None:
    buttons = _need(action.get("buttons"), "action.buttons")
    if not isinstance(buttons, list) or len(buttons) > 3:
        raise Refusal(131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [_need(b.get("reply"), "buttons.reply") for b in buttons]
    for reply in replies:
        _text_length("Button title", reply.get("title"), 20)
        _text_length("Button id", reply.get("id"), 256)
        if reply["id"] != reply["id"].strip():
            raise Refusal(131009, "Button id must not have leading or trailing spaces")
    _unique("Button ids", [r["id"] for r in replies])
    _unique("Button titles", [r["title"] for r in replies])


def _list(action: dict) -> None:
    _text_length("Button label", _need(action.get("button"), "action.button"), 20)
    sections = _need(action.get("sections"), "action.sections")
    if len(sections) > 10:
        raise Refusal(131009, "Invalid sections count. Min allowed sections: 1, Max allowed sections: 10")
    for section in sections:
        _need(section.get("rows"), "section.rows")
        if len(sections) > 1 or section.get("title"):
            _text_length("Section title", section.get("title"), 24)
    rows = [row for section in sections for row in section["rows"]]
    if len(rows) > 10:
        raise Refusal(131009, "Total row count exceed max allowed count: 10")
    for row in rows:
        _text_length("Row id", row.get("id"), 200)
        _text_length("Row title", row.get("title"), 24)
        _text_length("Row description", row.get("description") or "", 72, 0)
    _unique("Row ids", [r["id"] for r in rows])


def _unique(what: str, values: list[str]) -> None:
    if len(set(values)) < len(values):
        raise Refusal(131009, f"{what} must be unique")


def _link(action: dict) -> None:
    parameters = _need(action.get("parameters"), "action.parameters")
    _text_length("Display text", _need(parameters.get("display_text"), "action.parameters.display_text"), 20)
    url = _need(parameters.get("url"), "action.parameters.url")
    if not re.match(r"https?://[^\s/]+", str(url)):
        raise Refusal(131009, "Parameter 'action.parameters.url' is not a valid URL.")


def _flow(action: dict) -> None:
    parameters = _need(action.get("parameters"), "action.parameters")
    if not (parameters.get("flow_id") or parameters.get("flow_name")):
        raise Refusal(131008, "Required parameter 'action.parameters.flow_id' is missing.")
    _text_length("flow_cta", _need(parameters.get("flow_cta"), "action.parameters.flow_cta"), 30)


def _named_action(name: str) -> Callable[[dict], None]:
    def check_name(action: dict) -> None:
        if action.get("name") != name:
            raise Refusal(131009, f"Parameter 'action.name' must be '{name}'.")

    return check_name


def _any_action(action: dict) -> None:
    """Catalogue, payment and call messages: taken as they are (docs/sandbox.md names them as not imitated)."""


def _template(content: dict, _: str) -> None:
    _need(content.get("name"), "template.name")
    language = content.get("language")
    if not isinstance(language, dict) or not language.get("code"):
        raise Refusal(131008, "Required parameter 'template.language.code' is missing.")


CHECKS: dict[str, Callable] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
    "template": _template,
}
INTERACTIVE: dict[str, Callable[[dict], None]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "flow": _flow,
    "location_request_message": _named_action("send_location"),
    "contact_request": _named_action("request_contact_info"),
    "request_contact_info": _named_action("request_contact_info"),
    **dict.fromkeys(
        [
            "product",
            "product_list",
            "catalog_message",
            "order_details",
            "order_status",
            "address_message",
            "voice_call",
            "call_permission_request",
            "carousel",
        ],
        _any_action,
    ),
}
