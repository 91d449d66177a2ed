"""Pauses, giving up and the circuit breaker of webhooks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.webhooks import (
    FAILURES_TO_PAUSE,
    Circuit,
    gives_up,
    is_slow,
    most_at_once,
    owes_notice,
    pace_after,
    pause_seconds,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "attempts, seconds",
    [(0, 5), (1, 5), (2, 15), (3, 60), (4, 300), (5, 900), (6, 3600), (7, 7200), (8, 7200), (1000, 7200)],
)
def test_pauses_grow_up_to_two_hours(attempts, seconds):
    assert pause_seconds(attempts, 0) == seconds


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_chance_adds_up_to_a_quarter(attempts, chance):
    least = pause_seconds(attempts, 0)
    assert least <= pause_seconds(attempts, chance) <= 1.25 * least


@given(st.integers(0, 10_000))
def test_no_pause_is_shorter_than_the_one_before(attempts):
    assert pause_seconds(attempts, 0) <= pause_seconds(attempts + 1, 0)


@pytest.mark.parametrize("waited, is_over", [(23 * HOUR, False), (24 * HOUR, True), (48 * HOUR, True)])
def test_a_day_after_it_was_due_it_is_given_up(waited, is_over):
    assert gives_up(NOON - waited, NOON) == is_over


def failing(times, circuit=None, at=NOON):
    circuit = circuit or Circuit()
    for _ in range(times):
        circuit = circuit.after_failure(at)
    return circuit


def test_the_breaker_opens_after_so_many_failures_and_not_before():
    assert not failing(FAILURES_TO_PAUSE - 1).is_open
    circuit = failing(FAILURES_TO_PAUSE)
    assert circuit.is_open
    assert circuit.paused_at == NOON


def test_a_success_in_between_counts_anew():
    circuit = failing(FAILURES_TO_PAUSE - 1).after_success()
    assert not failing(FAILURES_TO_PAUSE - 1, circuit).is_open


def test_open_it_lets_a_probe_through_when_its_time_has_come():
    circuit = failing(FAILURES_TO_PAUSE)
    assert not circuit.may_call(NOON + timedelta(seconds=29))
    assert circuit.may_call(NOON + timedelta(seconds=30))


def test_probes_grow_rarer_up_to_ten_minutes():
    circuit, pauses, now = failing(FAILURES_TO_PAUSE), [], NOON
    for _ in range(7):
        pauses.append((circuit.probe_at - now).total_seconds())
        now = circuit.probe_at
        circuit = circuit.after_failure(now)
    assert pauses == [30, 60, 120, 300, 600, 600, 600]
    assert circuit.paused_at == NOON


@given(st.lists(st.booleans()))
def test_after_a_success_it_is_closed_whatever_came_before(outcomes):
    circuit = Circuit()
    for is_success in outcomes:
        circuit = circuit.after_success() if is_success else circuit.after_failure(NOON)
    assert circuit.after_success() == Circuit()
    assert circuit.after_success().may_call(NOON)


@pytest.mark.parametrize(
    "pace_ms, is_probing, most",
    [(None, False, 1), (80, False, 2), (1000, False, 2), (1001, False, 1), (80, True, 1)],
)
def test_slow_and_unknown_ones_get_one_call_at_a_time(pace_ms, is_probing, most):
    assert most_at_once(pace_ms, is_probing) == most


@given(st.integers(0, 9000))
def test_one_that_has_become_slow_is_known_to_be_soon(fast_ms):
    pace = pace_after(pace_after(fast_ms, 10_000), 10_000)
    assert is_slow(pace)


@pytest.mark.parametrize(
    "trouble_at, told_at, owed",
    [
        (None, None, False),
        (NOON, None, True),
        (NOON, NOON, False),
        (NOON - 2 * HOUR, NOON - HOUR, False),  # this trouble was told already
        (NOON, NOON - HOUR, True),
        (NOON, NOON - HOUR / 2, False),  # told half an hour ago: later, if it lasts
    ],
)
def test_admins_hear_once_of_each_trouble(trouble_at, told_at, owed):
    assert owes_notice(trouble_at, told_at, NOON) == owed
