"""The control API's other half: what Meta decides, what was said before, what was sent, what goes wrong."""

import contextlib
from collections import Counter
from dataclasses import asdict

from aiohttp import web

from whatsapp.sandbox.control import CUSTOMERS, message_of, read_json, told, who
from whatsapp.sandbox.customer import CustomerError, Customers
from whatsapp.sandbox.graph import FAULTS, MEDIA, OUTBOX, RATES, RECEIPTS, REVIEWS, WORLD
from whatsapp.sandbox.payloads import encode
from whatsapp.sandbox.records import Customer, Delivery, Message
from whatsapp.sandbox.refusals import fault
from whatsapp.sandbox.sms.api import CALLBACKS, EXCHANGE, SMS_FAULTS
from whatsapp.sandbox.views import view_message
from whatsapp.sandbox.world import World, new_wamid


def routes() -> list[web.RouteDef]:
    gets = {"sent": sent, "messages": messages, "webhooks": webhooks, "faults": faults, "settings": settings}
    gets |= {"templates": list_templates}
    posts = {"status": push_status, "window": set_window, "history": write_history, "raw": raw, "verify": verify}
    posts |= {"templates": change_template, "retry": retry_now, "faults": set_fault, "settings": change_settings}
    posts |= {"reset": reset}
    return [
        *(web.get(f"/control/{path}", handler) for path, handler in gets.items()),
        *(web.post(f"/control/{path}", handler) for path, handler in posts.items()),
        web.delete("/control/faults", clear_faults),
        web.delete("/control/faults/{id}", clear_faults),
    ]


# What is set up from outside


async def push_status(request: web.Request) -> web.Response:
    """{message, status, code?, details?, again?}: move a message on; `again` sends the webhook whatever its state."""
    body = await read_json(request)
    message, word = message_of(request, body), str(body.get("status", ""))
    error = fault(int(body.get("code", 131000)), str(body.get("details", ""))) if word == "failed" else None
    receipts = request.app[RECEIPTS]
    if body.get("again"):
        message.error = error or message.error
        receipts.report(message, word)
        return told(message)
    if not receipts.push(message, word, error):
        raise CustomerError(f"The message is {message.status} and can't become {word}: add again=true to repeat it.")
    return told(message)


async def set_window(request: web.Request) -> web.Response:
    """{customer, number?, closes_in}: the customer service window closes in so many seconds (0: is closed)."""
    body = await read_json(request)
    customer, number = who(request, body)
    world = request.app[WORLD]
    chat = world.chat(number.id, customer.id)
    chat.window_until = world.now() + float(body.get("closes_in", 0))
    world.changed()
    return web.json_response(asdict(chat))


async def write_history(request: web.Request) -> web.Response:
    """{messages: [{phone_number_id, phone or user_id, from, wamid, timestamp, kind, content}]}: the past.

    `from` is customer or business; content is {text} for kind text, else what stands under the kind's key. An unknown
    phone becomes a customer (`name`). Windows follow from the newest inbound message, as they would have.
    """
    body = await read_json(request)
    world, people = request.app[WORLD], request.app[CUSTOMERS]
    made = [_past(world, people, {**body, **row}) for row in body.get("messages") or []]
    for chat in world.chats.values():
        chat.messages.sort(key=lambda wamid: world.messages[wamid].at)
    return web.json_response({"ids": [m.id for m in made]})


def _past(world: World, people: Customers, row: dict) -> Message:
    number = people.number(str(row.get("phone_number_id") or row.get("number") or ""))
    customer = _remembered(world, people, row)
    kind = str(row.get("kind", "text"))
    content = row.get("content") or {}
    message = Message(
        id=row.get("wamid") or new_wamid(customer.phone),
        number_id=number.id,
        customer_id=customer.id,
        direction="in" if row.get("from", "customer") == "customer" else "out",
        type=kind,
        body={"body": str(content.get("text", ""))} if kind == "text" else content,
        at=float(row["timestamp"]),
        status=str(row.get("status") or "read"),
        shown=content.get("preview") if kind == "template" else None,
    )
    world.chat(number.id, customer.id).welcomed = True
    return world.messages.get(message.id) or world.keep(message)


def _remembered(world: World, people: Customers, row: dict) -> Customer:
    who = [str(row[k]) for k in ("user_id", "phone", "customer") if row.get(k)]
    for name in who:
        with contextlib.suppress(CustomerError):
            return people.find(name)
    if not row.get("phone"):
        raise CustomerError(f"There is no customer {' or '.join(who)!r}.")
    return world.add_customer(name=str(row.get("name") or f"+{row['phone']}"), phone=str(row["phone"]), stranger=True)


async def raw(request: web.Request) -> web.Response:
    """{number?, payload (any JSON) or body (text as it is), signature: good|bad}: POST exactly this to the product."""
    body = await read_json(request)
    number = request.app[CUSTOMERS].number(str(body.get("number", "")))
    text = str(body["body"]) if "body" in body else encode(body.get("payload")).decode("ascii")
    signature = str(body.get("signature", "good"))
    outbox = request.app[OUTBOX]
    delivery = outbox.put(number.account_id, "raw", None, number_id=number.id, raw=text, signature=signature)
    return web.json_response({"delivery": delivery.id if delivery else None})


async def verify(request: web.Request) -> web.Response:
    """Ask the product to verify its webhook, once for each account's verify token."""
    outbox, answers = request.app[OUTBOX], []
    for account in request.app[WORLD].accounts.values():
        url = outbox.url_for(account.id)
        ok, words = await outbox.verify(url, account.verify_token) if url else (False, "no product url")
        answers.append({"waba_id": account.id, "url": url, "ok": ok, "answer": words})
    return web.json_response({"verified": answers})


async def list_templates(request: web.Request) -> web.Response:
    return web.json_response({"data": [asdict(t) for t in request.app[WORLD].templates.values()]})


async def change_template(request: web.Request) -> web.Response:
    """{template: id, status?, quality?, category?, reason?}: what Meta decides about a template, with its webhook."""
    body = await read_json(request)
    template = request.app[WORLD].templates.get(str(body.get("template", "")))
    if template is None:
        raise CustomerError(f"There is no template {body.get('template')!r}.")
    request.app[REVIEWS].decide(template, **{k: v for k, v in body.items() if k != "template"})
    return web.json_response(asdict(template))


# What happened


async def sent(request: web.Request) -> web.Response:
    """What the business sent, oldest first. Filters: number, customer, type, status, callback, text, limit."""
    world, query = request.app[WORLD], request.query
    rows = [m for m in _found(request) if m.direction == "out"]
    wanted = {"type": "type", "status": "status", "callback": "callback_data"}
    for name, field in wanted.items():
        if query.get(name):
            rows = [m for m in rows if getattr(m, field) == query[name]]
    doubles = {k: n for k, n in world.sent_by_callback.items() if n > 1}
    shown = rows[-int(query.get("limit", 1000)) :]
    return web.json_response(
        {
            "count": len(rows),
            "data": [asdict(m) for m in shown],
            "callbacks": len(world.sent_by_callback),
            "doubles": doubles,
            "by_status": Counter(m.status for m in rows),
        }
    )


async def messages(request: web.Request) -> web.Response:
    """A chat (or all) both ways, oldest first, as the phone shows them."""
    rows = _found(request)
    return web.json_response({"data": [view_message(request.app[WORLD], m) for m in rows]})


def _found(request: web.Request) -> list[Message]:
    world, query, people = request.app[WORLD], request.query, request.app[CUSTOMERS]
    rows = list(world.messages.values())
    if query.get("customer"):
        customer = people.find(query["customer"])
        rows = [m for m in rows if m.customer_id == customer.id]
    if query.get("number"):
        number = people.number(query["number"])
        rows = [m for m in rows if m.number_id == number.id]
    if query.get("text"):
        rows = [m for m in rows if isinstance(m.body, dict) and query["text"] in str(m.body)]
    return rows


async def webhooks(request: web.Request) -> web.Response:
    """The last 1000 webhooks with their fate; ?state=pending|taken|given up, ?field=..."""
    outbox, query = request.app[OUTBOX], request.query
    rows: list[Delivery] = [d for d in outbox.log if query.get("state") in (None, d.state)]
    rows = [d for d in rows if query.get("field") in (None, d.field)]
    return web.json_response(
        {"waiting": len(outbox.pending), "held": len(outbox.held), "data": [asdict(d) for d in rows]}
    )


async def retry_now(request: web.Request) -> web.Response:
    """Don't wait for the next attempt: the product is back."""
    return web.json_response({"woken": request.app[OUTBOX].retry_now()})


# Faults, settings, reset


async def faults(request: web.Request) -> web.Response:
    return web.json_response({"data": request.app[FAULTS].set})


async def set_fault(request: web.Request) -> web.Response:
    body = await read_json(request)
    kind = str(body.pop("kind", ""))
    if body.get("customer"):
        body["customer"] = request.app[CUSTOMERS].find(str(body["customer"])).id
    return web.json_response(request.app[FAULTS].add(kind, **body), status=201)


async def clear_faults(request: web.Request) -> web.Response:
    which = request.match_info.get("id")
    request.app[FAULTS].clear(int(which) if which else None)
    request.app[OUTBOX].release()
    return web.json_response({"data": request.app[FAULTS].set})


async def settings(request: web.Request) -> web.Response:
    return web.json_response(request.app[WORLD].settings)


async def change_settings(request: web.Request) -> web.Response:
    world, given = request.app[WORLD], await read_json(request)
    if unknown := set(given) - set(world.settings):
        raise CustomerError(f"Unknown settings: {', '.join(sorted(unknown))}.")
    world.settings |= given
    world.changed()
    return web.json_response(world.settings)


async def reset(request: web.Request) -> web.Response:
    """Everything as at the first start: no chats, files, faults or waiting webhooks; settings as started."""
    app = request.app
    app[MEDIA].clear()
    app[WORLD].clear()
    app[FAULTS].clear()
    app[OUTBOX].clear()
    app[RATES].clear()
    for texts in (app[EXCHANGE], app[CALLBACKS], app[SMS_FAULTS]):
        texts.clear()
    app[WORLD].tell("reset", None)
    return web.json_response({"ok": True})
