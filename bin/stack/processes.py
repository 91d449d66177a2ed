"""Starting processes that end with us, and asking the system about processes that exist."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Account:
    """A user of the machine, by number: who a process runs as."""

    uid: int
    gid: int


def spawn(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    output: int | IO[Any],
    errors: int | IO[Any] = subprocess.STDOUT,
    directory: Path | None = None,
    account: Account | None = None,
    umask: int = 0o077,
    death_signal: signal.Signals = signal.SIGTERM,
    given: socket.socket | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own (Ctrl-C reaches only us) that gets `death_signal` when we die, on Linux.
    `given` is its standard input.

    The kernel sends it when the *thread* that started the child ends: call this from the main thread.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(environment),
        stdin=given or subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        cwd=directory,
        start_new_session=True,
        umask=umask,
        preexec_fn=die_with_parent(death_signal),
        **_as(account),
    )


def _as(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def die_with_parent(death_signal: signal.Signals = signal.SIGTERM) -> Callable[[], None] | None:
    """What a child does before it becomes its program: nothing but two system calls, prepared here."""
    parent = os.getpid()
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    number = int(death_signal)

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # died between our fork and the line above
            os._exit(1)

    return bind


def run_as(
    account: Account | None, command: Sequence[str | Path], given: str = ""
) -> subprocess.CompletedProcess[str] | None:
    """Run something short as `account`, from the root directory; None where that account may not reach the program.

    Ctrl-C does not reach it: a database is not left half made.
    `given` is what it reads from its standard input.
    """
    try:
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env=bare_surroundings(),
            input=given,
            timeout=60,
            check=False,
            start_new_session=True,
            **_as(account),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def bare_surroundings() -> dict[str, str]:
    """The environment of servers: nothing of ours but the path, and the one locale that every machine has."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}


def command_line(pid: int) -> str:
    """The command line of a living process, "" if there is none (a zombie has none either)."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    answer = run_as(None, ["ps", "-ww", "-o", "command=", "-p", str(pid)])
    return answer.stdout.strip() if answer else ""


def working_in(directory: Path) -> list[int]:
    """The processes whose current directory is this one (Linux; elsewhere nothing is known and the list is empty)."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _current_directory(entry) == str(directory)]


def _current_directory(entry: Path) -> str:
    try:
        return os.readlink(entry / "cwd")
    except OSError:  # ended meanwhile, or another user's
        return ""
