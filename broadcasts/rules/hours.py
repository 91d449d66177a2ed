"""Not in the middle of the recipient's night: the hours in which a message may leave. Pure.

Where a person is, is told by their phone's country code; a country with several zones must be awake in all of them.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as phone_zones

MOST_ROUNDS = 8
UNKNOWN = phone_zones.UNKNOWN_TIMEZONE


@lru_cache(maxsize=10_000)
def zones_of(phone: str) -> tuple[str, ...]:
    """Names of the time zones of an E.164 phone; () where none is known."""
    try:
        found = phone_zones.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(name for name in found if name != UNKNOWN)


def allowed_at(now: datetime, zones: Iterable[str], fallback: str, earliest: int, latest: int) -> datetime:
    """`now`, or the next moment at which it is from `earliest` o'clock and before `latest` in all of these zones.

    Where they are never awake together, or unknown, the zone `fallback` counts.
    """
    known = [zone for zone in map(_zone, zones) if zone]
    found = _next_in_all(now, known, earliest, latest) if known else None
    return found or _next(now, _zone(fallback) or ZoneInfo("UTC"), earliest, latest)


def _next_in_all(now: datetime, zones: list[ZoneInfo], earliest: int, latest: int) -> datetime | None:
    at = now
    for _ in range(MOST_ROUNDS):
        later = max(_next(at, zone, earliest, latest) for zone in zones)
        if later == at:
            return at
        at = later
    return None


def _next(now: datetime, zone: ZoneInfo, earliest: int, latest: int) -> datetime:
    local = now.astimezone(zone)
    if earliest <= local.hour < latest:
        return now
    day = local.date() if local.hour < earliest else local.date() + timedelta(days=1)
    return datetime.combine(day, time(earliest), zone).astimezone(now.tzinfo)


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
