"""The control API's part for SMS: what subscribers write, what was sent to them, what goes wrong (docs/sandbox.md)."""

from dataclasses import asdict

from aiohttp import web

from whatsapp.sandbox.control import CUSTOMERS, read_json
from whatsapp.sandbox.customer import CustomerError
from whatsapp.sandbox.sms.api import CALLBACKS, EXCHANGE, SMS_FAULTS
from whatsapp.sandbox.sms.records import Account, Text


def routes() -> list[web.RouteDef]:
    return [
        web.get("/control/sms/accounts", accounts),
        web.post("/control/sms/accounts", change_account),
        web.get("/control/sms/sent", sent),
        web.post("/control/sms/say", say),
        web.post("/control/sms/status", push_status),
        web.get("/control/sms/callbacks", callbacks),
        web.get("/control/sms/faults", faults),
        web.post("/control/sms/faults", set_fault),
        web.delete("/control/sms/faults", clear_faults),
    ]


async def accounts(request: web.Request) -> web.Response:
    """Each account with its secret and its numbers."""
    return web.json_response({"data": [asdict(a) for a in request.app[EXCHANGE].accounts.values()]})


async def change_account(request: web.Request) -> web.Response:
    """{sms_url?, per_second?}: where inbound texts go, and how many requests a second are taken."""
    body, account = await read_json(request), _account(request)
    for key in ("sms_url", "per_second"):
        if key in body:
            setattr(account, key, body[key])
    return web.json_response(asdict(account))


async def sent(request: web.Request) -> web.Response:
    """What the business sent, oldest first; filters to, body. `doubles`: callback addresses that came twice."""
    exchange, query = request.app[EXCHANGE], request.query
    rows = [t for t in exchange.texts.values() if t.direction != "inbound"]
    rows = [t for t in rows if query.get("to") in (None, t.to) and query.get("body", "") in t.body]
    doubles = {url: count for url, count in exchange.sent_by_callback.items() if count > 1}
    limit = int(query.get("limit", 1000))
    return web.json_response({"count": len(rows), "data": [asdict(t) for t in rows[-limit:]], "doubles": doubles})


async def say(request: web.Request) -> web.Response:
    """{customer or from, to?, text}: a subscriber writes to a number (default: the account's first)."""
    body = await read_json(request)
    text = str(body.get("text", ""))
    if not text.strip():
        raise CustomerError("There is nothing to send: give a text.")
    number = str(body.get("to") or _account(request).numbers[0])
    came = request.app[EXCHANGE].receive(_phone(request, body), number, text)
    request.app[CALLBACKS].receive(came)
    return web.json_response(asdict(came))


def _phone(request: web.Request, body: dict) -> str:
    if body.get("from"):
        return str(body["from"])
    return "+" + request.app[CUSTOMERS].find(str(body.get("customer", ""))).phone


async def push_status(request: web.Request) -> web.Response:
    """{sid, status, code?, signature?: bad}: report a status by hand, whatever the text stood at."""
    body = await read_json(request)
    text: Text | None = request.app[EXCHANGE].texts.get(str(body.get("sid", "")))
    if text is None:
        raise CustomerError(f"There is no text {body.get('sid')!r}.")
    await request.app[CALLBACKS].push(text, str(body["status"]), body.get("code"))
    return web.json_response(asdict(text))


async def callbacks(request: web.Request) -> web.Response:
    """The last calls to the product, with the status each was answered by."""
    return web.json_response({"data": [asdict(call) for call in request.app[CALLBACKS].log]})


async def faults(request: web.Request) -> web.Response:
    return web.json_response({"data": request.app[SMS_FAULTS].set})


async def set_fault(request: web.Request) -> web.Response:
    """As for WhatsApp: refuse, fail, outage, drop_answer, hang, latency, delay, repeat, lose; `customer` is a phone."""
    body = await read_json(request)
    return web.json_response(request.app[SMS_FAULTS].add(str(body.pop("kind", "")), **body), status=201)


async def clear_faults(request: web.Request) -> web.Response:
    request.app[SMS_FAULTS].clear()
    return web.json_response({"data": []})


def _account(request: web.Request) -> Account:
    return next(iter(request.app[EXCHANGE].accounts.values()))
