"""Which days a report is about, and in which steps it shows them."""

from datetime import date, timedelta

import pytest

from automation.rules.periods import Period, read_period

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize("preset, days", [("7", 7), ("30", 30), ("90", 90), ("365", 365)])
def test_a_preset_ends_today(preset, days):
    period = read_period(preset, "", "", TODAY)
    assert (period.last, period.days, period.preset) == (TODAY, days, preset)


@pytest.mark.parametrize(
    "preset, first, last, expected",
    [
        ("", "2026-11-01", "2026-11-05", (date(2026, 11, 1), date(2026, 11, 5))),
        ("", "2026-11-05", "2026-11-01", (date(2026, 11, 1), date(2026, 11, 5))),
        ("", "2026-11-10", "", (date(2026, 11, 10), TODAY)),
        ("", "2026-12-10", "", (date(2026, 12, 10), date(2026, 12, 10))),
        ("", "", "2026-11-05", (date(2026, 10, 7), date(2026, 11, 5))),
        ("", "", "", (date(2026, 10, 22), TODAY)),
        ("", "yesterday", "9999-12-31", (date(2026, 10, 22), TODAY)),
        (None, None, None, (date(2026, 10, 22), TODAY)),
        ("8", "0001-01-01", "", (date(2026, 10, 22), TODAY)),
    ],
)
def test_days_chosen_by_hand_or_nonsense(preset, first, last, expected):
    period = read_period(preset, first, last, TODAY)
    assert (period.first, period.last) == expected


def test_a_very_long_period_is_cut():
    assert read_period("", "2000-01-01", "2200-01-01", TODAY).days == 5 * 366


@pytest.mark.parametrize("days, step", [(1, "day"), (31, "day"), (32, "week"), (182, "week"), (183, "month")])
def test_the_longer_the_period_the_wider_its_steps(days, step):
    assert Period(TODAY, TODAY + timedelta(days=days - 1)).step == step


def test_weeks_begin_on_monday_and_months_on_their_first_day():
    weeks = Period(date(2026, 10, 1), date(2026, 11, 20)).starts()
    assert (weeks[0], weeks[-1]) == (date(2026, 9, 28), date(2026, 11, 16))
    months = Period(date(2026, 1, 15), date(2026, 11, 20)).starts()
    assert (months[0], months[1], months[-1]) == (date(2026, 1, 1), date(2026, 2, 1), date(2026, 11, 1))
