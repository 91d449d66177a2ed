"""A stored message as the request that Meta gets."""

import re
from dataclasses import replace

from inbox.models import Identity, Message, Reception
from whatsapp import content as contents
from whatsapp import payloads
from whatsapp.content import ContentError, Media, Template, Text

CALLBACK = re.compile(r"m:([0-9]{1,18})")
MARKS = re.compile(r"[*_~`\s]+")


def payload(message):
    """Graph JSON of a message whose thread, author and quoted message are at hand. Raises ContentError."""
    content = _with_file(contents.load(message.kind, message.content), message)
    return payloads.message(
        _with_name(content, message),
        **_address(message.thread),
        quoted_wamid=message.quoted_wamid or None,
        callback_data=callback_data(message),
    )


def callback_data(message):
    """Comes back in every receipt, so that one finds its message even if our connection broke before the answer."""
    return f"m:{message.pk}"


def message_id_in(callback):
    """The id of our message in a receipt's callback data, or None."""
    found = CALLBACK.fullmatch(callback)
    return int(found[1]) if found else None


def _address(thread):
    identity = thread.reply_identity
    if identity is None:
        return {"to": thread.contact.phone}
    return {"recipient" if identity.kind == Identity.Kind.BSUID else "to": identity.value}


def _with_file(content, message):
    """The file as the message itself, or as the header of a template or of buttons."""
    attachment = next(iter(message.attachments.all()), None)
    if attachment is None:
        return content
    if isinstance(content, Media):
        return replace(content, media_id=attachment.media_id)
    if isinstance(content, Template):
        return replace(content, components=tuple(_with_header(part, attachment) for part in content.components))
    return replace(content, header=replace(content.header, media_id=attachment.media_id, link=""))


def _with_header(component, attachment):
    if str(component.get("type", "")).lower() != "header":
        return component
    named = {"filename": attachment.filename} if attachment.kind == "document" else {}
    file = {"id": attachment.media_id, **named}
    return {**component, "parameters": [{"type": attachment.kind, attachment.kind: file}]}


def _with_name(content, message):
    """The agent's name above text and captions, where the number shows it and the name still fits."""
    if message.author_kind != Message.Author.AGENT or not Reception.of(message.thread.number).shows_agent_name:
        return content
    heading = f"*{MARKS.sub(' ', message.author.get_short_name()).strip()}:*\n"
    try:
        if isinstance(content, Text):
            return replace(content, text=heading + content.text)
        if isinstance(content, Media) and content.caption:
            return replace(content, caption=heading + content.caption)
    except ContentError:
        return content
    return content
