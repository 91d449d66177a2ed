"""How fast a lane may go: slots that come by with time, never above the rate, less where Meta refuses. Pure.

A slot that nobody took is kept for a second at most: a courier that comes late catches up, one that was away for long
does not.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

KEPT = timedelta(seconds=1)
# What a lane that was never used begins with.
AT_FIRST = timedelta(seconds=0.25)
SLOWEST_PER_SECOND = 1.0
# After a refusal nothing leaves for so long; refusals of what was on its way by then say nothing new.
REST = timedelta(seconds=1)
QUIET = timedelta(seconds=2)
# Without another refusal the rate comes back: after five seconds a twentieth of the whole one each second.
STAYS_SLOW = timedelta(seconds=5)
REGAINED_PER_SECOND = 0.05

THROUGHPUT = 130429  # too many messages from this number
PAIR = 131056  # too many to this one customer: that message waits, the others go on


@dataclass(frozen=True)
class Rate:
    """`next_slot_at`: the oldest slot that was not taken."""

    per_second: float
    next_slot_at: datetime | None = None
    slowed_to: float | None = None
    slowed_at: datetime | None = None

    def now(self, now: datetime) -> float:
        """Messages per second at this moment."""
        if self.slowed_to is None or self.slowed_at is None:
            return self.per_second
        calm_seconds = max((now - self.slowed_at - STAYS_SLOW).total_seconds(), 0.0)
        return min(self.per_second, self.slowed_to + calm_seconds * REGAINED_PER_SECOND * self.per_second)


def take(rate: Rate, wanted: int, now: datetime, used: int = 0) -> tuple[int, Rate]:
    """(how many slots of those wanted, the Rate afterwards). `used`: slots that others took without asking, the agents'
    messages; they count first."""
    per_second = rate.now(now)
    since = max(rate.next_slot_at or now - AT_FIRST, now - KEPT)
    free = int((now - since).total_seconds() * per_second + 1e-6)
    taken = max(min(wanted, free - used), 0)
    return taken, replace(rate, next_slot_at=since + timedelta(seconds=(taken + used) / per_second))


def wait_seconds(rate: Rate, now: datetime) -> float:
    """Until the next slot comes by; 0 when one is there."""
    per_second = rate.now(now)
    if rate.next_slot_at is None:
        return 0.0
    return max((rate.next_slot_at - now).total_seconds() + 1 / per_second, 0.0)


def refused(rate: Rate, code: int | None, now: datetime) -> Rate:
    """Slower, where Meta says that the number is too fast: half of what it was, after a rest."""
    if code != THROUGHPUT or rate.slowed_at is not None and now - rate.slowed_at < QUIET:
        return rate
    slower = max(rate.now(now) / 2, SLOWEST_PER_SECOND)
    return replace(rate, slowed_to=slower, slowed_at=now, next_slot_at=now + REST)
