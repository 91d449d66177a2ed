"""The control API: who there is, and what tests and tools tell the customers to do (docs/sandbox.md)."""

import base64
import binascii
from dataclasses import asdict

from aiohttp import web

from whatsapp.sandbox.customer import CustomerError, Customers
from whatsapp.sandbox.graph import OUTBOX, RECEIPTS, WORLD
from whatsapp.sandbox.records import TRAITS, Message

CUSTOMERS = web.AppKey("customers", Customers)

PERSON = ("id", "name", "phone", "user_id", "username", "shares_phone", "language", "traits")
NUMBER_SWITCHES = ("throughput", "announces_edits", "registered", "callback_url")
FILE_KEYS = ("caption", "voice", "kind", "quote", "at", "omit")
SAY_KEYS = ("at", "id", "omit", "context", "referral", "errors", "identity", "group_id", "from_parent_user_id")


def routes() -> list[web.RouteDef]:
    gets = {"health": health, "numbers": numbers, "customers": customers}
    posts = {
        "customers": add_customer,
        "say": say,
        "media": send_media,
        "tap": tap,
        "flow": finish_flow,
        "react": react,
    }
    posts |= {"edit": edit, "delete": delete, "open": open_chat, "close": close_chat, "read": read}
    posts |= {"change-number": change_number, "preference": prefer, "numbers": change_number_switches}
    return [
        *(web.get(f"/control/{path}", handler) for path, handler in gets.items()),
        *(web.post(f"/control/{path}", handler) for path, handler in posts.items()),
        web.post("/control/customers/{who}", change_customer),
    ]


async def read_json(request: web.Request) -> dict:
    body = await request.json() if request.can_read_body else {}
    if not isinstance(body, dict):
        raise CustomerError("The body must be a JSON object.")
    return body


def who(request: web.Request, body: dict) -> tuple:
    people = request.app[CUSTOMERS]
    return people.find(str(body.get("customer", ""))), people.number(str(body.get("number", "")))


def message_of(request: web.Request, body: dict) -> Message:
    message = request.app[WORLD].messages.get(str(body.get("message", "")))
    if message is None:
        raise CustomerError(f"There is no message {body.get('message')!r}.")
    return message


def told(message: Message) -> web.Response:
    return web.json_response({"id": message.id, "message": asdict(message)})


# What there is


async def health(request: web.Request) -> web.Response:
    world, outbox = request.app[WORLD], request.app[OUTBOX]
    return web.json_response(
        {
            "ok": True,
            "now": world.now(),
            "product_url": outbox.product_url,
            "webhooks_waiting": len(outbox.pending),
            "messages": len(world.messages),
        }
    )


async def numbers(request: web.Request) -> web.Response:
    """Each number with every secret that a product needs to be connected to it."""
    world = request.app[WORLD]
    rows = []
    for number in world.numbers.values():
        account = world.accounts[number.account_id]
        own = {"phone_number_id": number.id, "waba_id": account.id, "digits": number.digits}
        rows.append(
            {
                **asdict(number),
                **own,
                "account": asdict(account),
                **{
                    k: getattr(account, k)
                    for k in ("access_token", "app_secret", "app_id", "verify_token", "portfolio_id", "portfolio_name")
                },
            }
        )
    return web.json_response({"data": rows})


async def change_number_switches(request: web.Request) -> web.Response:
    body = await read_json(request)
    number = request.app[CUSTOMERS].number(str(body.get("number", "")))
    for key in NUMBER_SWITCHES:
        if key in body:
            setattr(number, key, body[key])
    number.fields |= body.get("fields") or {}
    request.app[WORLD].tell("number", number)
    return web.json_response(asdict(number))


async def customers(request: web.Request) -> web.Response:
    rows = [asdict(c) for c in request.app[WORLD].customers.values()]
    return web.json_response({"data": rows, "traits": list(TRAITS)})


async def add_customer(request: web.Request) -> web.Response:
    given = {k: v for k, v in (await read_json(request)).items() if k in PERSON}
    _check_traits(given)
    if not str(given.get("name", "")).strip():
        raise CustomerError("A customer needs a name.")
    return web.json_response(asdict(request.app[WORLD].add_customer(**given)), status=201)


async def change_customer(request: web.Request) -> web.Response:
    """Change name, username, language, traits or shares_phone (the phone: change-number)."""
    customer = request.app[CUSTOMERS].find(request.match_info["who"])
    given = await read_json(request)
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
    """{customer, number?, text} or {customer, number?, type, <type>: content}; SAY_KEYS may stand beside."""
    body = await read_json(request)
    customer, number = who(request, body)
    more = {k: body[k] for k in SAY_KEYS if k in body}
    people = request.app[CUSTOMERS]
    if "type" not in body and not str(body.get("text", "")).strip():
        raise CustomerError("There is nothing to send: give a text, or a type with its content.")
    kind = str(body.get("type", "text"))
    content = body.get(kind) if "type" in body else {"body": str(body["text"])}
    more.setdefault("context", people.quote(number, str(body.get("quote") or "")))
    return told(people.say(customer, number, kind, content, **more))


async def send_media(request: web.Request) -> web.Response:
    """Multipart (file, customer, ...) or JSON with `content` in base64, mime_type and filename; see FILE_KEYS."""
    if request.content_type == "multipart/form-data":
        form = await request.post()
        upload = form["file"]
        body = {k: v for k, v in form.items() if k != "file"}
        content, mime_type, filename = upload.file.read(), upload.content_type, upload.filename
        mime_type = str(body.get("mime_type") or mime_type)
    else:
        body = await read_json(request)
        content, mime_type, filename = _decoded(body), str(body["mime_type"]), str(body.get("filename", ""))
    customer, number = who(request, body)
    more = {k: body[k] for k in FILE_KEYS if body.get(k)}
    more["voice"] = str(more.get("voice", "")).lower() in ("true", "1", "on")
    return told(request.app[CUSTOMERS].send_file(customer, number, content, mime_type, filename, **more))


def _decoded(body: dict) -> bytes:
    try:
        return base64.b64decode(body["content"], validate=True)
    except binascii.Error:
        raise CustomerError("The file's content is no valid base64.") from None


async def tap(request: web.Request) -> web.Response:
    body = await read_json(request)
    message = message_of(request, body)
    people = request.app[CUSTOMERS]
    customer = people.find(str(body.get("customer") or message.customer_id))
    return told(people.tap(customer, message, str(body.get("choice", ""))))


async def finish_flow(request: web.Request) -> web.Response:
    body = await read_json(request)
    message = message_of(request, body)
    customer = request.app[WORLD].customers[message.customer_id]
    return told(request.app[CUSTOMERS].finish_flow(customer, message, body.get("answers") or {}))


async def react(request: web.Request) -> web.Response:
    body = await read_json(request)
    message = message_of(request, body)
    customer = request.app[WORLD].customers[message.customer_id]
    request.app[CUSTOMERS].react(customer, message, str(body.get("emoji") or ""))
    return told(message)


async def edit(request: web.Request) -> web.Response:
    body = await read_json(request)
    message = message_of(request, body)
    request.app[CUSTOMERS].edit(message, str(body.get("text", "")))
    return told(message)


async def delete(request: web.Request) -> web.Response:
    message = message_of(request, await read_json(request))
    request.app[CUSTOMERS].delete(message)
    return told(message)


async def open_chat(request: web.Request) -> web.Response:
    body = await read_json(request)
    customer, number = who(request, body)
    count = request.app[CUSTOMERS].open_chat(customer, number, str(body.get("viewer") or "control"))
    return web.json_response({"read": count})


async def close_chat(request: web.Request) -> web.Response:
    body = await read_json(request)
    request.app[CUSTOMERS].close_chat(str(body.get("viewer") or "control"))
    return web.json_response({"ok": True})


async def read(request: web.Request) -> web.Response:
    """Read one message {message}, or all of a chat {customer, number?}, without keeping the chat open."""
    body = await read_json(request)
    receipts = request.app[RECEIPTS]
    if body.get("message"):
        return web.json_response({"read": int(receipts.read(message_of(request, body)))})
    customer, number = who(request, body)
    return web.json_response({"read": receipts.read_chat(number.id, customer.id)})


async def change_number(request: web.Request) -> web.Response:
    body = await read_json(request)
    customer = request.app[CUSTOMERS].find(str(body.get("customer", "")))
    request.app[CUSTOMERS].change_number(customer, str(body["phone"]))
    return web.json_response(asdict(customer))


async def prefer(request: web.Request) -> web.Response:
    body = await read_json(request)
    customer, number = who(request, body)
    request.app[CUSTOMERS].prefer(customer, number, str(body.get("value", "")))
    return web.json_response(asdict(customer))
