"""Content -> the JSON that Meta's messages endpoint takes (Meta: Cloud API, messages/send-messages)."""

import re

from whatsapp.content import (
    Button,
    Buttons,
    Contacts,
    Content,
    ContentError,
    Header,
    Link,
    ListMessage,
    Location,
    LocationRequest,
    Media,
    Reaction,
    Template,
    Text,
)

CALLBACK_DATA_LIMIT = 512
NOT_A_DIGIT = re.compile(r"[^0-9]")


def message(
    content: Content,
    *,
    to: str | None = None,
    recipient: str | None = None,
    quoted_wamid: str | None = None,
    callback_data: str | None = None,
) -> dict:
    """`to` is a phone number with its country code, `recipient` a business-scoped user id; with both Meta takes `to`.

    `callback_data` (up to 512 characters) comes back in every status of this message.
    Raises ContentError without a recipient, and for a file that was not uploaded yet.
    """
    kind, body = BODIES[type(content)](content)
    payload = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **addressed(to, recipient),
        "type": kind,
        kind: body,
    }
    # A reaction already names its message; Meta refuses one that quotes besides.
    if quoted_wamid and not isinstance(content, Reaction):
        payload["context"] = {"message_id": quoted_wamid}
    if callback_data:
        payload["biz_opaque_callback_data"] = checked_callback_data(callback_data)
    return payload


def read(wamid: str, typing: bool = False) -> dict:
    """Marks this inbound message and all before it as read; `typing` shows "typing…" until an answer or for 25 s."""
    payload = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    return payload | {"typing_indicator": {"type": "text"}} if typing else payload


def addressed(to: str | None, recipient: str | None) -> dict:
    """The plus sign matters: without it Meta may put the business's own country code in front."""
    digits = NOT_A_DIGIT.sub("", to or "")
    if not digits and not recipient:
        raise ContentError("to", "Nobody to send this to: neither a phone number nor a user id is known.")
    return ({"to": f"+{digits}"} if digits else {}) | ({"recipient": recipient} if recipient else {})


def checked_callback_data(callback_data: str) -> str:
    if len(callback_data) > CALLBACK_DATA_LIMIT:
        raise ContentError("callback_data", f"The callback data may have up to {CALLBACK_DATA_LIMIT} characters.")
    return callback_data


def text(content: Text) -> tuple[str, dict]:
    return "text", {"body": content.text, "preview_url": content.preview_url}


def media(content: Media) -> tuple[str, dict]:
    body = source(content)
    if content.caption:
        body["caption"] = content.caption
    if content.kind == "document" and content.filename:
        body["filename"] = content.filename
    if content.voice:
        body["voice"] = True
    return content.kind, body


def source(content: Media | Header) -> dict:
    if content.media_id:
        return {"id": content.media_id}
    if content.link:
        return {"link": content.link}
    raise ContentError("media_id", "This file was not uploaded to WhatsApp yet.")


def location(content: Location) -> tuple[str, dict]:
    place = {"latitude": content.latitude, "longitude": content.longitude}
    words = {"name": content.name, "address": content.address if content.name else ""}
    return "location", place | {key: value for key, value in words.items() if value}


def contacts(content: Contacts) -> tuple[str, list[dict]]:
    return "contacts", list(content.contacts)


def reaction(content: Reaction) -> tuple[str, dict]:
    return "reaction", {"message_id": content.target, "emoji": content.emoji}


def template(content: Template) -> tuple[str, dict]:
    body = {"name": content.name, "language": {"code": content.language}}
    return "template", body | ({"components": list(content.components)} if content.components else {})


def buttons(content: Buttons) -> tuple[str, dict]:
    return interactive("button", content, {"buttons": [reply_button(button) for button in content.buttons]})


def reply_button(button: Button) -> dict:
    return {"type": "reply", "reply": {"id": button.id, "title": button.title}}


def list_message(content: ListMessage) -> tuple[str, dict]:
    sections = [
        ({"title": section.title} if section.title else {}) | {"rows": [row.as_dict() for row in section.rows]}
        for section in content.sections
    ]
    return interactive("list", content, {"button": content.button, "sections": sections})


def link(content: Link) -> tuple[str, dict]:
    parameters = {"display_text": content.label, "url": content.url}
    return interactive("cta_url", content, {"name": "cta_url", "parameters": parameters})


def location_request(content: LocationRequest) -> tuple[str, dict]:
    kind = "location_request_message"
    return "interactive", {"type": kind, "body": {"text": content.text}, "action": {"name": "send_location"}}


def interactive(kind: str, content: Buttons | ListMessage | Link, action: dict) -> tuple[str, dict]:
    body = {"type": kind}
    if content.header:
        body["header"] = header(content.header)
    body["body"] = {"text": content.text}
    if content.footer:
        body["footer"] = {"text": content.footer}
    return "interactive", body | {"action": action}


def header(content: Header) -> dict:
    if content.type == "text":
        return {"type": "text", "text": content.text}
    return {"type": content.type, content.type: source(content)}


BODIES = {
    Text: text,
    Media: media,
    Location: location,
    Contacts: contacts,
    Buttons: buttons,
    ListMessage: list_message,
    Link: link,
    LocationRequest: location_request,
    Template: template,
    Reaction: reaction,
}
