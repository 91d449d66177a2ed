"""What hands over a conversation that waits, and what a workflow gets instead (S0-11, S0-12, S0-22)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.arrival import Act, Arrival, decide

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TAP = {"is_tap": True}
RELAYED_TAP = {**TAP, "is_for_workflow": True}
WORD = {}
AWAITED = {"is_awaited": True}


@pytest.mark.parametrize(
    "handover_on, does, hands_over, relayed",
    [
        # S0-32: an interaction and a message are both a response, ...
        ("response", TAP, True, False),
        ("response", WORD, True, False),
        # ... unless S0-12 they are for the workflow.
        ("response", RELAYED_TAP, False, True),
        ("response", AWAITED, False, True),
        # Only what the customer writes.
        ("message", TAP, False, False),
        ("message", WORD, True, False),
        ("message", RELAYED_TAP, False, True),
        ("message", AWAITED, False, True),
        # S0-22: only the workflow decides.
        ("workflow", TAP, False, False),
        ("workflow", WORD, False, False),
        ("workflow", RELAYED_TAP, False, True),
        ("workflow", AWAITED, False, True),
        # A tap is not the message that was awaited, and a message is no tap on what was relayed.
        ("response", {**TAP, "is_awaited": True}, True, False),
        ("response", {"is_for_workflow": True}, True, False),
    ],
)
def test_what_ends_the_waiting_and_what_is_relayed(handover_on, does, hands_over, relayed):
    decision = decide(Arrival(NOON, open_status="pending", handover_on=handover_on, **does))
    assert (decision.act == Act.HAND_OVER) is hands_over
    assert decision.is_relayed is relayed


@pytest.mark.parametrize("status, act", [("assigned", "continue"), ("queued", "continue"), ("bot", "continue")])
def test_in_other_conversations_the_workflow_gets_it_and_nothing_else_changes(status, act):
    for does in (RELAYED_TAP, AWAITED):
        decision = decide(Arrival(NOON, open_status=status, **does))
        assert (decision.act, decision.status, decision.is_relayed) == (act, status, True)


def test_a_late_response_reaches_the_workflow_also_when_the_conversation_was_closed():
    assert decide(Arrival(NOON, **RELAYED_TAP)).is_relayed
    closed = {"closed_at": NOON, "follow_up": timedelta(minutes=10)}
    assert decide(Arrival(NOON, **closed, **RELAYED_TAP)).is_relayed


arrivals = st.builds(
    Arrival,
    wrote_at=st.just(NOON),
    record_only=st.booleans(),
    consent=st.sampled_from(["", "opt_out", "opt_in"]),
    open_status=st.sampled_from(["", "pending", "bot", "unassigned", "queued", "assigned"]),
    has_handover_agent=st.booleans(),
    handover_on=st.sampled_from(["response", "message", "workflow"]),
    is_tap=st.booleans(),
    answers_silently=st.booleans(),
    is_for_workflow=st.booleans(),
    is_awaited=st.booleans(),
    bot_is_on=st.booleans(),
)


@given(arrivals)
def test_nothing_both_hands_over_and_goes_to_the_workflow(arrival):
    decision = decide(arrival)
    assert not (decision.is_relayed and decision.act == Act.HAND_OVER)


@given(arrivals)
def test_what_is_no_customers_word_goes_to_no_workflow(arrival):
    decision = decide(arrival)
    assert decision.is_word or not decision.is_relayed


@given(arrivals)
def test_only_what_waits_for_the_customer_is_handed_over_by_them(arrival):
    """S0-33"""
    if decide(arrival).act == Act.HAND_OVER:
        assert arrival.open_status == "pending"


@given(arrivals)
def test_only_interactions_are_silent(arrival):
    """S0-19"""
    if decide(arrival).is_silent:
        assert arrival.is_tap
