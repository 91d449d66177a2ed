"""The Graph API's common ground: who asks, how bodies are read and errors written, faults, paging, fields."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

from whatsapp.sandbox.faults import Faults
from whatsapp.sandbox.media import MediaStore
from whatsapp.sandbox.rates import Rates
from whatsapp.sandbox.receipts import Receipts
from whatsapp.sandbox.records import Account
from whatsapp.sandbox.refusals import Refusal
from whatsapp.sandbox.reviews import Reviews
from whatsapp.sandbox.webhooks import Outbox
from whatsapp.sandbox.world import World

VERSION = r"/{version:v\d+\.\d+}"

WORLD = web.AppKey("world", World)
FAULTS = web.AppKey("faults", Faults)
OUTBOX = web.AppKey("outbox", Outbox)
MEDIA = web.AppKey("media", MediaStore)
RECEIPTS = web.AppKey("receipts", Receipts)
RATES = web.AppKey("rates", Rates)
REVIEWS = web.AppKey("reviews", Reviews)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def endpoint(on: str) -> Callable[[Handler], Handler]:
    """A Graph endpoint: Meta's error JSON for every refusal, and the faults that are set for `on`."""

    def wrap(handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            faults = request.app[FAULTS]
            if faults.set:
                return await _troubled(request, handler, faults, on)
            return await _answer(request, handler)

        return answer

    return wrap


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refusal as refusal:
        return web.json_response(refusal.body(), status=refusal.status)
    except (KeyError, AttributeError, TypeError, json.JSONDecodeError) as malformed:
        refusal = Refusal(100, f"Invalid parameter: {type(malformed).__name__} {malformed}")
        return web.json_response(refusal.body(), status=400)


async def _troubled(request: web.Request, handler: Handler, faults: Faults, on: str) -> web.StreamResponse:
    about = {"on": on, "number": request.match_info.get("node")}
    if latency := faults.take("latency", **about):
        await asyncio.sleep(latency.get("seconds", 0.05))
    if outage := faults.take("outage", **about):
        return _out_of_order(request, outage.get("how", "503"))
    if refuse := faults.take("refuse", **about):
        refusal = Refusal(refuse.get("code", 131000), refuse.get("details", ""), status=refuse.get("status"))
        return web.json_response(refusal.body(), status=refusal.status)
    answer = await _answer(request, handler)
    if answer.status == 200 and faults.take("drop_answer", **about):
        return _cut(request)
    if answer.status == 200 and (hang := faults.take("hang", **about)):
        await asyncio.sleep(hang.get("seconds", 3600))
    return answer


def _out_of_order(request: web.Request, how: str) -> web.Response:
    if how == "cut":
        return _cut(request)
    if how == "html":
        return web.Response(
            status=502, text="<html><body><h1>502 Bad Gateway</h1></body></html>", content_type="text/html"
        )
    return web.json_response(Refusal(2, "Service temporarily unavailable").body(), status=503)


def _cut(request: web.Request) -> web.Response:
    """Close the connection without a byte of answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def caller(request: web.Request) -> Account:
    """The account whose token came along. Raises Refusal 190."""
    words = request.headers.get("Authorization", "").split(None, 1)
    token = words[1].strip() if len(words) == 2 and words[0].lower() in ("bearer", "oauth") else ""
    token = token or request.query.get("access_token", "")
    world = request.app[WORLD]
    account = world.by_token.get(token) or _by_app_token(world, token)
    if account is None:
        words = "Invalid OAuth access token - Cannot parse access token" if token else "An access token is required"
        raise Refusal(190, words)
    return account


def _by_app_token(world: World, token: str) -> Account | None:
    """`app id|app secret` is an app's own token."""
    app_id, _, secret = token.partition("|")
    rows = (a for a in world.accounts.values() if a.app_id == app_id)
    return next((a for a in rows if secret and secrets.compare_digest(a.app_secret, secret)), None)


async def read_body(request: web.Request) -> dict:
    """JSON, form fields or query parameters, as the Graph API takes them. Raises Refusal 100 for no JSON object."""
    fields = {k: v for k, v in request.query.items() if k != "access_token"}
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return fields | dict(await request.post())
    raw = await request.read()
    if not raw.strip():
        return fields
    try:
        body = json.loads(raw)
    except (ValueError, UnicodeDecodeError):
        raise Refusal(100, "The request's body is no valid JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(100, "The request's body must be a JSON object.")
    return fields | body


def parsed(value: object) -> object:
    """A list or object that may have come as a JSON string: the Graph takes both. Raises Refusal 100."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise Refusal(100, "A parameter is no valid JSON.") from None


def base_url(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def success(**more) -> web.Response:
    return web.json_response({"success": True, **more})


def page(request: web.Request, rows: list, size: int = 25) -> dict:
    """One page of a list with cursors; `next` and `previous` only where there is more."""
    limit = _positive(request.query.get("limit"), size)
    start = _cursor(request.query.get("after"))
    if request.query.get("before"):
        start = max(0, _cursor(request.query["before"]) - limit - 1)
    shown = rows[start : start + limit]
    end = start + len(shown)
    paging = {"cursors": {"before": f"c{start + 1}", "after": f"c{end}"}} if shown else {}
    if end < len(rows):
        query = {**request.query, "limit": limit, "after": f"c{end}"}
        query.pop("before", None)
        paging["next"] = base_url(request) + str(request.rel_url.with_query(query))
    return {"data": shown, "paging": paging}


def _positive(text: str | None, usual: int) -> int:
    if text is None:
        return usual
    if not text.isdigit() or int(text) < 1:
        raise Refusal(100, "Param limit must be a positive number.")
    return min(int(text), 1000)


def _cursor(text: str | None) -> int:
    if not text:
        return 0
    if not text.startswith("c") or not text[1:].isdigit():
        raise Refusal(100, "Param after is no cursor of this list.")
    return int(text[1:])


def wanted_fields(request: web.Request, usual: tuple[str, ...]) -> list[str]:
    """The names in `?fields=a,b{c},d.x(1)`: top level only, arguments and sub-selections dropped."""
    text, names, depth, word = request.query.get("fields", ""), [], 0, ""
    for letter in text + ",":
        depth += (letter in "{(") - (letter in "})")
        if letter == "," and depth == 0:
            names.append(word.split(".", maxsplit=1)[0].split("{", maxsplit=1)[0].split("(", maxsplit=1)[0].strip())
            word = ""
        else:
            word += letter
    return [n for n in names if n] or list(usual)


def node(everything: dict, fields: list[str]) -> dict:
    """Only the asked fields, plus the id, as the Graph answers; unknown names are left out."""
    return {**{f: everything[f] for f in fields if everything.get(f) is not None}, "id": everything["id"]}
