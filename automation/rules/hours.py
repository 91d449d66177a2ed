"""Business hours: open or closed at a moment, the closed period it lies in, counting time through open hours."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Hours:
    """A weekly plan, {weekday: ((opens_at, closes_at), ...)} with Monday 0, its time zone, and the days off.

    Always open while `is_on` is False.
    """

    is_on: bool = False
    zone: ZoneInfo = ZoneInfo("UTC")
    week: dict[int, tuple[tuple[time, time], ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()

    def is_open(self, at: datetime) -> bool:
        raise NotImplementedError

    def closed_since(self, at: datetime) -> datetime | None:
        """When the closed period that `at` lies in began (UTC); None while open."""
        raise NotImplementedError

    def after(self, start: datetime, length: timedelta) -> datetime:
        """The moment at which `length` of open time has passed since `start`."""
        raise NotImplementedError
