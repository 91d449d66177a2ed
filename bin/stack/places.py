"""Where things of this checkout lie on the machine."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from stack.console import Stop

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SOCKET_DIRECTORY = 80  # bytes: a socket's whole path may have about 103, names and a subdirectory included


@dataclass(frozen=True)
class Places:
    """The directories of one running installation: a checkout's own, or a temporary one for its tests."""

    root: Path
    var: Path
    sockets: Path

    @property
    def log(self) -> Path:
        return self.var / "log"

    def make(self) -> None:
        """Create what is missing, private to us; as root passable, because PostgreSQL then runs as somebody else."""
        _refuse_foreign(self.var)
        self.var.mkdir(mode=0o700, exist_ok=True)
        self.var.chmod(_private())
        self.log.mkdir(mode=0o700, exist_ok=True)
        _make_own(self.sockets)


def of_checkout(root: Path = ROOT) -> Places:
    name = hashlib.sha256(str(root).encode()).hexdigest()[:8]
    return Places(root=root, var=root / "var", sockets=_short_directory() / f"switchboard-{os.geteuid()}-{name}")


def temporary(root: Path = ROOT) -> Places:
    """Fresh places that nobody else knows; whoever asks for them removes `var` at the end."""
    var = Path(tempfile.mkdtemp(prefix="switchboard-test-", dir=_short_directory()))
    return Places(root=root, var=var, sockets=var / "s")


def _short_directory() -> Path:
    usual = Path(tempfile.gettempdir()).resolve()
    is_short = len(str(usual)) + len("/switchboard-test-12345678/s") < LONGEST_SOCKET_DIRECTORY
    return usual if is_short else Path("/tmp")


def _private() -> int:
    return 0o711 if os.geteuid() == 0 else 0o700


def _refuse_foreign(var: Path) -> None:
    if var.exists() and var.stat().st_uid != os.geteuid():
        raise Stop(f"{var} belongs to another user. Run bin/run as the user who made it, or remove it to start afresh.")


def _make_own(directory: Path) -> None:
    """A directory under a temporary directory that others may write to: never follow what somebody else put there."""
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise Stop(
                f"{directory} is in the way: it is not ours. Remove it, or set TMPDIR to another directory."
            ) from None
    directory.chmod(_private())
