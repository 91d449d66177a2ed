"""The virtual environment and the locked packages in it."""

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from stack.console import Progress, Stop, Stopped, step
from stack.interrupt import Interrupt
from stack.places import Places
from stack.processes import spawn

PRODUCT = "requirements.txt"
LOCAL = "requirements-local.txt"
STORES = "requirements-stores.txt"
FALLBACK = "requirements-fallback.txt"
TEST = "requirements-test.txt"
CONTAINED = {TEST: (LOCAL, PRODUCT), LOCAL: (PRODUCT,)}  # a lock holds all that these hold, in the same versions


class Refused(Exception):
    """The installer ended with an error; its text holds its last lines."""


@dataclass
class Environment:
    """`.venv`, with a note in it of what was installed from which lock.

    The note says `unfinished` while an installer runs. Found so at the next start, the environment is made anew: an
    installer that was killed may leave packages behind that look whole.
    """

    places: Places
    interrupt: Interrupt

    @property
    def directory(self) -> Path:
        return self.places.root / ".venv"

    @property
    def python(self) -> Path:
        return self.directory / "bin" / "python"

    @property
    def note(self) -> Path:
        return self.directory / "switchboard.json"

    @property
    def packages(self) -> Path:
        return self.directory / "lib" / f"python{_version()}" / "site-packages"

    def prepare(self, *locks: str) -> None:
        """Make the environment hold what these locks name; quick when it does already."""
        if all(self.holds(lock) for lock in locks):
            return
        with (self.places.var / "install.lock").open("w") as lock_file:
            self._wait_for(lock_file)
            if not self._is_usable():
                self._make()
            if missing := [lock for lock in locks if not self.holds(lock)]:
                self.install(*missing)

    def _wait_for(self, lock_file: IO[str]) -> None:
        """Take turns with another bin/run or bin/test of this checkout."""
        while True:
            try:
                return fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.interrupt.pause(0.5)

    def holds(self, lock: str) -> bool:
        note = self._read()
        return (
            not note.get("unfinished")
            and note.get("python") == _version()
            and note.get("locks", {}).get(lock) == self._digest(lock)
            and self.python.exists()
        )

    def install(self, *locks: str) -> None:
        """Install locks with uv where the machine has it, else with pip. Raises Refused with its last words."""
        before = self._read()
        self._write({**before, "unfinished": True})
        started = time.monotonic()
        try:
            self._run(self._installer(locks), f"{' '.join(locks)}", self._count(locks))
        except Refused:
            self._write(before)  # it ended by itself and took back what it had begun
            raise
        covered = [part for lock in locks for part in (lock, *CONTAINED.get(lock, ()))]
        digests = {lock: self._digest(lock) for lock in covered if (self.places.root / lock).exists()}
        self._write({"python": _version(), "locks": {**before.get("locks", {}), **digests}})
        step(f"Python packages installed in {time.monotonic() - started:.0f} s")

    def _is_usable(self) -> bool:
        if self._read().get("unfinished") or not self.python.exists():
            return False
        question = "import sys; print('%d.%d' % sys.version_info[:2])"
        if _answer([self.python, "-c", question]) != _version():
            return False
        return _uv() is not None or _answer([self.python, "-m", "pip", "--version"]).startswith("pip ")

    def _make(self) -> None:
        if self.directory.exists():
            step("The virtual environment in .venv is not whole: making it again")
            if self.directory.is_symlink():
                self.directory.unlink()
            else:
                shutil.rmtree(self.directory)
        has_uv = _uv() is not None
        if not has_uv and importlib.util.find_spec("ensurepip") is None:
            raise Stop(
                "This Python has no venv with pip. Debian and Ubuntu keep it in a package of its own: "
                "apt-get install python3-venv"
            )
        step("Making a virtual environment in .venv")
        command = [sys.executable, "-m", "venv", *(["--without-pip"] if has_uv else []), str(self.directory)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.interrupt.check()
        if done.returncode:
            raise Stop(f"The virtual environment could not be made:\n{done.stdout}{done.stderr}")

    def _installer(self, locks: Iterable[str]) -> list[str]:
        files = [part for lock in locks for part in ("-r", str(self.places.root / lock))]
        if uv := _uv():
            return [
                uv,
                "pip",
                "install",
                "--python",
                str(self.python),
                "--require-hashes",
                "--compile-bytecode",
                *files,
            ]
        return [
            str(self.python),
            "-m",
            "pip",
            "install",
            "--require-hashes",
            "--no-deps",
            "--progress-bar",
            "off",
            *files,
        ]

    def _count(self, locks: Iterable[str]) -> int:
        texts = [(self.places.root / lock).read_text() for lock in locks]
        return len({name for text in texts for name in re.findall(r"^([a-z0-9-]+(?:\[.*\])?)==", text, re.MULTILINE)})

    def _run(self, command: list[str], what: str, total: int) -> None:
        """Run the installer, show how far it is, keep all it says in var/log/install.log."""
        log = self.places.log / "install.log"
        step(
            f"Installing {total} Python packages ({Path(command[0]).name if _uv() else 'pip'}; only when they changed)"
        )
        surroundings = {**os.environ, "PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        process = spawn(
            command,
            environment=surroundings,
            output=subprocess.PIPE,
            umask=0o022,
            death_signal=signal.SIGKILL,
        )
        with process:
            try:
                lines = self._follow(process, total)
            except Stopped:
                process.kill()
                raise
        log.write_text(f"$ {' '.join(command)}\n" + "".join(lines))
        if process.returncode:
            raise Refused(f"{what} could not be installed (all of it is in {log}):\n{''.join(lines[-15:])}")

    def _follow(self, process: subprocess.Popen[bytes], total: int) -> list[str]:
        """The installer's lines, once it closed its output."""
        assert process.stdout is not None
        source = process.stdout.fileno()
        said, progress, began = b"", Progress(), time.monotonic()
        with selectors.DefaultSelector() as waiting:
            waiting.register(source, selectors.EVENT_READ)
            while True:
                self.interrupt.check()
                if waiting.select(timeout=0.1):
                    if not (chunk := os.read(source, 65536)):
                        break
                    said += chunk
                progress.show(_how_far(_lines(said), total, time.monotonic() - began))
        progress.clear()
        return _lines(said)

    def _digest(self, lock: str) -> str:
        return hashlib.sha256((self.places.root / lock).read_bytes()).hexdigest()

    def _read(self) -> dict:
        try:
            return json.loads(self.note.read_text())
        except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
            return {}

    def _write(self, note: dict) -> None:
        self.note.write_text(json.dumps(note, indent=1))


def _how_far(lines: list[str], total: int, seconds: float) -> str:
    if any(line.startswith("Installing collected") for line in lines[-3:]):
        return f"unpacking and compiling ... {seconds:.0f} s"
    seen = sum(line.startswith(("Collecting ", "Requirement already")) for line in lines)
    return f"{min(seen, total)} of {total} fetched ... {seconds:.0f} s" if seen else f"working ... {seconds:.0f} s"


def _lines(said: bytes) -> list[str]:
    return said.decode(errors="replace").splitlines(keepends=True)


def _version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _uv() -> str | None:
    return shutil.which("uv")


def _answer(command: list[str | Path]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
