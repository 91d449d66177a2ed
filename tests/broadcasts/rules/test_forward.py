"""News of a message move its recipient forward only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcasts.rules.forward import ARRIVED, ORDER, becomes

STANDS = [*ORDER, "failed", "skipped", "cancelled"]
GOOD = ["sent", "delivered", "read"]
TOLD = ["sent", "delivered", "read", "failed"]


@pytest.mark.parametrize(
    ("stands", "reason", "told", "of_this_try", "becomes_"),
    [
        ("sending", "", "sent", True, "sent"),
        # The report was quicker than our own writing down.
        ("sending", "", "delivered", True, "delivered"),
        ("sending", "", "failed", True, "failed"),
        ("sent", "", "delivered", True, "delivered"),
        ("sent", "", "failed", True, "failed"),
        ("delivered", "", "read", True, "read"),
        # Late, or told twice.
        ("delivered", "", "sent", True, None),
        ("delivered", "", "delivered", True, None),
        ("delivered", "", "failed", True, None),
        ("read", "", "delivered", True, None),
        # A failure may be disproven, a doubt ended.
        ("failed", "sms_30008", "delivered", True, "delivered"),
        ("failed", "sms_30008", "sent", True, None),
        ("failed", "unconfirmed", "sent", True, "sent"),
        ("failed", "unconfirmed", "failed", True, None),
        # Of an earlier try: that it arrived counts, that it failed does not.
        ("queued", "", "delivered", False, "delivered"),
        ("queued", "", "failed", False, None),
        ("sending", "", "failed", False, None),
        ("sent", "", "failed", False, None),
        # Nothing left of these.
        ("skipped", "opted_out", "delivered", True, None),
        ("cancelled", "cancelled", "delivered", True, None),
    ],
)
def test_news_move_a_recipient(stands, reason, told, of_this_try, becomes_):
    assert becomes(stands, reason, told, of_this_try) == becomes_


@given(st.sampled_from(STANDS), st.sampled_from(TOLD), st.booleans())
def test_told_again_nothing_happens(stands, told, of_this_try):
    first = becomes(stands, "", told, of_this_try) or stands
    assert becomes(first, "", told, of_this_try) is None


@given(
    st.permutations(["sent", "delivered", "read"]), st.lists(st.sampled_from(["sent", "delivered", "read"]), max_size=4)
)
def test_whatever_order_news_come_in_the_end_is_the_same(once, more):
    stands = "sending"
    for told in [*once, *more]:
        stands = becomes(stands, "", told, True) or stands
    assert stands == "read"


@given(st.lists(st.sampled_from(TOLD), max_size=8))
def test_what_arrived_stays_arrived(news):
    stands, has_arrived = "sending", False
    for told in news:
        stands = becomes(stands, "", told, True) or stands
        has_arrived = has_arrived or stands in ARRIVED
        assert not has_arrived or stands in ARRIVED
