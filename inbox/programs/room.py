"""How many threads of this process call programs at a time. Whoever finds no room is woken when somebody has left.

A worker has few threads, and replies to customers need them, too: programs that hang must not keep them all.
"""

import threading
from contextlib import contextmanager

from django.conf import settings


class Room:
    """So many places, and those who found none, in the order of their coming."""

    def __init__(self, places):
        self._lock = threading.Lock()
        self._free = places
        self._turned_away = {}

    def enter(self, who):
        """Whether there was a place; if not, `who` (hashable; None: nobody) is remembered, once."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            if who:
                self._turned_away[who] = None
            return False

    def leave(self):
        """Give the place back. Returns who has waited longest for one, or None."""
        with self._lock:
            self._free += 1
            who = next(iter(self._turned_away), None)
            self._turned_away.pop(who, None)
            return who


_room = Room(settings.PROGRAM_CALLERS_PER_PROCESS)


@contextmanager
def place(wake=None, *about):
    """Yield whether there is room to call programs. Where there is none `wake(*about)` is called as soon as there is;
    if this process ends before that, a sweep finds what was left."""
    is_in = _room.enter(wake and (wake, about))
    try:
        yield is_in
    finally:
        longest_waiting = _room.leave() if is_in else None
        if longest_waiting:
            wake_it, told = longest_waiting
            wake_it(*told)
