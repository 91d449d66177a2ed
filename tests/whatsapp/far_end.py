"""A small HTTP server on loopback whose answers a test writes down beforehand: the client meets a real transport."""

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int

    @property
    def json(self) -> object:
        return json.loads(self.body)


@dataclass
class FarEnd:
    """Answers in the order of `answers`; a test's last line checks `seen`."""

    server: ThreadingHTTPServer
    scheme: str = "http"
    answers: list[Callable] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    is_silent: threading.Event = field(default_factory=threading.Event)
    test_is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}"

    def answer(self, told: object = None, *, status: int = 200, raw: bytes | None = None, **headers: str) -> None:
        body = json.dumps(told).encode() if raw is None else raw
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append(lambda handler: reply(handler, status, body, named))

    def say_nothing(self) -> None:
        """Takes the request and keeps silent until the test is over."""

        def keep_silent(handler: BaseHTTPRequestHandler) -> None:
            self.is_silent.set()
            self.test_is_over.wait(30)

        self.answers.append(keep_silent)

    def break_off(self) -> None:
        """Promises more than it sends, then resets the connection."""
        self.answers.append(break_off)


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def break_off(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"messages": [')
    reset_on_close = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset_on_close)
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RD)


def started(context: SSLContext | None = None) -> FarEnd:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            length = int(self.headers.get("Content-Length", 0))
            seen = Seen(self.command, self.path, dict(self.headers), self.rfile.read(length), self.client_address[1])
            far_end.seen.append(seen)
            far_end.answers.pop(0)(self)

        do_POST = do_DELETE = do_GET

        def log_message(self, *args):
            """Silent: a test's output is its assertions."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    far_end = FarEnd(server, "https" if context else "http")
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return far_end


def stopped(far_end: FarEnd) -> None:
    far_end.test_is_over.set()
    far_end.server.shutdown()
    far_end.server.server_close()
