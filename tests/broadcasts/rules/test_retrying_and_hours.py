"""What is tried again, what stops a broadcast, and when people sleep."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcasts.rules.hours import allowed_at, zones_of
from broadcasts.rules.retrying import HOPELESS, next_try_seconds, should_stop


@pytest.mark.parametrize("code", [1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 133004])
def test_what_passes_is_tried_again_with_growing_pauses_and_then_given_up(code):
    """Shows S3-29."""
    pauses = [next_try_seconds(code, failures) for failures in (1, 2, 3, 4)]
    assert pauses == [30, 120, 600, None]
    assert code not in HOPELESS


@pytest.mark.parametrize("code", [131026, 131050, 132000, 132001, 132012, 131047, 131049, 130472, None])
def test_what_does_not_pass_is_not_tried_again_by_itself(code):
    assert next_try_seconds(code, 1) is None


@pytest.mark.parametrize(
    "code, hopeless", [(131026, True), (131050, True), (132000, True), (131049, False), (131042, False)]
)
def test_a_person_who_tries_the_failed_again_tries_what_may_arrive(code, hopeless):
    assert (code in HOPELESS) is hopeless


@pytest.mark.parametrize(
    "failed, settled, percent, stops",
    [(5, 20, 20, True), (4, 20, 20, False), (5, 19, 20, False), (19, 19, 1, False), (20, 20, None, False)],
)
def test_more_than_so_many_percent_stop_a_broadcast_once_twenty_are_known(failed, settled, percent, stops):
    assert should_stop(failed, settled, percent) is stops


def at(hour, zone):
    return datetime(2026, 11, 28, hour, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_a_phones_country_says_when_its_owner_sleeps():
    assert zones_of("+4930901820") == ("Europe/Berlin",)
    assert zones_of("nonsense") == ()


def test_in_the_daytime_now_is_fine_at_night_the_morning_is_meant():
    noon, night, early = at(12, "Europe/Berlin"), at(23, "Europe/Berlin"), at(4, "Europe/Berlin")
    zones = ("Europe/Berlin",)
    assert allowed_at(noon, zones, "UTC", 8, 20) == noon
    assert allowed_at(night, zones, "UTC", 8, 20) == datetime(2026, 11, 29, 7, tzinfo=UTC)
    assert allowed_at(early, zones, "UTC", 8, 20) == datetime(2026, 11, 28, 7, tzinfo=UTC)


def test_a_country_of_several_zones_is_awake_in_all_and_an_unknown_one_has_the_broadcasts():
    seven_in_new_york = at(7, "America/New_York")
    zones = ("America/New_York", "America/Los_Angeles")
    assert allowed_at(seven_in_new_york, zones, "UTC", 8, 20) == datetime(2026, 11, 28, 16, tzinfo=UTC)
    assert allowed_at(at(23, "Asia/Tokyo"), (), "Asia/Tokyo", 8, 20) == datetime(2026, 11, 28, 23, tzinfo=UTC)
    never_together = ("Pacific/Auckland", "Europe/London")
    assert allowed_at(at(12, "UTC"), never_together, "UTC", 10, 12) == datetime(2026, 11, 29, 10, tzinfo=UTC)


@given(st.integers(0, 365 * 24 * 60), st.integers(0, 22), st.integers(1, 24))
def test_the_moment_is_allowed_and_never_earlier(minutes, earliest, latest):
    if earliest >= latest:
        earliest, latest = latest - 1, earliest + 1
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = allowed_at(now, ("Europe/Berlin",), "UTC", earliest, latest)
    hour = found.astimezone(ZoneInfo("Europe/Berlin")).hour
    assert found >= now
    assert earliest <= hour < latest or hour == earliest + 1  # two o'clock on the day it does not exist
