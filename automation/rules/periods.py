"""The days that a report is about, and the steps in which it shows them. Days are local: of the number's zone."""

from dataclasses import dataclass
from datetime import date, timedelta

PRESETS = {"7": "Last 7 days", "30": "Last 30 days", "90": "Last 90 days", "365": "Last 12 months"}
USUAL = "30"
# A longer period is cut at its end: more would not fit a screen.
MOST_DAYS = 5 * 366
DAYS_BY_DAY = 31
DAYS_BY_WEEK = 26 * 7


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included. `preset` is one of PRESETS, or "" for days chosen by hand."""

    first: date
    last: date
    preset: str = ""

    @property
    def days(self):
        return (self.last - self.first).days + 1

    @property
    def step(self):
        """day, week or month: as fine as fits."""
        if self.days <= DAYS_BY_DAY:
            return "day"
        return "week" if self.days <= DAYS_BY_WEEK else "month"

    def starts(self):
        """The first day of every step, the first one's before the period where it begins in the middle of a step."""
        starts, day = [], start_of(self.step, self.first)
        while day <= self.last:
            starts.append(day)
            day = following(self.step, day)
        return starts


def start_of(step, day):
    """The first day of the step that `day` is in; weeks begin on Monday."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def following(step, day):
    """The first day of the step after the one that begins on `day`."""
    if step == "month":
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if step == "week" else 1)


def read_period(preset, first, last, today):
    """The Period that texts of an address ask for; what makes no sense is the usual one, until today.

    `first` and `last` are ISO days; either alone is enough. They count where no preset is named.
    """
    if preset in PRESETS:
        return last_days(preset, today)
    first, last = read_day(first), read_day(last)
    if first is None and last is None:
        return last_days(USUAL, today)
    last = last or max(today, first)
    first = first or last - timedelta(days=int(USUAL) - 1)
    first, last = min(first, last), max(first, last)
    return Period(first, min(last, first + timedelta(days=MOST_DAYS - 1)))


def last_days(preset, today):
    return Period(today - timedelta(days=int(preset) - 1), today, preset)


def read_day(text):
    """A day from its ISO text, None for anything else and for years that no calendar of ours reaches."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None
