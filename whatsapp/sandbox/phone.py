"""The customers' phones: one page, its files, a live stream of what happens, and the media that chats show."""

import asyncio
import json
from pathlib import Path

from aiohttp import web

from whatsapp.sandbox.control import CUSTOMERS
from whatsapp.sandbox.graph import MEDIA, WORLD
from whatsapp.sandbox.records import Chat, Customer, Message, Number
from whatsapp.sandbox.views import is_on_phone, view_chat, view_customer, view_message, view_number
from whatsapp.sandbox.world import World

PAGES = Path(__file__).parent / "pages"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
SHOWN_IN_PLACE = ("image/jpeg", "image/png", "image/webp", "image/gif", "video/", "audio/")
QUEUE_LENGTH = 500
BEAT_SECONDS = 15
PEOPLE = 200
CHAT_LENGTH = 300


def routes() -> list[web.RouteDef]:
    return [
        web.get("/", page),
        web.get("/phone/files/{name}", file),
        web.get("/phone/state", state),
        web.get("/phone/chat", chat),
        web.get("/phone/stream", stream),
        web.get("/phone/media/{id}", media),
    ]


async def page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGES / "phone.html", headers=HEADERS)


async def file(request: web.Request) -> web.FileResponse:
    """A script or style of the page; only names that lie in its folder."""
    known = {p.name: p for p in PAGES.iterdir() if p.suffix in (".js", ".css", ".svg")}
    if request.match_info["name"] not in known:
        raise web.HTTPNotFound
    return web.FileResponse(known[request.match_info["name"]], headers=HEADERS)


async def state(request: web.Request) -> web.Response:
    """Everybody, every number, and the head of every chat."""
    world = request.app[WORLD]
    busy = {c.customer_id for c in world.chats.values()}
    people = [c for c in world.customers.values() if not c.stranger or c.id in busy]
    heads = [view_chat(world, c) for c in world.chats.values() if c.messages or c.typing_until > world.now()]
    return web.json_response(
        {
            "customers": [view_customer(c) for c in people[-PEOPLE:]],
            "numbers": [view_number(n) for n in world.numbers.values()],
            "chats": heads,
        }
    )


async def chat(request: web.Request) -> web.Response:
    """The last messages of one chat, as its phone shows them."""
    world, people = request.app[WORLD], request.app[CUSTOMERS]
    customer, number = people.find(request.query.get("customer", "")), people.number(request.query.get("number", ""))
    held = world.chats.get((number.id, customer.id)) or Chat(number.id, customer.id)
    rows = [world.messages[i] for i in held.messages[-CHAT_LENGTH:] if i in world.messages]
    shown = [view_message(world, m) for m in rows if is_on_phone(m)]
    return web.json_response({"chat": view_chat(world, held), "messages": shown})


async def stream(request: web.Request) -> web.StreamResponse:
    """Server-sent events: message, chat, customer, number, reset. A page that reads too slowly is cut."""
    world, viewer = request.app[WORLD], request.query.get("viewer", "")
    queue: asyncio.Queue[tuple[str, object]] = asyncio.Queue(QUEUE_LENGTH)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    listener = _listener(world, queue)
    world.listeners.append(listener)
    try:
        await response.write(b"retry: 500\nevent: hello\ndata: {}\n\n")
        while not queue.full():
            await response.write(await _next_event(queue))
    except (ConnectionResetError, asyncio.CancelledError):
        pass
    finally:
        world.listeners.remove(listener)
        world.viewers.pop(viewer, None)
    return response


async def _next_event(queue: asyncio.Queue) -> bytes:
    try:
        name, subject = await asyncio.wait_for(queue.get(), BEAT_SECONDS)
    except TimeoutError:
        return b": still here\n\n"
    return f"event: {name}\ndata: {json.dumps(subject)}\n\n".encode()


def _listener(world: World, queue: asyncio.Queue):
    def listen(news: str, subject: object) -> None:
        if not queue.full():
            for name, view in _views(world, news, subject):
                if not queue.full():
                    queue.put_nowait((name, view))

    return listen


def _views(world: World, news: str, subject: object) -> list[tuple[str, object]]:
    if isinstance(subject, Message):
        held = world.chats[subject.number_id, subject.customer_id]
        head = ("chat", view_chat(world, held))
        return [("message", view_message(world, subject)), head] if is_on_phone(subject) else []
    if isinstance(subject, Chat):
        return [("chat", view_chat(world, subject))]
    if isinstance(subject, Customer):
        return [("customer", view_customer(subject))]
    if isinstance(subject, Number):
        return [("number", view_number(subject))]
    return [(news, {})]


async def media(request: web.Request) -> web.Response:
    """A chat's file. What a browser might run is never shown in place, only offered to keep."""
    store = request.app[MEDIA]
    kept = request.app[WORLD].media.get(request.match_info["id"])
    if kept is None or not store.has(kept):
        raise web.HTTPNotFound
    mime_type = kept.mime_type.split(";")[0]
    headers = {"Content-Type": mime_type, "X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if not mime_type.startswith(SHOWN_IN_PLACE):
        headers |= {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment"}
    return web.Response(body=store.read(kept), headers=headers)
