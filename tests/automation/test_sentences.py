"""The reason log reads as sentences."""

from datetime import UTC, datetime, timedelta

import pytest

from automation.models import Decision
from automation.rules.scripts import Why
from automation.sentences import REASONS, decision_sentence
from inbox.models import Message

AT = datetime(2026, 3, 4, 10, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields, sentence",
    [
        (
            {
                "automation": "reminder",
                "outcome": "withdrawn",
                "reason": "agent_replied",
                "data": {"by": "Lena Brandt"},
            },
            "Reminder not sent: Lena Brandt replied.",
        ),
        (
            {"automation": "reminder", "outcome": "withdrawn", "reason": "agent_replied"},
            "Reminder not sent: an agent replied.",
        ),
        ({"automation": "welcome", "outcome": "done"}, "Welcome message sent."),
        (
            {"automation": "auto_close", "outcome": "done", "data": {"minutes": 1440}},
            "Closed: no word for 24 hours.",
        ),
        (
            {"automation": "auto_close", "outcome": "withdrawn", "reason": "returned"},
            "Auto-close given up: nobody serves the conversation any more.",
        ),
        (
            {
                "automation": "queue",
                "outcome": "held",
                "reason": "after_welcome",
                "data": {"until": (AT + timedelta(seconds=60)).isoformat()},
            },
            "Reply when in queue held for 60 seconds: the customer has just been welcomed.",
        ),
        (
            {"automation": "queue", "outcome": "refused", "reason": "two_machines", "occasion": "stopped:4"},
            "Automatic messages stopped: two machines seem to be talking to each other.",
        ),
        (
            {"automation": "survey", "outcome": "refused", "reason": "new_of_later", "data": {"words": "No."}},
            "Survey not sent: No.",
        ),
        (
            {"automation": "bot", "outcome": "done", "data": {"did": "bot_complete", "bot": "Robin"}},
            "Bot Robin was done and closed the conversation.",
        ),
        (
            {"automation": "bot", "outcome": "refused", "reason": "bot_silent", "data": {"bot": "Robin"}},
            "Bot Robin handed over to people: it kept silent.",
        ),
        ({"automation": "of_later", "outcome": "refused", "data": None}, "Of later not sent: no reason is known."),
    ],
)
def test_a_decision_is_a_sentence(fields, sentence):
    assert decision_sentence(Decision(at=AT, **fields)) == sentence


def test_every_reason_of_a_bot_has_its_words():
    assert set(map(str, Why)) <= set(REASONS)


def test_what_was_sent_and_failed_later_says_why():
    failed = Message(status="failed", error_text="This person does not use WhatsApp.")
    decision = Decision(automation="welcome", outcome="done", message=failed)
    assert decision_sentence(decision) == "Welcome message not delivered: This person does not use WhatsApp."
