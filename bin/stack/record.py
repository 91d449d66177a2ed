"""What a running installation leaves in var/: who runs it (a lock), its keys, and its addresses for tools."""

import base64
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from stack.console import Stop
from stack.places import Places

LOCK = "run.lock"
ADDRESSES = "run.json"
KEYS = "secrets.json"


@contextmanager
def only_one(places: Places, what: str) -> Iterator[None]:
    """Hold the lock of this checkout, which ends with our process however it ends. Raises Stop beside a running one."""
    with (places.var / LOCK).open("a+") as lock:
        if not _take(lock, attempts=5):
            raise Stop(_already_running(places, lock))
        lock.truncate(0)
        lock.write(f"{os.getpid()} {what}\n")
        lock.flush()
        yield


def is_running(places: Places) -> bool:
    try:
        with (places.var / LOCK).open("r+") as lock:
            return not _take(lock, attempts=1)
    except FileNotFoundError:
        return False


def _take(lock: IO[str], attempts: int) -> bool:
    for _ in range(attempts):  # someone who only asks whether we run holds it for a moment
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return True
    return False


def _already_running(places: Places, lock: IO[str]) -> str:
    lock.seek(0)
    pid, _, what = lock.read().strip().partition(" ")
    return (
        f"Switchboard already runs from {places.root} ({what or 'starting'}, process {pid or 'unknown'}). "
        f"Stop it with Ctrl-C where it runs{f', or: kill {pid}' if pid else ''}."
    )


def keys(places: Places) -> dict[str, str]:
    """The keys of this installation, made at its first start: `SECRET_KEY`, `FIELD_ENCRYPTION_KEY` and its name.

    Without them what the database holds encrypted (access tokens) cannot be read: back up this file with the database.
    """
    path = places.var / KEYS
    if not path.exists():
        fresh = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "FIELD_ENCRYPTION_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "name": secrets.token_hex(6),
        }
        write_private(path, fresh)
    return json.loads(path.read_text())


def write_addresses(places: Places, addresses: dict) -> None:
    write_private(places.var / ADDRESSES, addresses)


def read_addresses(places: Places) -> dict | None:
    """The addresses of the running installation, None while there are none."""
    try:
        return json.loads((places.var / ADDRESSES).read_text())
    except FileNotFoundError:
        return None


def forget_addresses(places: Places) -> None:
    (places.var / ADDRESSES).unlink(missing_ok=True)


def write_private(path: Path, content: dict) -> None:
    """Write JSON that only we may read, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
        json.dump(content, target, indent=2, ensure_ascii=False)
        target.write("\n")
    fresh.replace(path)
