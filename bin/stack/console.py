"""What the person at the terminal reads."""

import sys
import time


class Stop(Exception):
    """The launcher cannot go on. Its text says why and what to do, for the person at the terminal."""


class Stopped(Exception):
    """Someone asked for the end (Ctrl-C, SIGTERM) while something was being waited for."""


def say(text: str = "") -> None:
    print(text, flush=True)


def step(text: str) -> None:
    say(f"  {text}")


def event(text: str) -> None:
    """One line about something that happened while everything runs, with its local time."""
    say(f"{time.strftime('%H:%M:%S')}  {text}")


class Progress:
    """One line that is written again and again on a terminal, and now and then elsewhere (a log, a pipe)."""

    def __init__(self, every_seconds: float = 5.0) -> None:
        self.is_terminal = sys.stdout.isatty()
        self.pause = 0.1 if self.is_terminal else every_seconds
        self.next_at = time.monotonic() + self.pause

    def show(self, text: str) -> None:
        now = time.monotonic()
        if now < self.next_at:
            return
        self.next_at = now + self.pause
        if self.is_terminal:
            print(f"\r\033[K  {text}", end="", flush=True)
        else:
            step(text)

    def clear(self) -> None:
        if self.is_terminal:
            print("\r\033[K", end="", flush=True)
