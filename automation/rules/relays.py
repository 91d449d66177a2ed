"""What a call to a workflow came to, and when it is tried again (S0-11). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from whatsapp.content import Content

LONGEST_PAUSE = timedelta(seconds=60)
MOST_DOUBLINGS = 6
MOST_MESSAGES = 10
# Statuses that say "not now" rather than "never".
PASSING = frozenset({408, 425, 429})


class Action(StrEnum):
    """What a program answers."""

    NONE = "none"  # nothing is to be done
    LATER = "later"  # the answer comes over the API
    MESSAGE = "message"
    HAND_OVER = "hand_over"
    COMPLETE = "complete"  # close


class Verdict(StrEnum):
    ANSWERED = "answered"  # its body says what is to be done
    TAKEN = "taken"  # the answer comes later
    RETRY = "retry"
    FAILED = "failed"


@dataclass(frozen=True)
class Words:
    """One message of an answer. `on_answer` as of inbox.Message."""

    content: Content
    bump: bool = True
    on_answer: dict | None = None
    as_agent: bool = False


@dataclass(frozen=True)
class Answer:
    """What is to be done: first the words, then the action. `told` is the answer as it came, for the log."""

    action: Action
    words: tuple[Words, ...] = ()
    team_id: int | None = None
    agent_id: int | None = None
    told: dict | None = None


def verdict(status: int, has_body: bool) -> Verdict:
    """What an HTTP status of a program says. 204, and nothing else without a body, is "nothing is to be done"."""
    if status == 202:
        return Verdict.ANSWERED if has_body else Verdict.TAKEN
    if 200 <= status < 300:
        return Verdict.ANSWERED
    return Verdict.RETRY if status >= 500 or status in PASSING else Verdict.FAILED


def retry_at(attempts: int, now: datetime) -> datetime:
    """When the next try is, after `attempts` (1, 2, ...) tries: 1, 2, 4, ... up to 60 seconds later."""
    doublings = min(max(attempts, 1) - 1, MOST_DOUBLINGS)
    return now + min(timedelta(seconds=2**doublings), LONGEST_PAUSE)
