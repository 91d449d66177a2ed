"""The control API under /control/: what tests and tools tell the sandbox's customers and its faults to do (docs/sandbox.md)."""

import base64
import binascii
from collections import Counter
from dataclasses import asdict

from aiohttp import web

from whatsapp.sandbox.customer import CustomerError, Customers
from whatsapp.sandbox.graph import FAULTS, MEDIA, OUTBOX, RATES, RECEIPTS, REVIEWS, WORLD
from whatsapp.sandbox.payloads import encode
from whatsapp.sandbox.records import TRAITS, Customer, Delivery, Message
from whatsapp.sandbox.refusals import fault
from whatsapp.sandbox.views import view_message
from whatsapp.sandbox.world import World, new_wamid

CUSTOMERS = web.AppKey("customers", Customers)

PERSON = ("id", "name", "phone", "user_id", "username", "shares_phone", "language", "traits")
NUMBER_SWITCHES = ("throughput", "announces_edits", "registered", "callback_url")
FILE_KEYS = ("caption", "voice", "kind", "quote", "at", "omit")
SAY_KEYS = ("at", "id", "omit", "context", "referral", "errors", "identity", "group_id", "from_parent_user_id")


def routes() -> list[web.RouteDef]:
    gets = {"health": health, "numbers": numbers, "customers": customers, "sent": sent, "messages": messages}
    gets |= {"webhooks": webhooks, "faults": faults, "settings": settings, "templates": list_templates}
    posts = {
        "customers": add_customer,
        "say": say,
        "media": send_media,
        "tap": tap,
        "flow": finish_flow,
        "react": react,
    }
    posts |= {
        "edit": edit,
        "delete": delete,
        "open": open_chat,
        "close": close_chat,
        "read": read,
        "status": push_status,
    }
    posts |= {"change-number": change_number, "preference": prefer, "raw": raw, "verify": verify, "faults": set_fault}
    posts |= {"settings": change_settings, "reset": reset, "window": set_window, "history": write_history}
    posts |= {"templates": change_template, "numbers": change_number_switches, "retry": retry_now}
    return [
        *(web.get(f"/control/{path}", handler) for path, handler in gets.items()),
        *(web.post(f"/control/{path}", handler) for path, handler in posts.items()),
        web.post("/control/customers/{who}", change_customer),
        web.delete("/control/faults", clear_faults),
        web.delete("/control/faults/{id}", clear_faults),
    ]


async def _body(request: web.Request) -> dict:
    body = await request.json() if request.can_read_body else {}
    if not isinstance(body, dict):
        raise CustomerError("The body must be a JSON object.")
    return body


def _who(request: web.Request, body: dict) -> tuple:
    people = request.app[CUSTOMERS]
    return people.find(str(body.get("customer", ""))), people.number(str(body.get("number", "")))


def _message(request: web.Request, body: dict) -> Message:
    message = request.app[WORLD].messages.get(str(body.get("message", "")))
    if message is None:
        raise CustomerError(f"There is no message {body.get('message')!r}.")
    return message


def _told(message: Message) -> web.Response:
    return web.json_response({"id": message.id, "message": asdict(message)})


# What there is


async def health(request: web.Request) -> web.Response:
    world, outbox = request.app[WORLD], request.app[OUTBOX]
    return web.json_response({"ok": True, "product_url": outbox.product_url, "webhooks_waiting": len(outbox.pending),
                              "messages": len(world.messages)})  # fmt: skip


async def numbers(request: web.Request) -> web.Response:
    """Each number with every secret that a product needs to be connected to it."""
    world = request.app[WORLD]
    rows = []
    for number in world.numbers.values():
        account = world.accounts[number.account_id]
        own = {"phone_number_id": number.id, "waba_id": account.id, "digits": number.digits}
        rows.append({**asdict(number), **own, "account": asdict(account),
                     **{k: getattr(account, k) for k in ("access_token", "app_secret", "app_id", "verify_token",
                                                         "portfolio_id", "portfolio_name")}})  # fmt: skip
    return web.json_response({"numbers": rows})


async def change_number_switches(request: web.Request) -> web.Response:
    body = await _body(request)
    number = request.app[CUSTOMERS].number(str(body.get("number", "")))
    for key in NUMBER_SWITCHES:
        if key in body:
            setattr(number, key, body[key])
    number.fields |= body.get("fields") or {}
    request.app[WORLD].tell("number", number)
    return web.json_response(asdict(number))


async def customers(request: web.Request) -> web.Response:
    rows = [asdict(c) for c in request.app[WORLD].customers.values()]
    return web.json_response({"customers": rows, "traits": list(TRAITS)})


async def add_customer(request: web.Request) -> web.Response:
    given = {k: v for k, v in (await _body(request)).items() if k in PERSON}
    _check_traits(given)
    if not str(given.get("name", "")).strip():
        raise CustomerError("A customer needs a name.")
    return web.json_response(asdict(request.app[WORLD].add_customer(**given)), status=201)


async def change_customer(request: web.Request) -> web.Response:
    """Change name, username, language, traits or shares_phone (the phone: change-number)."""
    customer = request.app[CUSTOMERS].find(request.match_info["who"])
    given = await _body(request)
    _check_traits(given)
    for key in ("name", "username", "language", "traits", "shares_phone"):
        if key in given:
            setattr(customer, key, given[key])
    request.app[WORLD].tell("customer", customer)
    return web.json_response(asdict(customer))


def _check_traits(given: dict) -> None:
    traits = given.get("traits", {})
    if isinstance(traits, list):
        traits = given["traits"] = dict.fromkeys(traits, True)
    if unknown := set(traits) - set(TRAITS):
        raise CustomerError(f"Unknown traits: {', '.join(sorted(unknown))}. There are: {', '.join(TRAITS)}.")


# What customers do


async def say(request: web.Request) -> web.Response:
    """{customer, number?, text} or {customer, number?, type, <type>: content, ...}; see SAY_KEYS for what may stand beside."""
    body = await _body(request)
    customer, number = _who(request, body)
    more = {k: body[k] for k in SAY_KEYS if k in body}
    people = request.app[CUSTOMERS]
    if "type" not in body and not str(body.get("text", "")).strip():
        raise CustomerError("There is nothing to send: give a text, or a type with its content.")
    kind = str(body.get("type", "text"))
    content = body.get(kind) if "type" in body else {"body": str(body["text"])}
    more.setdefault("context", people.quote(number, str(body.get("quote") or "")))
    return _told(people.say(customer, number, kind, content, **more))


async def send_media(request: web.Request) -> web.Response:
    """Multipart (file, customer, number, caption, voice, kind) or JSON with `content` in base64, mime_type and filename."""
    if request.content_type == "multipart/form-data":
        form = await request.post()
        upload = form["file"]
        body = {k: v for k, v in form.items() if k != "file"}
        content, mime_type, filename = upload.file.read(), upload.content_type, upload.filename
        mime_type = str(body.get("mime_type") or mime_type)
    else:
        body = await _body(request)
        content, mime_type, filename = _decoded(body), str(body["mime_type"]), str(body.get("filename", ""))
    customer, number = _who(request, body)
    more = {k: body[k] for k in FILE_KEYS if body.get(k)}
    more["voice"] = str(more.get("voice", "")).lower() in ("true", "1", "on")
    return _told(request.app[CUSTOMERS].send_file(customer, number, content, mime_type, filename, **more))


def _decoded(body: dict) -> bytes:
    try:
        return base64.b64decode(body["content"], validate=True)
    except binascii.Error:
        raise CustomerError("The file's content is no valid base64.") from None


async def tap(request: web.Request) -> web.Response:
    body = await _body(request)
    message = _message(request, body)
    people = request.app[CUSTOMERS]
    customer = people.find(str(body.get("customer") or message.customer_id))
    return _told(people.tap(customer, message, str(body.get("choice", ""))))


async def finish_flow(request: web.Request) -> web.Response:
    body = await _body(request)
    message = _message(request, body)
    customer = request.app[WORLD].customers[message.customer_id]
    return _told(request.app[CUSTOMERS].finish_flow(customer, message, body.get("answers") or {}))


async def react(request: web.Request) -> web.Response:
    body = await _body(request)
    message = _message(request, body)
    customer = request.app[WORLD].customers[message.customer_id]
    request.app[CUSTOMERS].react(customer, message, str(body.get("emoji") or ""))
    return _told(message)


async def edit(request: web.Request) -> web.Response:
    body = await _body(request)
    message = _message(request, body)
    request.app[CUSTOMERS].edit(message, str(body.get("text", "")))
    return _told(message)


async def delete(request: web.Request) -> web.Response:
    message = _message(request, await _body(request))
    request.app[CUSTOMERS].delete(message)
    return _told(message)


async def open_chat(request: web.Request) -> web.Response:
    body = await _body(request)
    customer, number = _who(request, body)
    count = request.app[CUSTOMERS].open_chat(customer, number, str(body.get("viewer") or "control"))
    return web.json_response({"read": count})


async def close_chat(request: web.Request) -> web.Response:
    body = await _body(request)
    request.app[CUSTOMERS].close_chat(str(body.get("viewer") or "control"))
    return web.json_response({"ok": True})


async def read(request: web.Request) -> web.Response:
    """Read one message {message}, or all of a chat {customer, number?}, without keeping the chat open."""
    body = await _body(request)
    receipts = request.app[RECEIPTS]
    if body.get("message"):
        return web.json_response({"read": int(receipts.read(_message(request, body)))})
    customer, number = _who(request, body)
    return web.json_response({"read": receipts.read_chat(number.id, customer.id)})


async def push_status(request: web.Request) -> web.Response:
    """{message, status, code?, details?, again?}: move a message on; `again` sends the webhook whatever its state."""
    body = await _body(request)
    message, word = _message(request, body), str(body.get("status", ""))
    error = fault(int(body.get("code", 131000)), str(body.get("details", ""))) if word == "failed" else None
    receipts = request.app[RECEIPTS]
    if body.get("again"):
        message.error = error or message.error
        receipts.report(message, word)
        return _told(message)
    if not receipts.push(message, word, error):
        raise CustomerError(f"The message is {message.status} and can't become {word}: add again=true to repeat it.")
    return _told(message)


async def change_number(request: web.Request) -> web.Response:
    body = await _body(request)
    customer = request.app[CUSTOMERS].find(str(body.get("customer", "")))
    request.app[CUSTOMERS].change_number(customer, str(body["phone"]))
    return web.json_response(asdict(customer))


async def prefer(request: web.Request) -> web.Response:
    body = await _body(request)
    customer, number = _who(request, body)
    request.app[CUSTOMERS].prefer(customer, number, str(body.get("value", "")))
    return web.json_response(asdict(customer))


# What is set up from outside


async def set_window(request: web.Request) -> web.Response:
    """{customer, number?, closes_in}: the customer service window closes in so many seconds (0: is closed)."""
    body = await _body(request)
    customer, number = _who(request, body)
    world = request.app[WORLD]
    chat = world.chat(number.id, customer.id)
    chat.window_until = world.now() + float(body.get("closes_in", 0))
    world.changed()
    return web.json_response(asdict(chat))


async def write_history(request: web.Request) -> web.Response:
    """{customer, number?, messages: [{direction, at, type?, text? or <type>, id?, status?}]}: the past, told to nobody.

    Windows follow from the newest inbound message, as they would have.
    """
    body = await _body(request)
    customer, number = _who(request, body)
    world = request.app[WORLD]
    made = [_past(world, number.id, customer, row) for row in body.get("messages") or []]
    chat = world.chat(number.id, customer.id)
    chat.welcomed = True
    chat.messages.sort(key=lambda wamid: world.messages[wamid].at)
    return web.json_response({"ids": [m.id for m in made], "chat": asdict(chat)})


def _past(world: World, number_id: str, customer: Customer, row: dict) -> Message:
    direction = "in" if row.get("direction", "in") == "in" else "out"
    kind = str(row.get("type", "text"))
    content = row.get(kind) if kind in row and kind != "text" else {"body": str(row.get("text", ""))}
    message = Message(
        id=row.get("id") or new_wamid(customer.phone),
        number_id=number_id,
        customer_id=customer.id,
        direction=direction,
        type=kind,
        body=content,
        at=float(row["at"]),
        status=str(row.get("status") or "read"),
        shown=row.get("shown"),
    )
    return world.messages.get(message.id) or world.keep(message)


async def raw(request: web.Request) -> web.Response:
    """{number?, payload (any JSON) or body (text as it is), signature: good|bad}: POST exactly this to the product."""
    body = await _body(request)
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
    return web.json_response({"templates": [asdict(t) for t in request.app[WORLD].templates.values()]})


async def change_template(request: web.Request) -> web.Response:
    """{template: id, status?, quality?, category?, reason?}: what Meta decides about a template, with its webhook."""
    body = await _body(request)
    template = request.app[WORLD].templates.get(str(body.get("template", "")))
    if template is None:
        raise CustomerError(f"There is no template {body.get('template')!r}.")
    request.app[REVIEWS].decide(template, **{k: v for k, v in body.items() if k != "template"})
    return web.json_response(asdict(template))


# What happened


async def sent(request: web.Request) -> web.Response:
    """What the business sent, oldest first. Filters: number, customer, type, status, callback, text, since (message id)."""
    world, query = request.app[WORLD], request.query
    rows = [m for m in _found(request) if m.direction == "out"]
    wanted = {"type": "type", "status": "status", "callback": "callback_data"}
    for name, field in wanted.items():
        if query.get(name):
            rows = [m for m in rows if getattr(m, field) == query[name]]
    doubles = {k: n for k, n in world.sent_by_callback.items() if n > 1}
    shown = rows[-int(query.get("limit", 1000)) :]
    return web.json_response({"count": len(rows), "messages": [asdict(m) for m in shown],
                              "callbacks": len(world.sent_by_callback), "doubles": doubles,
                              "by_status": Counter(m.status for m in rows)})  # fmt: skip


async def messages(request: web.Request) -> web.Response:
    """A chat (or all) both ways, oldest first, as the phone shows them."""
    rows = _found(request)
    return web.json_response({"messages": [view_message(request.app[WORLD], m) for m in rows]})


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
        {"waiting": len(outbox.pending), "held": len(outbox.held), "webhooks": [asdict(d) for d in rows]}
    )


async def retry_now(request: web.Request) -> web.Response:
    """Don't wait for the next attempt: the product is back."""
    return web.json_response({"woken": request.app[OUTBOX].retry_now()})


# Faults, settings, reset


async def faults(request: web.Request) -> web.Response:
    return web.json_response({"faults": request.app[FAULTS].set})


async def set_fault(request: web.Request) -> web.Response:
    body = await _body(request)
    kind = str(body.pop("kind", ""))
    if body.get("customer"):
        body["customer"] = request.app[CUSTOMERS].find(str(body["customer"])).id
    return web.json_response(request.app[FAULTS].add(kind, **body), status=201)


async def clear_faults(request: web.Request) -> web.Response:
    which = request.match_info.get("id")
    request.app[FAULTS].clear(int(which) if which else None)
    request.app[OUTBOX].release()
    return web.json_response({"faults": request.app[FAULTS].set})


async def settings(request: web.Request) -> web.Response:
    return web.json_response(request.app[WORLD].settings)


async def change_settings(request: web.Request) -> web.Response:
    world, given = request.app[WORLD], await _body(request)
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
    app[WORLD].tell("reset", None)
    return web.json_response({"ok": True})
