"""Business hours: what is open, since when it is closed, and how time counts through open hours."""

from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.rules.hours import LOOKS_AHEAD, Hours

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NINE_TO_FIVE = ((time(9), time(17)),)
OFFICE = Hours(True, BERLIN, dict.fromkeys(range(5), NINE_TO_FIVE))
ALL_DAY = ((time(0), time(0)),)
MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6


def berlin(text):
    """A moment by Berlin's clock, in 2026: "11-20 09:00"."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BERLIN).astimezone(UTC)


def utc(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "at, is_open",
    [
        # 2026-11-20 is a Friday.
        (berlin("11-20 08:59:59"), False),
        (berlin("11-20 09:00"), True),
        (berlin("11-20 16:59:59"), True),
        (berlin("11-20 17:00"), False),
        (berlin("11-21 12:00"), False),
        (berlin("11-23 09:00"), True),
        # The same clock in summer is another moment.
        (utc("07-20 07:00"), True),
        (utc("11-20 07:00"), False),
    ],
)
def test_open_is_from_the_first_moment_until_the_last_excluded(at, is_open):
    assert OFFICE.is_open(at) is is_open


def test_a_number_without_hours_is_always_open():
    always = Hours(week={MONDAY: NINE_TO_FIVE}, holidays=frozenset({date(2026, 11, 22)}))
    sunday = berlin("11-22 03:00")
    assert always.is_open(sunday)
    assert always.closed_since(sunday) is None
    assert always.after(sunday, 72 * HOUR) == sunday + 72 * HOUR


def test_a_holiday_is_closed_by_the_days_of_the_zone():
    hours = Hours(True, ZoneInfo("Pacific/Auckland"), dict.fromkeys(range(7), ALL_DAY), frozenset({date(2026, 2, 6)}))
    # Midnight in Auckland is 11:00 UTC of the day before.
    assert [hours.is_open(utc(text)) for text in ("02-05 10:59", "02-05 11:00", "02-06 10:59", "02-06 11:00")] == [
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "at, began",
    [
        (berlin("11-20 17:00"), berlin("11-20 17:00")),
        (berlin("11-20 23:59"), berlin("11-20 17:00")),
        # The whole weekend is one closed period.
        (berlin("11-21 12:00"), berlin("11-20 17:00")),
        (berlin("11-23 08:59"), berlin("11-20 17:00")),
        (berlin("11-23 09:00"), None),
        # Each night is another one.
        (berlin("11-24 03:00"), berlin("11-23 17:00")),
    ],
)
def test_a_closed_period_began_when_it_was_last_open(at, began):
    assert OFFICE.closed_since(at) == began


def test_holidays_make_a_closed_period_longer():
    holidays = frozenset(date(2026, 12, day) for day in range(21, 32))
    hours = Hours(True, BERLIN, OFFICE.week, holidays)
    assert hours.closed_since(berlin("12-31 12:00")) == berlin("12-18 17:00")


def test_a_break_at_noon_is_a_closed_period_of_its_own():
    hours = Hours(True, BERLIN, {FRIDAY: ((time(9), time(12)), (time(13), time(17)))})
    assert hours.closed_since(berlin("11-20 12:30")) == berlin("11-20 12:00")
    assert hours.closed_since(berlin("11-20 13:00")) is None


def test_spans_that_touch_or_overlap_leave_no_gap_and_count_once():
    touching = Hours(True, BERLIN, {FRIDAY: ((time(9), time(12)), (time(12), time(17)))})
    overlapping = Hours(True, BERLIN, {FRIDAY: ((time(11), time(17)), (time(9), time(13)), (time(10), time(11)))})
    for hours in (touching, overlapping):
        assert hours.is_open(berlin("11-20 12:00"))
        assert hours.after(berlin("11-20 09:00"), 8 * HOUR) == berlin("11-20 17:00")
        assert hours.closed_since(berlin("11-20 18:00")) == berlin("11-20 17:00")


def test_an_end_of_midnight_is_the_end_of_that_day():
    hours = Hours(True, BERLIN, {FRIDAY: ((time(18), time(0)),)})
    assert hours.is_open(berlin("11-20 23:59"))
    assert hours.closed_since(berlin("11-21 00:00")) == berlin("11-21 00:00")
    assert hours.after(berlin("11-20 12:00"), 6 * HOUR) == berlin("11-21 00:00")


def test_a_night_shift_is_two_spans_that_meet_at_midnight():
    hours = Hours(True, BERLIN, {FRIDAY: ((time(18), time(0)),), SATURDAY: ((time(0), time(2)),)})
    assert hours.is_open(berlin("11-21 00:00"))
    assert hours.closed_since(berlin("11-21 02:00")) == berlin("11-21 02:00")
    assert hours.after(berlin("11-20 23:00"), 2 * HOUR) == berlin("11-21 01:00")


@pytest.mark.parametrize(
    "start, length, due",
    [
        (berlin("11-20 09:00"), 8 * HOUR, berlin("11-20 17:00")),
        (berlin("11-20 09:00"), 8 * HOUR + MINUTE, berlin("11-23 09:01")),
        (berlin("11-20 16:30"), HOUR, berlin("11-23 09:30")),
        # Written in the night: counted from the opening.
        (berlin("11-20 22:00"), HOUR, berlin("11-23 10:00")),
        # 24 hours are three days of eight; 72 hours are nine.
        (berlin("11-16 09:00"), 24 * HOUR, berlin("11-18 17:00")),
        (berlin("11-16 09:00"), 72 * HOUR, berlin("11-26 17:00")),
        (berlin("11-20 12:00"), timedelta(0), berlin("11-20 12:00")),
        # Nothing is rounded.
        (berlin("11-20 16:59:30.25"), MINUTE, berlin("11-23 09:00:30.25")),
    ],
)
def test_time_is_counted_through_open_hours(start, length, due):
    assert OFFICE.after(start, length) == due


def test_a_start_in_another_zone_is_the_same_moment():
    # Five hours by its own clock would be six.
    start = datetime(2026, 10, 25, 0, 30, tzinfo=BERLIN)
    daily = Hours(True, BERLIN, dict.fromkeys(range(7), ALL_DAY))
    assert daily.after(start, 5 * HOUR) == start.astimezone(UTC) + 5 * HOUR


# In Berlin 2026 the clock leaps from 02:00 to 03:00 on March 29, and lives the hour from 02:00 twice on October 25.


def test_a_day_of_23_hours_has_an_hour_less():
    hours = Hours(True, BERLIN, {SUNDAY: ALL_DAY})
    assert hours.after(berlin("03-29 00:00"), 23 * HOUR) == berlin("03-30 00:00")


def test_a_day_of_25_hours_has_an_hour_more():
    hours = Hours(True, BERLIN, {SUNDAY: ALL_DAY})
    assert hours.after(berlin("10-25 00:00"), 25 * HOUR) == berlin("10-26 00:00")


def test_a_span_that_the_clock_skips_is_not_there_that_day():
    hours = Hours(True, BERLIN, {SUNDAY: ((time(2), time(3)),)})
    assert not any(hours.is_open(utc("03-29 00:00") + minutes * MINUTE) for minutes in range(180))
    assert hours.closed_since(utc("03-29 01:30")) == utc("03-22 02:00")
    assert hours.after(utc("03-28 12:00"), HOUR) == utc("04-05 01:00")


@pytest.mark.parametrize("opens_at, closes_at, is_open", [("02:30", "04:00", True), ("01:00", "02:30", False)])
def test_a_time_that_the_clock_skips_is_reached_with_the_leap(opens_at, closes_at, is_open):
    hours = Hours(True, BERLIN, {SUNDAY: ((time.fromisoformat(opens_at), time.fromisoformat(closes_at)),)})
    leap = utc("03-29 01:00")
    assert hours.is_open(leap) is is_open
    assert hours.is_open(leap - MINUTE) is not is_open


def test_an_hour_lived_twice_is_open_twice_or_ends_the_first_time():
    hours = Hours(True, BERLIN, {SUNDAY: ((time(2), time(3)),)})
    assert hours.after(utc("10-25 00:00"), 2 * HOUR) == utc("10-25 02:00")
    short = Hours(True, BERLIN, {SUNDAY: ((time(1), time(2, 30)),)})
    assert [short.is_open(utc(text)) for text in ("10-25 00:29", "10-25 00:30", "10-25 01:15")] == [True, False, False]


def test_a_day_that_begins_with_a_leap_is_open_from_the_leap():
    cairo = Hours(True, ZoneInfo("Africa/Cairo"), {FRIDAY: ALL_DAY})
    # There is no 00:00 on Friday 2026-04-24 in Cairo: it is 01:00 at 22:00 UTC.
    assert not cairo.is_open(utc("04-23 21:59"))
    assert cairo.is_open(utc("04-23 22:00"))
    assert cairo.after(utc("04-23 12:00"), 23 * HOUR) == utc("04-24 21:00")


def test_midnight_lived_twice_begins_the_day_the_first_time():
    # In St. John's 2010 it was 23:01 of Saturday again, a minute after Sunday had begun at 02:30 UTC.
    sundays = Hours(True, ZoneInfo("America/St_Johns"), {SUNDAY: ALL_DAY})
    sunday = datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
    assert [sundays.is_open(sunday + minutes * MINUTE) for minutes in (-1, 0, 1, 30)] == [False, True, True, True]


NEVER_OPEN = Hours(True, BERLIN, {MONDAY: ()})


def test_without_any_opening_each_day_is_a_closed_period_and_time_passes():
    noon = berlin("11-20 12:00")
    assert not NEVER_OPEN.is_open(noon)
    assert NEVER_OPEN.closed_since(noon) == berlin("11-20 00:00")
    assert NEVER_OPEN.after(noon, 72 * HOUR) == noon + 72 * HOUR


def test_what_takes_years_is_due_when_counting_gives_up():
    start = berlin("11-20 12:00")
    rare = Hours(True, BERLIN, {MONDAY: ((time(9), time(9, 10)),)})
    assert rare.after(start, 72 * HOUR) == start + LOOKS_AHEAD
    hourly = Hours(True, BERLIN, {MONDAY: ((time(9), time(10)),)})
    # 72 Mondays from 2026-11-23 on.
    assert hourly.after(start, 72 * HOUR) == datetime(2028, 4, 3, 10, tzinfo=BERLIN)


def test_72_hours_are_counted_quickly():
    start = berlin("11-20 12:00")
    began = perf_counter()
    for _ in range(20):
        OFFICE.after(start, 72 * HOUR)
        OFFICE.closed_since(start)
    # About 0.2 ms each on a machine of 2026; the limit only tells a slip apart.
    assert perf_counter() - began < 20 * 0.02


# Against a clock that is read minute by minute.

# Days on which the clock is set there, and one on which it is not.
ZONES = {
    "Europe/Berlin": ("2026-03-29", "2026-10-25", "2026-06-01"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "Africa/Cairo": ("2026-04-24", "2026-10-30"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "Asia/Kolkata": ("2026-06-01",),
}
quarters = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@st.composite
def spans(draw):
    opens_at, closes_at = draw(quarters), draw(quarters)
    if closes_at != time.min and closes_at <= opens_at:
        opens_at, closes_at = (closes_at, opens_at) if closes_at < opens_at else (opens_at, time.min)
    return opens_at, closes_at


@st.composite
def plans(draw):
    """(hours, a moment near a change of its clock)"""
    zone = draw(st.sampled_from(sorted(ZONES)))
    near = datetime.fromisoformat(draw(st.sampled_from(ZONES[zone]))).replace(tzinfo=UTC)
    week = draw(st.dictionaries(st.integers(0, 6), st.lists(spans(), max_size=3).map(tuple), max_size=7))
    holidays = draw(st.frozensets(st.integers(-2, 2).map(lambda days: (near + days * DAY).date()), max_size=2))
    at = near + draw(st.integers(-24 * 60, 24 * 60)) * MINUTE
    return Hours(True, ZoneInfo(zone), week, holidays), at


def shown_in(zone, moment):
    return moment.astimezone(zone).replace(tzinfo=None)


def read_minute_by_minute(hours, start, end):
    """[is it open?] of every minute, by the latest time that the clock has shown so far."""
    minutes = []
    moment = start - DAY
    latest = shown_in(hours.zone, moment)
    while moment < end:
        latest = max(latest, shown_in(hours.zone, moment))
        shown, midnight = latest.time(), time.min
        if moment >= start:
            minutes.append(
                latest.date() not in hours.holidays
                and any(
                    opens <= shown and (shown < closes or closes == midnight)
                    for opens, closes in hours.week.get(latest.weekday(), ())
                )
            )
        moment += MINUTE
    return minutes


@settings(max_examples=60)
@given(plans(), st.integers(1, 1200))
def test_counting_agrees_with_a_clock_read_minute_by_minute(plan, length):
    hours, at = plan
    minutes = read_minute_by_minute(hours, at, at + 2 * DAY)
    assert [hours.is_open(at + count * MINUTE) for count in range(0, len(minutes), 15)] == minutes[::15]
    due = hours.after(at, length * MINUTE)
    if sum(minutes) >= length:
        passed = int((due - at) / MINUTE)
        assert sum(minutes[:passed]) == length
        assert minutes[passed - 1]
    elif any(hours.week.values()):
        assert due > at + 2 * DAY


@settings(max_examples=60)
@given(plans())
def test_a_closed_period_agrees_with_a_clock_read_minute_by_minute(plan):
    hours, at = plan
    minutes = read_minute_by_minute(hours, at - 2 * DAY, at + MINUTE)
    began = hours.closed_since(at)
    if minutes[-1]:
        assert began is None
    elif any(minutes):
        closed_for = minutes[::-1].index(True)
        assert began == at - (closed_for - 1) * MINUTE
    else:
        assert began <= at
