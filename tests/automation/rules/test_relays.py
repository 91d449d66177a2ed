"""What a call to a workflow came to, and when it is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.rules.relays import LONGEST_PAUSE, Verdict, retry_at, verdict

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "status, has_body, said",
    [
        (200, True, "answered"),
        (201, True, "answered"),
        (204, False, "answered"),
        # Nonsense, which whoever reads the body finds out.
        (200, False, "answered"),
        (202, False, "taken"),
        (202, True, "answered"),
        (400, True, "failed"),
        (401, True, "failed"),
        (404, False, "failed"),
        (410, False, "failed"),
        (408, False, "retry"),
        (425, False, "retry"),
        (429, True, "retry"),
        (500, True, "retry"),
        (503, False, "retry"),
        (599, False, "retry"),
        (100, False, "failed"),
    ],
)
def test_what_a_status_says(status, has_body, said):
    assert verdict(status, has_body) == said


@given(st.integers(100, 999), st.booleans())
def test_only_success_settles_it_as_answered(status, has_body):
    good = verdict(status, has_body) in (Verdict.ANSWERED, Verdict.TAKEN)
    assert good is (200 <= status < 300)


@pytest.mark.parametrize("attempts, seconds", [(0, 1), (1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (1000, 60)])
def test_pauses_grow_up_to_a_minute(attempts, seconds):
    assert retry_at(attempts, NOON) == NOON + timedelta(seconds=seconds)


@given(st.integers(0, 10_000))
def test_the_next_try_is_never_sooner_than_the_one_before(attempts):
    assert retry_at(attempts, NOON) <= retry_at(attempts + 1, NOON) <= NOON + LONGEST_PAUSE
