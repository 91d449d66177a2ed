"""From samples to a table that can be pasted: percentiles, the machine, its load."""

import os
import platform
import sys
import time
from datetime import UTC, datetime


def percentile(samples, share):
    """The smallest sample that `share` (0 to 1) of all do not exceed; nan without samples."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def milliseconds(seconds):
    return f"{seconds * 1000:.1f}"


def spread(samples):
    """p50, p95, p99 and the largest of samples in seconds, as cells in milliseconds."""
    return [milliseconds(percentile(samples, share)) for share in (0.5, 0.95, 0.99, 1)]


def tell(words):
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def table(title, head, rows):
    """Print a Markdown table under a line that says when it was taken, and how busy the machine was."""
    tell(f"\n**{title}**, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine()}\n")
    for cells in (head, ["---"] * len(head), *rows):
        tell(f"| {' | '.join(str(cell) for cell in cells)} |")


def machine():
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, load {busy}, pace {pace():.0f} ms"


def pace():
    """CPU milliseconds of a fixed piece of work: tells a slow or shared machine from a slow product."""
    return 1000 * min(_fixed_work() for _ in range(5))


def _fixed_work():
    started = time.process_time()
    sum(len(str(number)) for number in range(200_000))
    return time.process_time() - started
