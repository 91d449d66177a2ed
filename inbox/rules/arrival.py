"""What a customer's arriving word does to conversations: facts in, decision out (product: "A conversation's life")."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from inbox.rules.consent import OPT_OUT


class Act(StrEnum):
    RECORD = "record"  # stands in the thread, in no conversation
    STAND = "stand"  # stands in the open conversation and does nothing to it
    CLOSE = "close"  # the pending one has nothing to wait for any more
    CONTINUE = "continue"
    OPEN = "open"
    REOPEN = "reopen"
    HAND_OVER = "hand_over"


@dataclass(frozen=True)
class Arrival:
    """The facts. `wrote_at` is Meta's time. `open_status` is "" when no conversation of the thread is open; only then
    the newest closed one counts: when it was closed, whether its agent is available and below the limit. `bot_is_on`:
    the number's new conversations go to a bot first. `handover_on` says what ends a pending one's waiting; `is_tap`: it
    is an interaction with a message of ours, which was sent to be answered silently (`answers_silently`), or for a
    workflow (`is_for_workflow`); `is_awaited`: it is none, and the sender of our last message wants it for a workflow.
    `consent`: the whole of it is an opt-out or opt-in word of the number (rules.consent)."""

    wrote_at: datetime
    consent: str = ""
    record_only: bool = False
    open_status: str = ""
    has_handover_agent: bool = False
    handover_on: str = "response"
    is_tap: bool = False
    answers_silently: bool = False
    is_for_workflow: bool = False
    is_awaited: bool = False
    closed_at: datetime | None = None
    last_agent_can_serve: bool = False
    follow_up: timedelta = timedelta(0)
    bot_is_on: bool = False


@dataclass(frozen=True)
class Decision:
    """`status` is the conversation's afterwards ("" when only recorded). Silent: no bump, no unread mark, no sound.
    Relayed: a workflow gets it and decides."""

    act: Act
    status: str = ""
    is_silent: bool = False
    consent: str = ""
    is_relayed: bool = False

    @property
    def is_word(self):
        """It bumps, is unread, waits for an answer."""
        return self.act not in (Act.RECORD, Act.STAND, Act.CLOSE)


def decide(arrival: Arrival) -> Decision:
    """First match wins: a word about consent, recorded only, handed over, continued, reopened within the follow-up
    time, opened.

    Whoever writes again so soon is for people, also where a bot had them before.
    """
    if arrival.consent:
        return about_consent(arrival)
    if arrival.record_only:
        return Decision(Act.RECORD)
    relayed = is_relayed(arrival)
    if arrival.open_status == "pending" and hands_over(arrival):
        return Decision(Act.HAND_OVER, "assigned" if arrival.has_handover_agent else "unassigned")
    if arrival.open_status:
        is_silent = arrival.is_tap and arrival.answers_silently
        return Decision(Act.CONTINUE, arrival.open_status, is_silent, is_relayed=relayed)
    if follows_up(arrival):
        return Decision(Act.REOPEN, "assigned" if arrival.last_agent_can_serve else "unassigned", is_relayed=relayed)
    return Decision(Act.OPEN, "bot" if arrival.bot_is_on else "unassigned", is_relayed=relayed)


def is_relayed(arrival: Arrival) -> bool:
    """S0-11, S0-12: an interaction with a message that was sent for a workflow, and the free-form message that such a
    sender asked for."""
    return arrival.is_for_workflow if arrival.is_tap else arrival.is_awaited


def about_consent(arrival: Arrival) -> Decision:
    """It opens nothing, hands over nothing, bumps nothing. Whoever opts out is not waited for any more."""
    if not arrival.open_status:
        return Decision(Act.RECORD, consent=arrival.consent)
    if arrival.open_status == "pending" and arrival.consent == OPT_OUT:
        return Decision(Act.CLOSE, "closed", consent=arrival.consent)
    return Decision(Act.STAND, arrival.open_status, consent=arrival.consent)


def hands_over(arrival: Arrival) -> bool:
    """S0-22, S0-32: what the customer does ends the waiting, unless it is for a workflow to decide."""
    if arrival.handover_on == "workflow" or is_relayed(arrival):
        return False
    return not arrival.is_tap or arrival.handover_on == "response"


def follows_up(arrival: Arrival) -> bool:
    """Written until the follow-up time has passed, also when it arrives later or was written before the close.
    A follow-up time of 0: never."""
    if arrival.closed_at is None or not arrival.follow_up:
        return False
    return arrival.wrote_at <= arrival.closed_at + arrival.follow_up
