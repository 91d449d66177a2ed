"""Edits of one message end in the same text and history, whatever order they arrive in."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.edits import edited

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def applied(edits):
    text, revisions = "first", []
    for at, new_text in edits:
        is_newest, revisions = edited(text, revisions, new_text, at)
        text = new_text if is_newest else text
    return text, revisions


def moment(second, microsecond=0):
    return (NOON + timedelta(seconds=second, microseconds=microsecond)).isoformat()


def test_an_edit_keeps_what_was_said_before():
    assert applied([(moment(1), "second")]) == ("second", [{"text": "first", "until": moment(1)}])


def test_a_late_edit_takes_its_place_in_the_history():
    assert applied([(moment(2), "third"), (moment(1), "second")]) == (
        "third",
        [{"text": "first", "until": moment(1)}, {"text": "second", "until": moment(2)}],
    )


def test_the_same_edit_twice_is_one():
    assert applied([(moment(1), "second"), (moment(1), "second")]) == applied([(moment(1), "second")])


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([0, 7])), min_size=1, max_size=5, unique=True))
def test_any_order_ends_the_same(moments):
    edits = [(moment(*at), f"text {at}") for at in moments]
    expected = applied(sorted(edits))
    assert all(applied(order) == expected for order in permutations(edits))
