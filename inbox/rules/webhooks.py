"""Webhooks: how long a failed one waits, when it is given up, and the circuit breaker of its address. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

PAUSES_SECONDS = (5, 15, 60, 300, 900, 3600)
LONGEST_PAUSE_SECONDS = 2 * 3600
GIVEN_UP_AFTER = timedelta(hours=24)

# So many failures in a row pause an address; then one probe at a time, at growing pauses.
FAILURES_TO_PAUSE = 5
PROBE_PAUSES_SECONDS = (30, 60, 120, 300)
LONGEST_PROBE_PAUSE_SECONDS = 600

# An address that takes longer than this for an answer gets one call at a time, and all such ones few together.
SLOW_MS = 1000
MOST_AT_ONCE = 2
MOST_SLOW_AT_ONCE = 2


def pause_seconds(attempts: int, chance: float) -> float:
    """Seconds until the next try after `attempts` (1, 2, ...) tries. `chance` (0 to 1) adds up to a quarter."""
    place = max(attempts, 1) - 1
    base = PAUSES_SECONDS[place] if place < len(PAUSES_SECONDS) else LONGEST_PAUSE_SECONDS
    return base * (1 + chance / 4)


def gives_up(due_since: datetime, now: datetime) -> bool:
    """True a day after it was due first: what waits behind it goes on."""
    return now - due_since >= GIVEN_UP_AFTER


@dataclass(frozen=True)
class Circuit:
    """The breaker of one address. Closed (`paused_at` None) all flows; open, only a probe at `probe_at`."""

    failures: int = 0
    paused_at: datetime | None = None
    probe_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.paused_at is not None

    def may_call(self, now: datetime) -> bool:
        return not self.is_open or self.probe_at is None or self.probe_at <= now

    def after_failure(self, now: datetime) -> "Circuit":
        failures = self.failures + 1
        if failures < FAILURES_TO_PAUSE and not self.is_open:
            return Circuit(failures)
        pause = timedelta(seconds=_probe_pause(failures - FAILURES_TO_PAUSE))
        return Circuit(failures, self.paused_at or now, now + pause)

    def after_success(self) -> "Circuit":
        return Circuit()


def _probe_pause(probes: int) -> int:
    return PROBE_PAUSES_SECONDS[probes] if probes < len(PROBE_PAUSES_SECONDS) else LONGEST_PROBE_PAUSE_SECONDS


def is_slow(pace_ms: int | None) -> bool:
    return pace_ms is not None and pace_ms > SLOW_MS


def most_at_once(pace_ms: int | None, is_probing: bool) -> int:
    """How many calls an address may have under way; one until it has shown how long it takes."""
    return 1 if is_probing or pace_ms is None or is_slow(pace_ms) else MOST_AT_ONCE


def pace_after(pace_ms: int | None, duration_ms: int) -> int:
    """A moving average: half of it is the last call."""
    return duration_ms if pace_ms is None else (pace_ms + duration_ms) // 2


def owes_notice(trouble_at: datetime | None, told_at: datetime | None, now: datetime) -> bool:
    """Admins hear once of each trouble, and not more often than hourly of one that comes and goes."""
    if trouble_at is None:
        return False
    return told_at is None or (told_at < trouble_at and now - told_at >= timedelta(hours=1))
