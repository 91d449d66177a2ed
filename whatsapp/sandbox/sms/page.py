"""The texts of everybody on one page: what came from the business, what became of it, and a line to answer."""

from aiohttp import web

from whatsapp.sandbox.graph import WORLD
from whatsapp.sandbox.phone import HEADERS, PAGES
from whatsapp.sandbox.sms.api import EXCHANGE
from whatsapp.sandbox.sms.records import Text

SHOWN = 200


def routes() -> list[web.RouteDef]:
    return [web.get("/sms", page), web.get("/phone/sms", texts)]


async def page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGES / "sms.html", headers=HEADERS)


async def texts(request: web.Request) -> web.Response:
    """{texts: newest first, people: who may write, numbers: to whom}."""
    exchange, world = request.app[EXCHANGE], request.app[WORLD]
    names = {f"+{c.phone}": c.name for c in world.customers.values() if c.phone}
    newest = list(exchange.texts.values())[: -SHOWN - 1 : -1]
    numbers = [number for account in exchange.accounts.values() for number in account.numbers]
    people = [{"phone": phone, "name": name} for phone, name in names.items()]
    return web.json_response({"texts": [_row(t, names) for t in newest], "people": people, "numbers": numbers})


def _row(text: Text, names: dict[str, str]) -> dict:
    is_inbound = text.direction == "inbound"
    phone, ours = (text.sender, text.to) if is_inbound else (text.to, text.sender)
    return {
        "sid": text.sid,
        "inbound": is_inbound,
        "name": names.get(phone, phone),
        "phone": phone,
        "ours": ours,
        "body": text.body,
        "status": text.status,
        "error": text.error_code,
        "at": text.at,
    }
