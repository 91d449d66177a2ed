"""Slots: never above the rate, slower where WhatsApp refuses, agents first."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcasts.rules.pacing import PAIR, THROUGHPUT, Rate, free, refused, take, wait_seconds

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def test_after_a_quarter_of_a_second_a_quarter_of_the_rate_is_free():
    taken, rate = take(Rate(80, next_slot_at=NOW), 1000, after(0.25))
    assert taken == 20
    assert take(rate, 1000, after(0.25))[0] == 0
    assert take(rate, 1000, after(0.5))[0] == 20


def test_only_what_is_wanted_is_taken_and_the_rest_stays_for_a_moment():
    taken, rate = take(Rate(80, next_slot_at=NOW), 5, after(0.25))
    assert taken == 5
    assert take(rate, 1000, after(0.25))[0] == 15
    assert take(rate, 1000, after(60))[0] == 73


def test_agents_messages_use_slots_first():
    taken, rate = take(Rate(80, next_slot_at=NOW), 1000, after(0.25), used=15)
    assert taken == 5
    assert take(rate, 1000, after(0.25))[0] == 0


def test_agents_messages_beyond_the_free_slots_are_paid_back_by_the_broadcast():
    taken, rate = take(Rate(80, next_slot_at=NOW), 1000, after(0.25), used=40)
    assert taken == 0
    assert take(rate, 1000, after(0.5))[0] == 0
    assert take(rate, 1000, after(0.75))[0] == 20


def test_one_refusal_for_throughput_is_a_rest_and_a_little_less_for_a_while():
    slower = refused(Rate(80, next_slot_at=NOW), THROUGHPUT, NOW)
    assert take(slower, 1000, after(0.5))[0] == 0
    assert take(slower, 1000, after(0.75))[0] > 0
    assert slower.now(after(4)) == 76
    assert slower.now(after(6)) == 80


@pytest.mark.parametrize("seconds, per_second", [(2, 38), (14, 40), (16, 76)])
def test_another_refusal_soon_halves_the_rate(seconds, per_second):
    """After fifteen seconds without one it counts as the first."""
    slower = refused(Rate(80, next_slot_at=NOW), THROUGHPUT, NOW)
    assert refused(slower, THROUGHPUT, after(seconds)).slowed_to == per_second


def test_a_halved_rate_comes_back_by_and_by():
    halved = Rate(80, next_slot_at=NOW, slowed_to=40, slowed_at=NOW)
    assert [halved.now(after(seconds)) for seconds in (4, 10, 60)] == [40, 60, 80]


def test_refusals_that_were_on_their_way_by_then_do_not_slow_it_further():
    slower = refused(Rate(80, next_slot_at=NOW), THROUGHPUT, NOW)
    assert refused(slower, THROUGHPUT, after(1)) == slower


def test_too_many_to_one_customer_slow_nobody_else():
    rate = Rate(80, next_slot_at=NOW)
    assert refused(rate, PAIR, NOW) == rate
    assert refused(rate, None, NOW) == rate


@pytest.mark.parametrize(
    "place, seconds, waits",
    [
        (0, 0.1, 0.1),  # a handful is there after a fifth of a second
        (0, 0.2, 0),
        (1, 0.2, 0.2),  # the one before it may be at work with the first handful
        (1, 0.4, 0),
        (2, 0.4, 0.2),
        (9, 0.6, 0),  # all begin before the first slot is lost
    ],
)
def test_couriers_begin_one_after_another_as_slots_gather(place, seconds, waits):
    rate = Rate(80, next_slot_at=NOW)
    assert wait_seconds(rate, 1000, after(seconds), place) == pytest.approx(waits)
    assert (free(rate, after(seconds), place) >= 16) == (not waits)


def test_for_one_slot_nobody_waits_until_there_is_a_handful():
    rate = Rate(80, next_slot_at=NOW)
    assert wait_seconds(rate, 1, NOW) == pytest.approx(1 / 80)
    assert wait_seconds(rate, 1, after(0.0125)) == 0


@given(
    st.integers(1, 1000),
    st.lists(st.tuples(st.floats(0, 3), st.integers(0, 500), st.integers(0, 50)), min_size=1, max_size=60),
)
def test_in_any_stretch_of_time_no_more_are_taken_than_the_rate_allows_and_what_is_kept(per_second, looks):
    rate, now, taken_at = Rate(per_second, next_slot_at=NOW), NOW, []
    for seconds, wanted, used in looks:
        now += timedelta(seconds=seconds)
        taken, rate = take(rate, wanted, now, used)
        assert 0 <= taken <= wanted
        assert wait_seconds(rate, wanted, now) >= 0
        taken_at.append((now, taken))
    for place, (begins, _) in enumerate(taken_at):
        total = 0
        for ends, taken in taken_at[place:]:
            total += taken
            assert total <= per_second * ((ends - begins).total_seconds() + 0.9) + 1.001


@given(st.integers(1, 1000), st.lists(st.floats(0.01, 0.9), min_size=5, max_size=100))
def test_where_a_courier_comes_almost_every_second_no_slot_is_lost(per_second, pauses):
    rate, now, total = Rate(per_second, next_slot_at=NOW), NOW, 0
    for seconds in pauses:
        now += timedelta(seconds=seconds)
        taken, rate = take(rate, 10_000, now)
        total += taken
    assert abs(total - per_second * (now - NOW).total_seconds()) <= 1.01


@given(st.integers(1, 1000), st.integers(1, 200), st.integers(0, 9), st.floats(0, 2))
def test_whoever_has_waited_as_long_as_told_gets_some(per_second, wanted, place, seconds):
    """A lane has another courier for each thirty a second."""
    place = min(place, per_second // 30)
    rate, now = Rate(per_second, next_slot_at=NOW), after(seconds)
    later = now + timedelta(seconds=wait_seconds(rate, wanted, now, place), microseconds=1)
    assert free(rate, later, place) >= 1
    assert wait_seconds(rate, wanted, later, place) == 0
