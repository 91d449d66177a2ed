"""Asking our own HTTP servers whether they are there, and whether a port is free."""

import http.client
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from stack.console import Stop

HOST = "127.0.0.1"
HIGHEST_PORT = 65535


@dataclass
class Health:
    """One health address on this machine; `answer` keeps what it said last."""

    port: int
    path: str
    site_url: str
    answer: str = "nothing"

    def is_ready(self) -> bool:
        """Whether it answers 200. It is asked as a proxy would ask, under the name and scheme of the site's address."""
        site = urlsplit(self.site_url)
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", self.path, headers={"Host": site.netloc, "X-Forwarded-Proto": site.scheme})
            response = connection.getresponse()
            self.answer = f"{response.status} {response.read(2000).decode(errors='replace')}"
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return response.status == 200


def insist_on_free(ports: list[int]) -> None:
    """Raise Stop naming the first port that is taken, with the way out."""
    for port in ports:
        if not 0 < port <= HIGHEST_PORT:
            raise Stop(f"There is no port {port}. Choose one with: bin/run --port N")
        if not _is_free(port):
            other = port + 10 if port + 11 <= HIGHEST_PORT else 8010
            raise Stop(f"Port {port} is taken by another program. Choose another one: bin/run --port {other}")


def open_door(port: int) -> socket.socket:
    """Listen there. Who comes before a web process is ready waits for it."""
    return socket.create_server((HOST, port), backlog=128)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
