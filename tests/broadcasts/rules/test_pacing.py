"""Slots: never above the rate, slower where WhatsApp refuses, agents first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from broadcasts.rules.pacing import PAIR, THROUGHPUT, Rate, refused, take, wait_seconds

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def test_after_a_quarter_of_a_second_a_quarter_of_the_rate_is_free():
    taken, rate = take(Rate(80, next_slot_at=NOW), 1000, after(0.25))
    assert taken == 20
    assert take(rate, 1000, after(0.25))[0] == 0
    assert take(rate, 1000, after(0.5))[0] == 20


def test_only_what_is_wanted_is_taken_and_the_rest_stays_for_a_second_at_most():
    taken, rate = take(Rate(80, next_slot_at=NOW), 5, after(0.25))
    assert taken == 5
    assert take(rate, 1000, after(0.25))[0] == 15
    assert take(rate, 1000, after(60))[0] == 80


def test_agents_messages_use_slots_first():
    taken, rate = take(Rate(80, next_slot_at=NOW), 1000, after(0.25), used=15)
    assert taken == 5
    assert take(rate, 1000, after(0.25))[0] == 0


def test_agents_messages_beyond_the_free_slots_are_paid_back_by_the_broadcast():
    taken, rate = take(Rate(80, next_slot_at=NOW), 1000, after(0.25), used=40)
    assert taken == 0
    assert take(rate, 1000, after(0.5))[0] == 0
    assert take(rate, 1000, after(0.75))[0] == 20


def test_a_refusal_for_throughput_rests_then_halves_the_rate_and_it_comes_back():
    slower = refused(Rate(80, next_slot_at=NOW), THROUGHPUT, NOW)
    assert take(slower, 1000, after(0.9))[0] == 0
    assert slower.now(after(4)) == 40
    assert slower.now(after(10)) == 60
    assert slower.now(after(60)) == 80


def test_refusals_that_were_on_their_way_by_then_do_not_slow_it_further():
    slower = refused(Rate(80, next_slot_at=NOW), THROUGHPUT, NOW)
    assert refused(slower, THROUGHPUT, after(1)) == slower
    assert refused(slower, THROUGHPUT, after(3)).now(after(3)) == 20


def test_too_many_to_one_customer_slow_nobody_else():
    rate = Rate(80, next_slot_at=NOW)
    assert refused(rate, PAIR, NOW) == rate
    assert refused(rate, None, NOW) == rate


@given(
    st.integers(1, 1000),
    st.lists(st.tuples(st.floats(0.001, 3), st.integers(0, 500), st.integers(0, 50)), min_size=1, max_size=60),
)
def test_however_it_is_asked_no_more_leave_than_the_rate_allows(per_second, looks):
    """Over any time: the rate times the seconds, and one second's slots that were kept."""
    rate, now, total = Rate(per_second, next_slot_at=NOW), NOW, 0
    for seconds, wanted, used in looks:
        now += timedelta(seconds=seconds)
        taken, rate = take(rate, wanted, now, used)
        assert 0 <= taken <= wanted
        total += taken
        assert wait_seconds(rate, now) >= 0
    assert total <= per_second * ((now - NOW).total_seconds() + 1) + 1


@given(st.integers(20, 1000), st.floats(0.05, 0.4))
def test_a_courier_that_comes_often_enough_keeps_the_rate(per_second, every_seconds):
    rate, now, total = Rate(per_second, next_slot_at=NOW), NOW, 0
    for _ in range(100):
        now += timedelta(seconds=every_seconds)
        taken, rate = take(rate, 10_000, now)
        total += taken
    assert abs(total - per_second * (now - NOW).total_seconds()) <= 2
