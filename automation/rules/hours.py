"""Business hours: open or closed at a moment, the closed period it lies in, counting time through open hours.

A time of day is reached once a day, the first time the zone's clock shows it or a later one. So a span that the clock
skips in spring is not there that day, one that holds the hour lived twice in autumn is an hour longer, and a time
within that hour means its first passing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
# A closed period is looked for so far back. Nothing was open in it: then every day is a closed period of its own.
LOOKS_BACK = 60 * DAY
# Time is counted so far ahead: 72 hours at one hour a week. What takes longer than that is due then.
LOOKS_AHEAD = 80 * 7 * DAY

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Hours:
    """A weekly plan, {weekday: ((opens_at, closes_at), ...)} with Monday 0, its time zone, and the days off.

    An end of 00:00 is the end of that day; spans may touch or overlap. Always open while `is_on` is False. A plan
    without any opening is always closed; there time is counted as it passes, or nothing would ever be due.
    """

    is_on: bool = False
    zone: ZoneInfo = ZoneInfo("UTC")
    week: dict[int, tuple[tuple[time, time], ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()

    def is_open(self, at: datetime) -> bool:
        return not self.is_on or any(start <= at < end for start, end in self._spans_near(at))

    def closed_since(self, at: datetime) -> datetime | None:
        """When the closed period that `at` lies in began (UTC); None while open."""
        if self.is_open(at):
            return None
        today = self._day_of(at)
        for days in range(-1, LOOKS_BACK.days):
            ends = [end for _, end in self._spans_of(today - days * DAY) if end <= at]
            if ends:
                return max(ends)
        return self._first_reached(datetime.combine(today, time.min))

    def after(self, start: datetime, length: timedelta) -> datetime:
        """The moment at which `length` of open time has passed since `start`."""
        if not self.is_on or not any(self.week.values()):
            return start + length
        if length <= timedelta(0):
            return start
        counted_to, left = start.astimezone(UTC), length
        for opens, closes in self._spans_after(start):
            begins = max(opens, counted_to)
            if closes - begins >= left:
                return begins + left
            if closes > begins:
                counted_to, left = closes, left - (closes - begins)
        return start + LOOKS_AHEAD

    def _spans_near(self, at: datetime) -> Iterator[Span]:
        """Those of its day and of the days beside it, since a zone may set its clock over midnight."""
        day = self._day_of(at)
        for days in (-1, 0, 1):
            yield from self._spans_of(day + days * DAY)

    def _spans_after(self, start: datetime) -> Iterator[Span]:
        day = self._day_of(start)
        for days in range(-1, LOOKS_AHEAD.days):
            yield from self._spans_of(day + days * DAY)

    def _spans_of(self, day: date) -> Iterator[Span]:
        """When it is open on a day of its zone, in UTC, in order; none of them is empty."""
        if day in self.holidays:
            return
        for opens_at, closes_at in sorted(self.week.get(day.weekday(), ())):
            last_day = day if closes_at != time.min else day + DAY
            start = self._first_reached(datetime.combine(day, opens_at))
            end = self._first_reached(datetime.combine(last_day, closes_at))
            if start < end:
                yield start, end

    def _day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _first_reached(self, shown: datetime) -> datetime:
        """The moment (UTC) at which the zone's clock first shows `shown` or later."""
        moment = shown.replace(tzinfo=self.zone).astimezone(UTC)
        if self._shown_at(moment) == shown:
            return moment
        # The clock skips it: find the leap, which lies between the two readings of a time that does not exist.
        before = shown.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        while moment - before > SECOND:
            middle = before + (moment - before) // 2
            before, moment = (before, middle) if self._shown_at(middle) >= shown else (middle, moment)
        return moment.replace(microsecond=0)

    def _shown_at(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)
