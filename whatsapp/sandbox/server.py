"""The sandbox's server: puts world, endpoints, outbox and pages together, in the foreground or in a thread."""

import asyncio
import contextlib
import json
import signal
import socket
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

from whatsapp.sandbox import (
    control,
    control_setup,
    graph_flows,
    graph_media,
    graph_messages,
    graph_nodes,
    graph_numbers,
    graph_templates,
    phone,
)
from whatsapp.sandbox.control import CUSTOMERS
from whatsapp.sandbox.customer import CustomerError, Customers
from whatsapp.sandbox.faults import Faults
from whatsapp.sandbox.graph import FAULTS, MEDIA, OUTBOX, RATES, RECEIPTS, REVIEWS, WORLD
from whatsapp.sandbox.media import MediaStore
from whatsapp.sandbox.rates import Rates
from whatsapp.sandbox.receipts import Receipts
from whatsapp.sandbox.reviews import Reviews
from whatsapp.sandbox.sms import api as sms_api
from whatsapp.sandbox.sms import control as sms_control
from whatsapp.sandbox.sms import page as sms_page
from whatsapp.sandbox.sms.api import CALLBACKS, EXCHANGE, SMS_FAULTS
from whatsapp.sandbox.sms.callbacks import Callbacks
from whatsapp.sandbox.sms.exchange import Exchange
from whatsapp.sandbox.state import StateFile
from whatsapp.sandbox.webhooks import Outbox
from whatsapp.sandbox.world import World

HOST = "127.0.0.1"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
WEBHOOK_PATH = "/webhooks/whatsapp/"
MAX_BODY = 101 * 1024 * 1024


@web.middleware
async def guard(request: web.Request, handler) -> web.StreamResponse:
    """Control and phone answer only to this machine's own pages: no foreign host name, no foreign origin."""
    if request.path.startswith(("/v", "/2010-04-01/")):
        return await handler(request)
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    origin = request.headers.get("Origin")
    if host not in LOOPBACK or (origin and origin != f"{request.scheme}://{request.host}"):
        return web.json_response({"error": "Only for pages of this very sandbox."}, status=403)
    try:
        return await handler(request)
    except (CustomerError, ValueError, KeyError, TypeError) as refused:
        words = f"Missing: {refused}" if isinstance(refused, KeyError) else str(refused)
        return web.json_response({"error": words}, status=400)


def make_app(product_url: str = "", state: Path | None = None, **settings) -> web.Application:
    """An application with its own world. `product_url`: where the product is (the webhook's path is added)."""
    app = web.Application(middlewares=[guard], client_max_size=MAX_BODY)
    world, faults = World(**settings), Faults()
    outbox = Outbox(world, faults, product_url.rstrip("/") + WEBHOOK_PATH if product_url else "")
    media = MediaStore(world, state.with_suffix(".media") if state else None)
    receipts = Receipts(world, outbox, media)
    app[WORLD], app[FAULTS], app[OUTBOX], app[MEDIA], app[RECEIPTS] = world, faults, outbox, media, receipts
    app[REVIEWS] = Reviews(world, outbox)
    app[RATES] = Rates(lambda: world.now())
    app[CUSTOMERS] = Customers(world, outbox, receipts, media)
    app[EXCHANGE], app[SMS_FAULTS] = Exchange(lambda: world.now(), world.changed), Faults()
    app[CALLBACKS] = Callbacks(world, app[EXCHANGE], app[SMS_FAULTS], product_url)
    for module in (
        graph_messages,
        graph_media,
        graph_templates,
        graph_numbers,
        graph_flows,
        graph_nodes,
        control,
        control_setup,
        phone,
        sms_api,
        sms_control,
        sms_page,
    ):
        app.add_routes(module.routes())
    app.cleanup_ctx.append(_run)
    if state:
        file = StateFile(state, world, outbox, app[EXCHANGE])
        app.cleanup_ctx.append(lambda _: _keep(file))
    return app


async def _run(app: web.Application):
    async with aiohttp.ClientSession() as session:
        app[MEDIA].session = session
        await app[OUTBOX].start()
        await app[CALLBACKS].start()
        yield
        await app[CALLBACKS].stop()
        await app[OUTBOX].stop()


async def _keep(file: StateFile):
    file.load()
    file.start()
    yield
    await file.stop()


async def serve(
    port: int, product_url: str = "", state: Path | None = None, ready=None, stopped=None, **settings
) -> None:
    """Serve on loopback until `stopped` (an asyncio.Event) is set, or cancelled. `ready(port)` once it listens."""
    with socket.create_server((HOST, port)) as listener:
        await _serve_on(listener, make_app(product_url, state, **settings), ready, stopped or asyncio.Event())


async def _serve_on(listener: socket.socket, app: web.Application, ready, stopped: asyncio.Event) -> None:
    """The port is taken before the state file is read: a second sandbox beside a running one touches nothing."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        port = runner.addresses[0][1]
        app[CUSTOMERS].url = f"http://{HOST}:{port}"
        app[RECEIPTS].resume()
        app[REVIEWS].resume()
        app[CALLBACKS].resume()
        if ready:
            ready(port)
        await stopped.wait()
    finally:
        await runner.cleanup()


def run(port: int, product_url: str = "", state: Path | None = None, ready=None, **settings) -> None:
    """The foreground process: until SIGTERM or Ctrl-C, then the state is written."""

    async def main() -> None:
        stopped = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stopped.set)
        await serve(port, product_url, state, ready, stopped, **settings)

    asyncio.run(main())


@dataclass
class Handle:
    """A sandbox in a thread: its address, and how to end it."""

    url: str
    port: int
    _loop: asyncio.AbstractEventLoop
    _stopped: asyncio.Event
    _thread: threading.Thread

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)


def start_in_thread(port: int = 0, product_url: str = "", state: Path | None = None, **settings) -> Handle:
    """Start on a free port (or `port`) and answer once it listens. Without `state` all is in memory."""
    begun: Future = Future()

    async def main() -> None:
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        await serve(port, product_url, state, lambda p: begun.set_result((p, loop, stopped)), stopped, **settings)

    def work() -> None:
        try:
            asyncio.run(main())
        except (OSError, ValueError, json.JSONDecodeError) as trouble:
            with contextlib.suppress(RuntimeError):
                begun.set_exception(trouble)

    thread = threading.Thread(target=work, name="sandbox", daemon=True)
    thread.start()
    chosen, loop, stopped = begun.result(10)
    return Handle(f"http://{HOST}:{chosen}", chosen, loop, stopped, thread)
