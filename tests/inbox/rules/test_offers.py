"""Which buttons a thread's head shows."""

import pytest

from inbox.rules.offers import Seat, offers


def seat(status, **facts):
    usual = {"is_mine": False, "is_supervisor": False, "may_act": True, "is_following": False, "is_unanswered": False}
    return Seat(status, **{**usual, **facts})


@pytest.mark.parametrize(
    "facts, offered",
    [
        (seat("queued"), ["claim", "transfer", "follow", "unread"]),
        (seat("unassigned", is_supervisor=True), ["claim", "transfer", "close", "follow", "unread"]),
        (seat("assigned", is_mine=True), ["close", "transfer", "give-back", "unread"]),
        (seat("assigned", is_mine=True, is_unanswered=True), ["close", "transfer", "give-back", "waive", "unread"]),
        (seat("assigned", may_act=False), ["take-over", "help", "unread"]),
        (seat("assigned", is_following=True), ["take-over", "unfollow", "unread"]),
        (seat("assigned", is_supervisor=True), ["take-over", "transfer", "give-back", "close", "follow", "unread"]),
        (seat("bot"), ["take-over", "follow", "unread"]),
        (seat("pending", is_supervisor=True), ["transfer", "close", "follow", "unread"]),
        (seat("closed"), ["reopen", "unread"]),
    ],
)
def test_the_head_offers_what_its_viewer_can_do_next(facts, offered):
    assert offers(facts) == offered
