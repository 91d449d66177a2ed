"""When each automation of a conversation is due, from facts alone (S1-20 to S1-44)."""

from datetime import datetime
from enum import StrEnum

from automation.rules.facts import Facts, Policy


class Due(StrEnum):
    """The kinds of timers of this app."""

    WELCOME = "welcome"
    WAITING_REPLY = "waiting_reply"  # closed hours, else queue, else unassigned: which one is decided when it is due
    REMINDER = "reminder"
    AUTO_CLOSE = "auto_close"
    SURVEY = "survey"
    THANKS = "survey_thanks"
    BOT_TURN = "bot_turn"
    BOT_SILENCE = "bot_silence"


def deadlines(facts: Facts, policy: Policy) -> dict[str, datetime]:
    """{kind: due at} of what the facts of this conversation ask for."""
    raise NotImplementedError
