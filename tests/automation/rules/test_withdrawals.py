"""Why a timer went away: one word for the log."""

from dataclasses import replace

import pytest

from automation.rules.deadlines import COMPUTED, deadlines
from automation.rules.facts import Policy
from automation.rules.withdrawals import why_withdrawn
from tests.automation.rules.stories import (
    DAY,
    EVERYTHING,
    REPLIES,
    answered,
    at,
    closed,
    done,
    served,
    waiting,
    with_bot,
)

FIRST = {"first_contact_at": at("10:00")}
OFF = Policy()
GONE = closed("11:00", has_agent=True)


@pytest.mark.parametrize(
    "kind, facts, policy, reason",
    [
        # S1-20 S1-24: someone serves before the reply is said.
        ("waiting_reply", served(), REPLIES, "someone_serves"),
        ("waiting_reply", with_bot(), REPLIES, "bot_serves"),
        ("waiting_reply", GONE, REPLIES, "closed"),
        ("waiting_reply", waiting(), OFF, "switched_off"),
        ("waiting_reply", waiting(is_stopped=True), REPLIES, "stopped"),
        ("waiting_reply", served("23 09:00", "23 08:59"), EVERYTHING, "open_again"),
        ("waiting_reply", answered("18:05", "18:00", "18:05"), EVERYTHING, "answered"),
        # S1-32
        ("reminder", answered("10:05"), EVERYTHING, "agent_replied"),
        ("reminder", answered("10:07", answer="10:02"), EVERYTHING, "answered"),
        ("reminder", served(unanswered_since=None), EVERYTHING, "answered"),
        ("reminder", waiting(), EVERYTHING, "returned"),
        ("reminder", waiting(status="queued"), EVERYTHING, "returned"),
        ("reminder", with_bot(), EVERYTHING, "bot_serves"),
        ("reminder", GONE, EVERYTHING, "closed"),
        ("reminder", served(), OFF, "switched_off"),
        ("reminder", served(is_stopped=True), EVERYTHING, "stopped"),
        ("reminder", served(settled=(done("reminder", "10:05", at("10:00").isoformat()),)), EVERYTHING, "already_done"),
        # S1-35 S1-37 S1-38
        ("auto_close", served(), EVERYTHING, "customer_wrote"),
        ("auto_close", waiting(), EVERYTHING, "returned"),
        ("auto_close", with_bot(), EVERYTHING, "bot_serves"),
        ("auto_close", GONE, EVERYTHING, "closed"),
        ("auto_close", answered(), OFF, "switched_off"),
        # S1-44
        ("survey", answered(), EVERYTHING, "reopened"),
        ("survey", waiting(), EVERYTHING, "reopened"),
        ("survey", GONE, OFF, "switched_off"),
        ("survey", closed(has_agent=False), EVERYTHING, "no_agent"),
        ("survey", closed(settled=(done("survey", "11:00", "conversation:7"),)), EVERYTHING, "already_asked"),
        # S1-40
        ("bot_silence", served(), EVERYTHING, "someone_serves"),
        ("bot_silence", waiting(), EVERYTHING, "handed_over"),
        ("bot_silence", GONE, EVERYTHING, "closed"),
        ("bot_silence", with_bot(word="10:05"), EVERYTHING, "customer_wrote"),
        ("bot_silence", with_bot(word="10:05", is_stopped=True), EVERYTHING, "customer_wrote"),
        # S1-4
        ("welcome", with_bot(**FIRST), EVERYTHING, "bot_serves"),
        ("welcome", replace(GONE, **FIRST), EVERYTHING, "closed"),
        ("welcome", waiting(**FIRST), OFF, "switched_off"),
        ("welcome", waiting(**FIRST, word_said_at=at("10:00") - DAY), EVERYTHING, "old_word"),
        ("welcome", waiting(**FIRST, settled=(done("welcome", "10:00", ""),)), EVERYTHING, "already_done"),
    ],
)
def test_the_reason_of_a_withdrawal(kind, facts, policy, reason):
    assert kind not in deadlines(facts, policy)
    assert why_withdrawn(kind, facts, policy) == reason


STORIES = (
    *(waiting(status=status, **more) for status in ("unassigned", "queued") for more in ({}, {"is_stopped": True})),
    *(served(), answered(), answered("23 10:00"), GONE, closed("23 10:00"), closed(is_opted_out=True), with_bot()),
    *(with_bot(wrote=None), served(is_stopped=True), waiting(word_said_at=at("10:00") - DAY)),
    *(served("18:01", "18:00"), answered("18:05", "18:00", "18:05")),
)


@pytest.mark.parametrize("kind", sorted(COMPUTED))
def test_whatever_is_not_due_has_a_reason(kind):
    for facts in STORIES:
        for policy in (EVERYTHING, OFF, REPLIES):
            assert kind in deadlines(facts, policy) or why_withdrawn(kind, facts, policy)
