"""What processes have used so far, read from /proc (Linux)."""

import os
from collections import Counter
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
# Part of a command line -> what we call the program.
PROGRAMS = {"daphne": "web", "worker": "worker", "beat": "beat", "sandbox": "sandbox", "postgres": "postgres"}
PROGRAMS |= {"valkey": "valkey", "redis": "valkey"}


def cpu_of(pid):
    """CPU seconds of a process, to a hundredth."""
    return _cpu(_stat(pid))


def memory_of(pid):
    """Resident megabytes of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def cpu_by_program(run_pid):
    """Counter of CPU seconds of a bin/run's programs, each with its children, living and dead."""
    used = Counter()
    for pid in _children(run_pid):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        name = next((name for part, name in PROGRAMS.items() if part in words), "other")
        used[name] += sum(_cpu(_stat(one), with_dead_children=True) for one in [pid, *_children(pid)])
    return used


def _children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _stat(pid):
    """The fields of /proc/PID/stat from the third one on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _cpu(fields, with_dead_children=False):
    return sum(int(ticks) for ticks in fields[11 : 15 if with_dead_children else 13]) / TICKS
