"""POST /{phone number id}/messages: check, accept, and leave the rest to the receipts; read marks and typing."""

import asyncio

from aiohttp import web

from whatsapp.sandbox import contents, templates
from whatsapp.sandbox.graph import (
    FAULTS,
    MEDIA,
    OUTBOX,
    RATES,
    RECEIPTS,
    VERSION,
    WORLD,
    caller,
    endpoint,
    read_body,
    success,
)
from whatsapp.sandbox.media import KINDS, MediaStore, media_objects
from whatsapp.sandbox.receipts import fate
from whatsapp.sandbox.records import Customer, Message, Number
from whatsapp.sandbox.refusals import Refusal, fault
from whatsapp.sandbox.world import TYPING_SECONDS, World, new_wamid

REACTION_SECONDS = 30 * 24 * 3600


def routes() -> list[web.RouteDef]:
    return [
        web.post(VERSION + "/{node}/messages", send),
        web.post(VERSION + "/{node}/marketing_messages", send),
    ]


@endpoint("messages")
async def send(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    number = world.number_for(caller(request), request.match_info["node"], "post")
    payload = await read_body(request)
    if payload.get("status") == "read":
        return _mark_read(world, number, payload)
    message = _accept(request.app, number, payload)
    if request.app[FAULTS].set:
        await _status_first(request.app, message)
    request.app[RECEIPTS].follow(message)
    return web.json_response(_accepted(payload, message, world.customers[message.customer_id]))


def _accept(app: web.Application, number: Number, payload: dict) -> Message:
    world = app[WORLD]
    if not number.registered:
        raise Refusal(133010, "The phone number is not registered on the Cloud API.")
    kind = contents.check(payload)
    app[RATES].check_number(number.id, number.throughput)
    to = str(payload.get("to") or "")
    if to.lstrip("+") == number.digits:
        raise Refusal(131021, "The recipient is the sender.")
    customer = world.recipient(to, str(payload.get("recipient") or ""))
    _check_recipient(world, number, customer)
    message = _message(world, number, customer, kind, payload)
    _check_media(app[MEDIA], message)
    if world.settings["pair_rate"]:
        app[RATES].check_pair(number.id, customer.id)
    _decide_fate(world, app[FAULTS], message, customer)
    if kind == "reaction":
        _react(world, message)
    return world.keep(message)


def _check_recipient(world: World, number: Number, customer: Customer) -> None:
    if customer.id in number.blocked:
        raise Refusal(130403)
    if "not_allowed" in customer.traits or (world.settings["allow_list"] and customer.stranger):
        raise Refusal(131030)


def _message(world: World, number: Number, customer: Customer, kind: str, payload: dict) -> Message:
    content = payload[kind]
    category, shown = "service", None
    if kind == "template":
        language = content["language"]["code"]
        template = world.template_named(number.account_id, content["name"], language)
        shown = templates.check_send(template, content, language)
        category = shown.pop("category")
    return Message(
        id=new_wamid(customer.phone),
        number_id=number.id,
        customer_id=customer.id,
        direction="out",
        type=kind,
        body=content,
        at=world.now(),
        status="accepted",
        context=payload.get("context"),
        callback_data=payload.get("biz_opaque_callback_data") or "",
        addressed_by="phone" if payload.get("to") else "user_id",
        category=category,
        shown=shown,
    )


def _check_media(store: MediaStore, message: Message) -> None:
    """An id must be a living file of this very number, and of a type this kind of message takes."""
    for media in media_objects(message) if message.type != "text" else ():
        if not media.get("id"):
            continue
        kept = store.get(media["id"])
        if kept is None or kept.number_id != message.number_id:
            raise Refusal(100, f"Media id {media['id']} does not exist or belongs to another phone number.")
        kind = message.type if message.type in KINDS else ""
        if kind and kind != "document" and kept.mime_type.split(";")[0] not in KINDS[kind][0]:
            message.error = fault(131053, f"Media of type {kept.mime_type} can't be sent as {kind}.")


def _decide_fate(world: World, faults, message: Message, customer: Customer) -> None:
    is_open = world.window_open(message.number_id, customer.id)
    needs_window = message.type != "template"
    if needs_window and not is_open and world.settings["refuse_closed_window_at_once"]:
        raise Refusal(131047)
    met = fate(customer.traits, message.category == "marketing", is_open, needs_window)
    asked = faults.take("fail", on="messages", number=message.number_id, customer=customer.id) if faults.set else None
    if asked:
        met = fault(asked.get("code", 131000), asked.get("details", ""))
    message.error = met or message.error


def _react(world: World, message: Message) -> None:
    """Put the reaction on its target, or let it fail later (131009) where there is none."""
    target = world.messages.get(message.body["message_id"])
    alive = target and not target.deleted and target.type != "reaction" and target.customer_id == message.customer_id
    if not alive or target.at < world.now() - REACTION_SECONDS:
        message.error = message.error or fault(
            131009, "The message reacted to is unknown, deleted or older than 30 days."
        )
    elif not message.error:
        emoji = message.body["emoji"]
        target.reactions = {k: v for k, v in target.reactions.items() if k != "business"}
        target.reactions |= {"business": emoji} if emoji else {}
        world.tell("message", target)


async def _status_first(app: web.Application, message: Message) -> None:
    """On fault `status_first`: wait until the product has taken the `sent` status, or a second has passed."""
    if not app[FAULTS].take("status_first", on="messages"):
        return
    app[RECEIPTS].push(message, "sent")
    newest = app[OUTBOX].log[-1] if app[OUTBOX].log else None
    for _ in range(100):
        if newest is None or newest.state != "pending":
            return
        await asyncio.sleep(0.01)


def _accepted(payload: dict, message: Message, customer: Customer) -> dict:
    if message.addressed_by == "phone":
        contact = {"input": payload["to"], "wa_id": customer.phone}
    else:
        contact = {"input": payload["recipient"], "user_id": customer.user_id}
    row = {"id": message.id}
    if message.type == "template":
        row["message_status"] = "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [row]}


def _mark_read(world: World, number: Number, payload: dict) -> web.Response:
    """Blue ticks on this inbound message and all before it in its chat; typing for 25 seconds if asked."""
    message = world.messages.get(str(payload.get("message_id", "")))
    if message is None or message.number_id != number.id or message.direction != "in":
        raise Refusal(131009, "Parameter 'message_id' is no message received by this phone number.")
    chat = world.chat(number.id, message.customer_id)
    for wamid in chat.messages[: chat.messages.index(message.id) + 1]:
        earlier = world.messages[wamid]
        if earlier.direction == "in" and earlier.status != "read":
            earlier.status = "read"
            world.tell("message", earlier)
    if payload.get("typing_indicator"):
        chat.typing_until = world.now() + TYPING_SECONDS
        world.tell("typing", chat)
    return success()
