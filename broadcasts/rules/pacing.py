"""How fast a lane may go: slots that come by with time, never above the rate, less where Meta refuses. Pure.

A slot that nobody took is kept for almost a second: couriers of whom one comes that often lose none, and what a longer
standstill has lost is lost. In any stretch of time no more slots are taken than the rate times its seconds, and 0.9
seconds' more and one. A far end that counts by the second and allows just this rate takes a second's more at once: the
rest of that is for what is on its way and arrives together. Whoever kept slots for longer would be refused while they
catch up, and lose more than they won.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

KEPT = timedelta(seconds=0.9)
# What a lane that was never used begins with.
AT_FIRST = timedelta(seconds=0.25)
# So much must have come by before a courier begins: they come in turns, and a run is worth its queries.
HANDFUL_SECONDS = 0.2
# All of these come by before the first of them are lost.
MOST_BEFORE = 2
SLOWEST_PER_SECOND = 1.0
# After a refusal nothing leaves for so long; refusals of what was on its way by then say nothing new.
REST = timedelta(seconds=0.5)
QUIET = timedelta(seconds=2)
# One refusal may be chance: some arrived together. Another one so soon says that the far end allows less.
SOON = timedelta(seconds=15)
A_LITTLE_SLOWER, MUCH_SLOWER = 0.95, 0.5
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
    taken = max(min(wanted, free(rate, now) - used), 0)
    spent = timedelta(seconds=(taken + used) / rate.now(now))
    return taken, replace(rate, next_slot_at=_oldest_slot_at(rate, now) + spent)


def free(rate: Rate, now: datetime, place: int = 0) -> int:
    """How many slots have come by for the courier at this place (0 is the first), and are not taken. A handful is left
    to each courier before it, who may be making its messages ready; negative where there are fewer."""
    there = int((now - _oldest_slot_at(rate, now)).total_seconds() * rate.now(now) + 1e-6)
    return there - min(place, MOST_BEFORE) * _handful(rate.now(now))


def wait_seconds(rate: Rate, wanted: int, now: datetime, place: int = 0) -> float:
    """Until that many slots are free, or a handful of them; 0 when they are."""
    handful = _handful(rate.now(now))
    least = max(min(wanted, handful), 1) + min(place, MOST_BEFORE) * handful
    there_at = _oldest_slot_at(rate, now) + timedelta(seconds=least / rate.now(now))
    return max((there_at - now).total_seconds(), 0.0)


def _handful(per_second: float) -> int:
    return max(int(per_second * HANDFUL_SECONDS), 1)


def _oldest_slot_at(rate: Rate, now: datetime) -> datetime:
    """The part of a slot that has come by when the whole ones are taken is not lost either."""
    kept = KEPT + timedelta(seconds=1 / rate.now(now))
    return max(rate.next_slot_at or now - AT_FIRST, now - kept)


def refused(rate: Rate, code: int | None, now: datetime) -> Rate:
    """Slower, where Meta says that the number is too fast: after a rest a little, half where it says so again soon."""
    since = now - rate.slowed_at if rate.slowed_at else None
    if code != THROUGHPUT or since is not None and since < QUIET:
        return rate
    by = MUCH_SLOWER if since is not None and since < SOON else A_LITTLE_SLOWER
    slower = max(rate.now(now) * by, SLOWEST_PER_SECOND)
    return replace(rate, slowed_to=slower, slowed_at=now, next_slot_at=now + REST)
