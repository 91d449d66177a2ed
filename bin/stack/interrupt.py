"""Ctrl-C and its relatives: counted, and noticed by every wait."""

import signal
import time
from types import FrameType

from stack.console import Stopped

LISTENED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STEP_SECONDS = 0.05


class Interrupt:
    """Counts the requests to stop. The first ends every wait; the second says that stopping should hurry."""

    def __init__(self) -> None:
        self.requests = 0

    def listen(self) -> None:
        for number in LISTENED:
            is_ignored_on_purpose = number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN  # nohup
            if not is_ignored_on_purpose:
                signal.signal(number, self._count)

    def _count(self, number: int, frame: FrameType | None) -> None:
        self.requests += 1

    def check(self) -> None:
        """Raise Stopped if the end was asked for."""
        if self.requests:
            raise Stopped

    def sleep(self) -> None:
        """Wait a moment, whether or not the end was asked for."""
        time.sleep(STEP_SECONDS)

    def pause(self, seconds: float = STEP_SECONDS) -> None:
        """Sleep, and raise Stopped as soon as the end is asked for."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, STEP_SECONDS))
        self.check()
