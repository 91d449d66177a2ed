"""A sandbox in a thread, quick and in memory, and a far end that takes its webhooks."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from tests.sandbox.phone import Sandbox
from whatsapp.sandbox.server import start_in_thread

QUICK = {"sent_after": 0.0, "delivered_after": 0.01, "read_after": 0.0, "review_after": 0.05}


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A sandbox that stops cuts its connections: nothing to report."""


class Product:
    """What the product is for the sandbox: an address that takes POSTs. `answers` are given first, then 200."""

    def __init__(self):
        self.calls: list[tuple[dict, bytes]] = []
        self.answers: list[int] = []
        self.news = threading.Condition()
        self._server = QuietServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _handler(product):  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self._say(product.take(dict(self.headers), body), b"")

            def do_GET(self):
                query = dict(pair.split("=", 1) for pair in self.path.split("?", 1)[1].split("&"))
                good = query["hub.verify_token"].startswith("hafen-")
                self._say(200 if good else 403, query["hub.challenge"].encode() if good else b"")

            def _say(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                """Quiet."""

        return Handler

    def take(self, headers: dict, body: bytes) -> int:
        with self.news:
            status = self.answers.pop(0) if self.answers else 200
            self.calls.append((headers, body))
            self.news.notify_all()
        return status

    def changes(self, field: str = "messages") -> list[dict]:
        """All values received so far, in order of arrival."""
        rows = []
        for _, body in list(self.calls):
            payload = json.loads(body) if body.startswith(b"{") else {}
            for entry in payload.get("entry", ()):
                rows += [c["value"] for c in entry["changes"] if c["field"] == field]
        return rows

    def waits(self, enough, seconds: float = 8):
        """The first true answer of `enough()`, asked after every call."""
        with self.news:
            found = self.news.wait_for(enough, seconds)
        assert found, f"Not within {seconds} s; calls: {[b[:300] for _, b in self.calls]}"
        return found

    def elements(self, key: str = "messages") -> list[dict]:
        return [row for value in self.changes() for row in value.get(key, [])]

    def waits_for(self, count: int, key: str = "messages") -> list[dict]:
        return self.waits(lambda: self.elements(key) if len(self.elements(key)) >= count else None)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def product():
    far_end = Product()
    yield far_end
    far_end.close()


@pytest.fixture
def handle(product):
    started = start_in_thread(product_url=product.url, **QUICK)
    yield started
    started.stop()


@pytest.fixture
def sandbox(handle):
    client = Sandbox(handle.url)
    yield client
    client.session.close()


class Graph:
    """The business's side: plain requests with one number's token."""

    def __init__(self, url: str, number: dict):
        self.url, self.number = f"{url}/v25.0", number
        self.headers = {"Authorization": f"Bearer {number['access_token']}"}

    def call(self, method: str, path: str, **more) -> requests.Response:
        path = path.format(number=self.number["phone_number_id"], waba=self.number["waba_id"])
        return requests.request(method, f"{self.url}/{path}", headers=self.headers, timeout=20, **more)

    def send(self, to: str, kind: str = "text", content: object = None, **more) -> requests.Response:
        """`to` a phone, or a user id (with a dot)."""
        whom = {"recipient": to} if "." in to else {"to": to}
        payload = {"messaging_product": "whatsapp", **whom, "type": kind, kind: content or {"body": "Hello"}, **more}
        return self.call("POST", "{number}/messages", json=payload)

    def upload(self, content: bytes, mime_type: str, filename: str = "file") -> requests.Response:
        files = {
            "file": (filename, content, mime_type),
            "messaging_product": (None, "whatsapp"),
            "type": (None, mime_type),
        }
        return self.call("POST", "{number}/media", files=files)


@pytest.fixture
def graph(handle, sandbox):
    return Graph(handle.url, sandbox.numbers()[0])


def code(answer: requests.Response) -> int:
    """The Graph's error code; 0 for a good answer."""
    return answer.json().get("error", {}).get("code", 0)
