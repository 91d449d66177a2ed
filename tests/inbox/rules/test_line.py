"""The line: where one stands in it, and what it is called."""

from datetime import UTC, datetime, timedelta

import pytest

from inbox.rules import line

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=5)
BEFORE_THAT = NOW - timedelta(minutes=9)


@pytest.mark.parametrize(
    "unanswered_since, in_line_since, expected",
    [
        (EARLIER, None, EARLIER),
        (EARLIER, BEFORE_THAT, EARLIER),
        (None, BEFORE_THAT, BEFORE_THAT),
        (None, None, NOW),
    ],
)
def test_waiting_began_with_the_oldest_unanswered_word_else_with_the_return(unanswered_since, in_line_since, expected):
    assert line.waiting_since(unanswered_since, in_line_since, NOW) == expected


@pytest.mark.parametrize(
    "is_manual, window_is_open, someone_is_available, expected",
    [
        (False, True, True, "queued"),
        (False, True, False, "unassigned"),
        (False, False, True, "unassigned"),
        (True, True, True, "unassigned"),
        (True, False, False, "unassigned"),
    ],
)
def test_queued_means_that_somebody_will_get_to_it(is_manual, window_is_open, someone_is_available, expected):
    assert line.status(is_manual, window_is_open, someone_is_available) == expected


@pytest.mark.parametrize(
    "is_manual, window_is_open, expected",
    [(False, True, True), (False, False, False), (True, True, False), (True, False, False)],
)
def test_closed_windows_and_manual_picking_are_not_handed_out(is_manual, window_is_open, expected):
    assert line.is_handed_out(is_manual, window_is_open) is expected
