"""Keeps programs running: starts them, starts them again, and stops them in order."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stack.console import Stop, event
from stack.interrupt import Interrupt
from stack.processes import Account, command_line, spawn

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
DEATHS_TO_GIVE_UP = 3
DEATHS_WITHIN_SECONDS = 30.0
LAST_WORDS_LINES = 20
LOG_BYTES = 20 * 1024 * 1024
LOG_CHECK_SECONDS = 60.0


@dataclass(frozen=True)
class Program:
    """What to run, and how to end it. Programs of a lower stage are stopped before those of a higher one.

    `death_signal` is for the case that the supervisor itself is killed. `door`, which it finds as its standard input,
    is where it listens; several programs may share one.
    """

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    stage: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    death_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    directory: Path | None = None
    before_start: Callable[[], None] = lambda: None
    door: socket.socket | None = None


@dataclass
class Child:
    """A program and its process, with what is remembered about its deaths."""

    program: Program
    process: subprocess.Popen[bytes]
    log_start: int
    deaths: list[float] = field(default_factory=list)
    start_again_at: float | None = None

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def pause_after(self, now: float) -> float:
        """Note a death; how long to wait before the next start."""
        self.deaths = [moment for moment in self.deaths if now - moment < DEATHS_WITHIN_SECONDS] + [now]
        return min(FIRST_PAUSE_SECONDS * 2 ** (len(self.deaths) - 1), LONGEST_PAUSE_SECONDS)


class Supervisor:
    """The parent of everything that runs. Use it from the main thread, as a context: leaving it stops all."""

    def __init__(self, log: Path, interrupt: Interrupt) -> None:
        self.log = log
        self.interrupt = interrupt
        self.children: list[Child] = []
        self.errands: list[Errand] = []
        self.next_log_check = 0.0

    def __enter__(self) -> "Supervisor":
        end_leftovers(self._roll)
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    # --- Starting ---

    def start(self, program: Program) -> None:
        """Start a program that is to stay."""
        keep_previous(self._log_of(program))
        process, log_start = self._spawn(program)
        self.children.append(Child(program, process, log_start))
        self._write_roll()

    def wait_until(self, is_ready: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait for something that the programs bring about; raises Stop when it does not come."""
        until = time.monotonic() + seconds
        while not is_ready():
            if time.monotonic() > until:
                raise Stop(f"{what} within {seconds:.0f} s. The logs are in {self.log}.")
            self.tick()
            self.interrupt.pause(0.1)

    def call(self, program: Program) -> str:
        """Run a program to its end while the others go on; what it printed. Raises Stop if it fails."""
        return self.finish(self.begin(program))

    def begin(self, program: Program) -> "Errand":
        """Start a program that runs to its end; `finish` waits for it."""
        keep_previous(self._log_of(program))
        errand = Errand(program, self._log_of(program))
        self.errands.append(errand)
        return errand

    def finish(self, errand: "Errand") -> str:
        while errand.process.poll() is None:
            self.tick()
            self.interrupt.pause()
        return errand.result()

    def _spawn(self, program: Program) -> tuple[subprocess.Popen[bytes], int]:
        program.before_start()
        with self._log_of(program).open("ab") as log:
            log_start = log.tell()
            process = spawn(
                program.command,
                environment=program.environment,
                output=log,
                directory=program.directory,
                account=program.account,
                death_signal=program.death_signal,
                given=program.door,
            )
        return process, log_start

    # --- Keeping ---

    def watch(self) -> None:
        """Keep everything running until the end is asked for (Stopped) or something cannot be kept (Stop)."""
        while True:
            self.tick()
            self.interrupt.pause(0.2)

    def tick(self) -> None:
        """Look at every child once; start again what died and has waited long enough."""
        now = time.monotonic()
        for child in self.children:
            if child.start_again_at is None:
                if not child.is_alive:
                    self._mourn(child, now)
            elif now >= child.start_again_at:
                self._revive(child)
        if now >= self.next_log_check:
            self.next_log_check = now + LOG_CHECK_SECONDS
            for child in self.children:
                shorten(self._log_of(child.program))

    def _mourn(self, child: Child, now: float) -> None:
        name, end = child.program.name, _describe(child.process.returncode)
        pause = child.pause_after(now)
        if len(child.deaths) >= DEATHS_TO_GIVE_UP:
            words = last_words(self._log_of(child.program), child.log_start)
            raise Stop(
                f"{name} ended {len(child.deaths)} times within {DEATHS_WITHIN_SECONDS:.0f} s ({end}). "
                f"Its last words ({self._log_of(child.program)}):\n\n{words}"
            )
        child.start_again_at = now + pause
        event(f"{name} ended ({end}); starting it again in {pause:g} s. Log: {self._log_of(child.program)}")

    def _revive(self, child: Child) -> None:
        child.start_again_at = None
        child.process, child.log_start = self._spawn(child.program)
        self._write_roll()

    # --- Stopping ---

    def stop(self) -> None:
        """Stop stage by stage; at the second request to stop, without patience."""
        for errand in self.errands:
            errand.process.kill()
            errand.process.wait()
        for stage in sorted({child.program.stage for child in self.children}):
            self._stop_stage([child for child in self.children if child.program.stage == stage])
        self.children.clear()
        self._roll.unlink(missing_ok=True)

    def _stop_stage(self, children: list[Child]) -> None:
        alive = [child for child in children if child.is_alive]
        for child in alive:
            child.process.send_signal(child.program.stop_signal)
        for child in alive:
            until = time.monotonic() + child.program.stop_seconds
            while child.is_alive and time.monotonic() < until and self.interrupt.requests < 2:
                time.sleep(0.02)
            if child.is_alive:
                event(f"{child.program.name} did not stop in time and is killed")
                child.process.kill()
                child.process.wait()

    # --- Files ---

    @property
    def _roll(self) -> Path:
        return self.log.parent / "children.json"

    def _write_roll(self) -> None:
        """Who runs, for the next start after a death of ours that nobody could clean up after."""
        roll = [
            {
                "pid": child.process.pid,
                "command": [str(part) for part in child.program.command],
                "signal": int(child.program.stop_signal),
            }
            for child in self.children
        ]
        fresh = self._roll.with_suffix(".new")
        fresh.write_text(json.dumps(roll, indent=1))
        fresh.replace(self._roll)

    def _log_of(self, program: Program) -> Path:
        return self.log / f"{program.name}.log"


class Errand:
    """A program that runs to its end beside the others: its output is kept, what it complains of goes to its log."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self.output = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the errand)
        with log.open("ab") as errors:
            self.process = spawn(
                program.command,
                environment=program.environment,
                output=self.output,
                errors=errors,
                directory=program.directory,
                account=program.account,
            )

    def result(self) -> str:
        """What it printed; raises Stop with its last words if it failed."""
        with self.output:
            self.output.seek(0)
            said = self.output.read().decode(errors="replace")
        if self.process.returncode:
            words = last_words(self.log, 0) or said[-2000:]
            raise Stop(f"{self.program.name} failed ({_describe(self.process.returncode)}, {self.log}):\n\n{words}")
        return said


def end_leftovers(roll: Path) -> None:
    """End the processes that an earlier supervisor left behind, if they still are what it started."""
    try:
        entries = json.loads(roll.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return
    ours = [entry for entry in entries if _is_still(entry)]
    for entry in ours:
        _signal(entry["pid"], entry["signal"])
    until = time.monotonic() + 5
    for entry in ours:
        while _is_still(entry):
            if time.monotonic() > until:
                _signal(entry["pid"], signal.SIGKILL)
            time.sleep(0.05)
    roll.unlink(missing_ok=True)


def _is_still(entry: dict) -> bool:
    """Whether the pid still is that program: by its path, or by its arguments (some programs rewrite the one, some
    Pythons the other)."""
    program, *arguments = entry["command"]
    line = command_line(entry["pid"])
    return bool(line) and (line.startswith(program) or line.endswith(" ".join(arguments)))


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def keep_previous(log: Path) -> None:
    """Begin a fresh log; the one of the last run stays beside it as `.1`."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))


def shorten(log: Path) -> None:
    """Move a long log's text to `.1` while its writer, who appends, keeps it open."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


def last_words(log: Path, start: int) -> str:
    """The last lines that were written to a log after `start` bytes."""
    with log.open("rb") as source:
        source.seek(min(start, log.stat().st_size))
        lines = source.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-LAST_WORDS_LINES:])


def _describe(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
