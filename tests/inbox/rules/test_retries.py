"""Pauses between tries."""

import pytest

from inbox.rules.retries import gives_up, pause_seconds


@pytest.mark.parametrize("attempts, expected", [(1, 1), (2, 2), (3, 4), (4, 8), (9, 256), (10, 300), (60000, 300)])
def test_a_pause_doubles_up_to_five_minutes(attempts, expected):
    assert pause_seconds(attempts, 130429, None, 0) == expected


@pytest.mark.parametrize("attempts, expected", [(1, 1), (2, 4), (3, 16), (4, 64)])
def test_the_pair_rate_waits_four_to_the_nth_as_meta_asks(attempts, expected):
    assert pause_seconds(attempts, 131056, None, 0) == expected


def test_chance_adds_up_to_a_quarter():
    assert pause_seconds(3, None, None, 1) == 5


def test_what_meta_asks_for_is_the_least():
    assert pause_seconds(1, 4, 600, 0) == 600
    assert pause_seconds(4, 4, 2, 0) == 8


def test_an_unnamed_fault_is_given_up_soon_because_others_wait_behind_it():
    assert not gives_up(5, 131000, 60)
    assert gives_up(6, 131000, 60)


def test_an_outage_is_given_up_after_a_day():
    assert not gives_up(200, None, 86_000)
    assert gives_up(200, None, 86_401)
