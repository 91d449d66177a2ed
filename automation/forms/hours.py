"""Business hours: a time zone, a weekly plan with several spans a day, days off."""

from dataclasses import dataclass
from datetime import date, time
from functools import cache
from zoneinfo import available_timezones

from django import forms

from automation.forms.lines import LinesField, at
from automation.forms.marked import MarkedForm
from automation.models import BusinessHours, Holiday, OpeningTime

DAYS = OpeningTime.Weekday.choices
MIDNIGHT = time(0)
MOST_SPANS = 6
MOST_HOLIDAYS = 366
NAME_LIMIT = 100
# Old names and offsets under which nobody looks for a place.
ASIDE = ("Etc/", "SystemV/", "posix/", "right/")


@cache
def time_zones():
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(ASIDE)) + ["UTC"]


@dataclass(frozen=True)
class Span:
    """A typed opening time, with what is wrong with it."""

    place: int
    opens: str
    closes: str
    error: str = ""


class HoursForm(MarkedForm):
    """After cleaning: `spans` [(weekday, opens_at, closes_at)] and `days_off` {date: name}."""

    is_on = forms.BooleanField(required=False)
    time_zone = forms.CharField(required=False)
    holiday_day = LinesField()
    holiday_name = LinesField()

    def __init__(self, number, *args, **options):
        self.number = number
        self.stored = BusinessHours.objects.filter(number=number).first() or BusinessHours(number=number)
        super().__init__(*args, initial=self._stored_values(), **options)
        for day, _ in DAYS:
            self.fields[f"opens_{day}"] = LinesField()
            self.fields[f"closes_{day}"] = LinesField()
        self.spans, self.days_off = [], {}

    def _stored_values(self):
        stored = self.stored
        times = list(stored.opening_times.all()) if stored.pk else []
        holidays = list(stored.holidays.all()) if stored.pk else []
        values = {
            "is_on": stored.is_on,
            "time_zone": stored.time_zone,
            "holiday_day": [holiday.day.isoformat() for holiday in holidays],
            "holiday_name": [holiday.name for holiday in holidays],
        }
        for day, _ in DAYS:
            values[f"opens_{day}"] = [f"{span.opens_at:%H:%M}" for span in times if span.weekday == day]
            values[f"closes_{day}"] = [f"{span.closes_at:%H:%M}" for span in times if span.weekday == day]
        return values

    # For the page

    @property
    def week(self):
        """[(weekday, its name, [Span])]"""
        return [(day, name, self._typed_spans(day)) for day, name in DAYS]

    def _typed_spans(self, day):
        opens, closes = self.lines(f"opens_{day}"), self.lines(f"closes_{day}")
        spans = (
            Span(place, at(opens, place), at(closes, place), self.marks.get((f"opens_{day}", place), ""))
            for place in range(max(len(opens), len(closes)))
        )
        return [span for span in spans if span.opens or span.closes]

    @property
    def holidays(self):
        """[{day, name, error}] as typed."""
        days, names = self.lines("holiday_day"), self.lines("holiday_name")
        typed = [
            {"place": n, "day": at(days, n), "name": at(names, n), "error": self.marks.get(("holiday_day", n), "")}
            for n in range(max(len(days), len(names)))
        ]
        return [row for row in typed if row["day"] or row["name"]]

    # Judging

    def clean(self):
        cleaned = super().clean()
        for day, _ in DAYS:
            self._clean_day(day)
        self._clean_holidays()
        if self.told("time_zone") not in time_zones():
            self.mark("time_zone", "Choose a time zone from the list.")
        if self.is_told("is_on") and not self.spans and not self.errors:
            self.mark("is_on", "Enter when you are open, or turn business hours off: then you are always open.")
        return cleaned

    def _clean_day(self, day):
        taken = []
        for span in self._typed_spans(day):
            opens, closes = as_time(span.opens), as_time(span.closes)
            has_room = len(taken) < MOST_SPANS
            words = wrong_with_span(opens, closes, taken) if has_room else f"Up to {MOST_SPANS} times a day."
            if words:
                self.mark(f"opens_{day}", words, span.place)
            else:
                taken.append((opens, closes))
        self.spans += [(day, opens, closes) for opens, closes in taken]

    def _clean_holidays(self):
        for row in self.holidays:
            place, day = row["place"], as_day(row["day"])
            if day is None:
                self.mark("holiday_day", "Choose a date.", place)
            elif day in self.days_off:
                self.mark("holiday_day", "This day is there already.", place)
            elif "\x00" in row["name"]:
                self.mark("holiday_day", "This name holds a character that cannot be kept.", place)
            elif len(row["name"]) > NAME_LIMIT or place >= MOST_HOLIDAYS:
                self.mark("holiday_day", f"A name may have up to {NAME_LIMIT} characters.", place)
            else:
                self.days_off[day] = row["name"]

    def save(self):
        """Write the plan; the caller holds the transaction."""
        hours, _ = BusinessHours.objects.update_or_create(
            number=self.number, defaults={"is_on": self.cleaned_data["is_on"], "time_zone": self.told("time_zone")}
        )
        hours.opening_times.all().delete()
        OpeningTime.objects.bulk_create(
            OpeningTime(hours=hours, weekday=day, opens_at=opens, closes_at=closes) for day, opens, closes in self.spans
        )
        hours.holidays.all().delete()
        Holiday.objects.bulk_create(Holiday(hours=hours, day=day, name=name) for day, name in self.days_off.items())


def as_time(typed):
    """A time of day as a browser sends it, or None. 24:00 is the end of the day, stored as 00:00."""
    try:
        return MIDNIGHT if typed == "24:00" else time.fromisoformat(typed).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


def as_day(typed):
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def wrong_with_span(opens, closes, taken):
    """Why this opening time cannot stand beside those of its day, "" where it can."""
    if opens is None or closes is None:
        return "Enter both times."
    if closes != MIDNIGHT and closes <= opens:
        return "It must close after it opens."
    overlaps = any(_before(opens, end) and _before(start, closes) for start, end in taken)
    return "This overlaps another time of this day." if overlaps else ""


def _before(start, end):
    return end == MIDNIGHT or start < end
