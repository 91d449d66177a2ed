"""Two machines talking: more than 10 automatic messages in 10 minutes."""

import pytest

from automation.rules.loops import would_be_too_many
from tests.automation.rules.stories import MINUTE, SECOND, at

NOON = at("12:00")


@pytest.mark.parametrize("sent, is_too_many", [(0, False), (9, False), (10, True), (11, True)])
def test_ten_go_out_and_the_eleventh_does_not(sent, is_too_many):
    assert would_be_too_many([NOON - count * SECOND for count in range(sent)], NOON) is is_too_many


def test_only_the_last_ten_minutes_count():
    nine = [NOON - MINUTE] * 9
    assert would_be_too_many([*nine, NOON - 10 * MINUTE + SECOND], NOON)
    assert not would_be_too_many([*nine, NOON - 10 * MINUTE], NOON)


def test_what_is_put_in_the_same_moment_counts():
    assert would_be_too_many(iter([NOON] * 10), NOON)
