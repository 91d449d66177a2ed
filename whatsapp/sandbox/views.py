"""How a message, a customer and a chat look to a phone: JSON for the page and for GET /control/messages."""

from whatsapp.sandbox.customer import options
from whatsapp.sandbox.media import KINDS
from whatsapp.sandbox.records import Chat, Customer, Message, Number
from whatsapp.sandbox.world import World

ON_THE_PHONE = ("delivered", "read", "played")


def view_message(world: World, message: Message) -> dict:
    """{id, number, customer, direction, type, body, at, status, reactions, quoted?, options, shown?, file?, ...}."""
    body = None if message.deleted else message.body
    return {
        "id": message.id,
        "number": message.number_id,
        "customer": message.customer_id,
        "direction": message.direction,
        "type": message.type,
        "body": body,
        "at": message.at,
        "status": message.status,
        "reactions": message.reactions,
        "quoted": _quoted(world, message),
        "options": options(message),
        "shown": message.shown,
        "file": _file(world, message.body) if message.type in KINDS else None,
        "header_file": _file(world, _header_media(message)),
        "error": message.error,
        "callback_data": message.callback_data,
        "edited": message.edited,
        "deleted": message.deleted,
    }


def is_on_phone(message: Message) -> bool:
    """Outbound messages reach the phone when they are delivered; reactions stand on their target instead."""
    return message.type != "reaction" and (message.direction == "in" or message.status in ON_THE_PHONE)


def _quoted(world: World, message: Message) -> dict | None:
    context = message.context or {}
    wamid = context.get("message_id") or context.get("id")
    target = world.messages.get(wamid) if wamid else None
    if target is None or message.type == "template":
        return None
    return {"id": target.id, "direction": target.direction, "words": words(target)}


def _header_media(message: Message) -> object:
    """The media object in the header of an interactive message or a template."""
    if message.type == "template":
        return (message.shown or {}).get("header", {}).get("media")
    header = message.body.get("header") if message.type == "interactive" and isinstance(message.body, dict) else None
    return (header or {}).get((header or {}).get("type"))


def _file(world: World, body: object) -> dict | None:
    """The stored file behind a media object: {id, mime_type, filename, size}."""
    known = body if isinstance(body, dict) else {}
    media = world.media.get(str(known.get("id") or known.get("fetched") or ""))
    if media is None:
        return None
    return {"id": media.id, "mime_type": media.mime_type, "filename": media.filename, "size": media.size}


def words(message: Message) -> str:
    """One line for lists and quotes."""
    if message.deleted:
        return "This message was deleted"
    body = message.body if isinstance(message.body, dict) else {}
    if message.type == "text":
        return body.get("body", "")
    if message.type == "template":
        return (message.shown or {}).get("body", "")
    if message.type == "interactive":
        reply = body.get(body.get("type"), {}) if message.direction == "in" else {}
        return reply.get("title") or reply.get("body") or (body.get("body") or {}).get("text", "")
    if message.type == "button":
        return body.get("text", "")
    names = {"image": "Photo", "video": "Video", "audio": "Audio", "sticker": "Sticker", "location": "Location"}
    label = names.get(message.type) or body.get("filename") or message.type.replace("_", " ").capitalize()
    return f"{label}: {body['caption']}" if body.get("caption") else label


def view_customer(customer: Customer) -> dict:
    keys = ("id", "name", "phone", "user_id", "username", "shares_phone", "language", "traits", "stranger")
    return {k: getattr(customer, k) for k in keys}


def view_number(number: Number) -> dict:
    prompts = number.automation.get("prompts") or []
    return {
        "id": number.id,
        "name": number.verified_name,
        "display": number.display_phone_number,
        "about": number.profile.get("about", ""),
        "prompts": prompts,
        "announces_edits": number.announces_edits,
    }


def view_chat(world: World, chat: Chat) -> dict:
    """A chat's head for lists: its newest message on the phone, and how many the customer has not read."""
    rows = [world.messages[i] for i in chat.messages if i in world.messages]
    rows = [m for m in rows if is_on_phone(m)]
    return {
        "number": chat.number_id,
        "customer": chat.customer_id,
        "newest": view_message(world, rows[-1]) if rows else None,
        "words": words(rows[-1]) if rows else "",
        "unread": sum(m.direction == "out" and m.status == "delivered" for m in rows),
        "typing_until": chat.typing_until,
        "window_until": chat.window_until,
    }
