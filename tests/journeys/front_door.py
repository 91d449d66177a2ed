"""Where the sandbox's webhooks arrive: they wait at the door until the test's own thread takes them in.

So the product runs in one thread, in the test's transaction, while the sandbox talks to it over real HTTP.
"""

import queue
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER_SECONDS = 20
AWAY = 503


@dataclass
class Delivery:
    """One POST that waits for its answer."""

    path: str
    headers: dict
    body: bytes
    answered: threading.Event = field(default_factory=threading.Event)
    status: int = AWAY

    def answer(self, status):
        self.status = status
        self.answered.set()


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A sandbox that stops cuts its connections: nothing to report."""


class FrontDoor:
    """Closed (503: the product is away) until a test opens it."""

    def __init__(self):
        self.is_open = False
        self.waiting = queue.SimpleQueue()
        self._server = QuietServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def receive(self, delivery):
        if not self.is_open:
            return AWAY
        self.waiting.put(delivery)
        delivery.answered.wait(ANSWER_SECONDS)
        return delivery.status

    def next(self, seconds):
        """The next delivery, or None if none comes within so many seconds."""
        try:
            return self.waiting.get(timeout=seconds)
        except queue.Empty:
            return None

    def shut(self):
        """From now on the product is away; whoever still waits is told so."""
        self.is_open = False
        while delivery := self.next(0.001):
            delivery.answer(AWAY)

    def close(self):
        self.shut()
        self._server.shutdown()
        self._server.server_close()


def _handler(door):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = door.receive(Delivery(self.path, dict(self.headers), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Quiet."""

    return Handler
