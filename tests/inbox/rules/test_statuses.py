"""Receipts only move a message forward."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.statuses import ARRIVED, ORDER, RECEIPTS, advanced

ALL = (*ORDER, "failed")
RANK = {status: rank for rank, status in enumerate(ORDER)}


@pytest.mark.parametrize(
    "current, reported, expected",
    [
        ("sending", "sent", "sent"),
        ("sending", "delivered", "delivered"),
        ("unconfirmed", "sent", "sent"),
        ("unconfirmed", "failed", "failed"),
        ("queued", "sent", "sent"),
        ("held", "read", "read"),
        ("sent", "sent", "sent"),
        ("delivered", "sent", "delivered"),
        ("read", "delivered", "read"),
        ("delivered", "read", "read"),
        ("read", "played", "played"),
        ("sent", "failed", "failed"),
        ("queued", "failed", "queued"),
        ("held", "failed", "held"),
        ("delivered", "failed", "delivered"),
        ("played", "failed", "played"),
        ("failed", "sent", "failed"),
        ("failed", "delivered", "delivered"),
        ("failed", "read", "read"),
        ("sent", "warning", "sent"),
        ("received", "delivered", "received"),
        ("noted", "read", "noted"),
    ],
)
def test_what_a_receipt_does(current, reported, expected):
    assert advanced(current, reported) == expected


@pytest.mark.parametrize("current, reported", list(itertools.product(ALL, sorted(RECEIPTS))))
def test_the_same_receipt_twice_changes_nothing_more(current, reported):
    once = advanced(current, reported)
    assert advanced(once, reported) == once


@given(st.sampled_from(("queued", "sending", "sent")), st.lists(st.sampled_from(sorted(RECEIPTS)), max_size=8))
def test_whatever_arrived_stays_arrived_in_any_order(current, receipts):
    seen = [current]
    for receipt in receipts:
        seen.append(advanced(seen[-1], receipt))
    for before, after in itertools.pairwise(seen):
        if before in ARRIVED:
            assert RANK[after] >= RANK[before]


@given(st.permutations(["sent", "delivered", "read"]))
def test_shuffled_receipts_end_at_the_furthest(receipts):
    status = "sending"
    for receipt in receipts:
        status = advanced(status, receipt)
    assert status == "read"
