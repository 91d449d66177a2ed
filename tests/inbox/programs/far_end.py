"""An integrator's program: a real HTTP server in a thread that keeps what it was sent and answers as it is told."""

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Received:
    """One request as it came: headers by lower-case name."""

    headers: dict
    body: bytes

    @property
    def message_id(self):
        return self.headers["webhook-id"]


@dataclass
class Program:
    """`answers(request)` says the status of each answer; by default all is well."""

    url: str = ""
    status: int = 200
    said: bytes = b"ok"
    headers: dict = field(default_factory=dict)
    received: list = field(default_factory=list)
    answers: object = None

    def take(self, request):
        self.received.append(request)
        return self.answers(request) if self.answers else self.status


@contextmanager
def running_program(**fields):
    """A Program that listens on a port of this machine."""
    program = Program(**fields)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status = program.take(Received({name.lower(): value for name, value in self.headers.items()}, body))
            with suppress(OSError):  # whoever asked may have gone
                self.send_response(status)
                for name, value in program.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(program.said)))
                self.end_headers()
                self.wfile.write(program.said)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        program.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield program
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def dripping_server(first=b"", drop=b"x", pause_seconds=0.02):
    """Sends `first` at once, then `drop` again and again, and never ends. Yields its port and an Event that is set when
    the caller has hung up."""
    has_left, is_over = threading.Event(), threading.Event()

    def serve():
        with suppress(OSError):
            connection, _ = server.accept()
            with connection:
                drip(connection)

    def drip(connection):
        try:
            connection.sendall(first)
            while not is_over.wait(pause_seconds):
                connection.sendall(drop)
        except OSError:
            has_left.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], has_left
        finally:
            is_over.set()
            thread.join()
