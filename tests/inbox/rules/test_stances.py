"""Where an agent stands before the composer: one table."""

import pytest

from inbox.rules.offers import Seat
from inbox.rules.stances import stance


def seat(status, *, mine=False, follows=False, acts=True, supervisor=False):
    return Seat(status, is_mine=mine, is_supervisor=supervisor, may_act=acts, is_following=follows, is_unanswered=True)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (seat("unassigned"), "claim"),
        (seat("queued"), "claim"),
        (seat("queued", follows=True), "claim"),
        (seat("assigned", mine=True), "write"),
        (seat("assigned", mine=True, follows=True), "write"),
        (seat("assigned", acts=False), "ask"),
        (seat("assigned", supervisor=True), "ask"),
        (seat("assigned", follows=True), "help"),
        (seat("bot"), "bot"),
        (seat("bot", follows=True), "help"),
        (seat("closed"), "closed"),
        (seat("pending", supervisor=True), "pending"),
    ],
)
def test_where_an_agent_stands(where, expected):
    assert stance(where) == expected
