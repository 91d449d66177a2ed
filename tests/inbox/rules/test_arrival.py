"""What an arriving word does: the whole table."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.arrival import Act, Arrival, Decision, decide

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEN = timedelta(minutes=10)


def minutes(count):
    return NOON + timedelta(minutes=count)


def closed(**facts):
    return Arrival(**{"wrote_at": minutes(5), "closed_at": NOON, "follow_up": TEN, **facts})


@pytest.mark.parametrize(
    "arrival, decision",
    [
        # Nothing is open, nothing was closed.
        (Arrival(NOON), Decision(Act.OPEN, "unassigned")),
        # New conversations go to the number's bot first, ...
        (Arrival(NOON, bot_is_on=True), Decision(Act.OPEN, "bot")),
        (closed(wrote_at=minutes(11), bot_is_on=True), Decision(Act.OPEN, "bot")),
        # ... and everything else stays with people.
        (closed(bot_is_on=True), Decision(Act.REOPEN, "unassigned")),
        (closed(bot_is_on=True, last_agent_can_serve=True), Decision(Act.REOPEN, "assigned")),
        (Arrival(NOON, open_status="pending", bot_is_on=True), Decision(Act.HAND_OVER, "unassigned")),
        (Arrival(NOON, record_only=True, bot_is_on=True), Decision(Act.RECORD)),
        # Open: it goes on with whoever has it.
        (Arrival(NOON, open_status="unassigned"), Decision(Act.CONTINUE, "unassigned")),
        (Arrival(NOON, open_status="queued"), Decision(Act.CONTINUE, "queued")),
        (Arrival(NOON, open_status="assigned"), Decision(Act.CONTINUE, "assigned")),
        (Arrival(NOON, open_status="bot"), Decision(Act.CONTINUE, "bot")),
        # Pending: the customer's word hands over.
        (Arrival(NOON, open_status="pending"), Decision(Act.HAND_OVER, "unassigned")),
        (Arrival(NOON, open_status="pending", has_handover_agent=True), Decision(Act.HAND_OVER, "assigned")),
        # Closed, within the follow-up time: the same agent if available, else the line.
        (closed(), Decision(Act.REOPEN, "unassigned")),
        (closed(last_agent_can_serve=True), Decision(Act.REOPEN, "assigned")),
        # The edge of the follow-up time belongs to it.
        (closed(wrote_at=minutes(10)), Decision(Act.REOPEN, "unassigned")),
        (closed(wrote_at=minutes(10) + timedelta(seconds=1)), Decision(Act.OPEN, "unassigned")),
        (closed(wrote_at=minutes(600)), Decision(Act.OPEN, "unassigned")),
        # Written before the close and late on its way.
        (closed(wrote_at=minutes(-3)), Decision(Act.REOPEN, "unassigned")),
        # A follow-up time of 0: never.
        (closed(follow_up=timedelta(0)), Decision(Act.OPEN, "unassigned")),
        (closed(follow_up=timedelta(0), wrote_at=NOON), Decision(Act.OPEN, "unassigned")),
        (closed(follow_up=timedelta(0), wrote_at=minutes(-3)), Decision(Act.OPEN, "unassigned")),
        # An answer that is only recorded changes nothing, whatever is open.
        (Arrival(NOON, record_only=True), Decision(Act.RECORD)),
        (Arrival(NOON, record_only=True, open_status="assigned"), Decision(Act.RECORD)),
        (Arrival(NOON, record_only=True, open_status="pending"), Decision(Act.RECORD)),
        (closed(record_only=True, last_agent_can_serve=True), Decision(Act.RECORD)),
    ],
)
def test_what_a_word_does(arrival, decision):
    assert decide(arrival) == decision


arrivals = st.builds(
    Arrival,
    wrote_at=st.integers(-60, 60).map(minutes),
    record_only=st.booleans(),
    open_status=st.sampled_from(["", "pending", "bot", "unassigned", "queued", "assigned"]),
    has_handover_agent=st.booleans(),
    closed_at=st.none() | st.integers(-60, 60).map(minutes),
    last_agent_can_serve=st.booleans(),
    follow_up=st.integers(0, 60).map(lambda count: timedelta(minutes=count)),
    bot_is_on=st.booleans(),
)


@given(arrivals)
def test_a_word_never_opens_a_second_conversation_beside_an_open_one(arrival):
    if arrival.open_status:
        assert decide(arrival).act not in (Act.OPEN, Act.REOPEN)


@given(arrivals)
def test_every_word_ends_in_an_open_conversation_unless_it_is_only_recorded(arrival):
    decision = decide(arrival)
    assert decision.is_word is not arrival.record_only
    assert decision.status in (("",) if arrival.record_only else ("bot", "unassigned", "queued", "assigned"))


@given(arrivals)
def test_only_somebody_who_can_serve_is_given_it(arrival):
    if decide(arrival).status == "assigned" and arrival.open_status != "assigned":
        assert arrival.has_handover_agent or arrival.last_agent_can_serve


@pytest.mark.parametrize(
    "status, consent, act",
    [
        ("", "opt_out", "record"),
        ("", "opt_in", "record"),
        ("pending", "opt_out", "close"),
        ("pending", "opt_in", "stand"),
        ("bot", "opt_out", "stand"),
        ("unassigned", "opt_out", "stand"),
        ("assigned", "opt_in", "stand"),
    ],
)
def test_a_word_about_consent_is_no_customers_word(status, consent, act):
    decision = decide(closed(open_status=status, consent=consent, bot_is_on=True))
    assert (decision.act, decision.consent, decision.is_word) == (act, consent, False)
