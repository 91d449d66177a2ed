"""What the rules of automation look at: the facts of a conversation, and what its number wants done."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from automation.rules.hours import Hours

# A word that took longer on its way draws neither welcome nor waiting reply: an outage must not answer in a flood.
TOO_OLD = timedelta(hours=1)


@dataclass(frozen=True)
class Settled:
    """An automation that was settled on an occasion (said, or given up for good), and when.

    `automation` is a kind of models.Automation, or "bot".
    """

    automation: str
    occasion: str
    at: datetime
    is_done: bool = True


@dataclass(frozen=True)
class Facts:
    """A conversation as it stands; every time is aware UTC. Named as the fields of inbox.Conversation are."""

    now: datetime
    status: str
    conversation_id: int = 0
    opened_at: datetime | None = None
    unanswered_since: datetime | None = None
    waiting_since: datetime | None = None
    assigned_at: datetime | None = None
    served_since: datetime | None = None
    last_word_at: datetime | None = None
    agent_wrote_at: datetime | None = None
    bot_wrote_at: datetime | None = None
    closed_at: datetime | None = None
    customer_wrote_at: datetime | None = None
    window_until: datetime | None = None
    has_agent: bool = False  # a person serves, or served until it closed
    is_manual: bool = False  # its number is set to picking by hand
    is_stopped: bool = False  # two machines were talking: automation is off for this conversation
    # Of its thread, newest first: what matters is of the last day, of this conversation, or the newest survey.
    settled: tuple[Settled, ...] = ()

    # The customer's newest word (the message of last_inbound_id): when it reached us, and Meta's time of it.
    word_arrived_at: datetime | None = None
    word_said_at: datetime | None = None
    # The customer's first opening of the chat, else first word, where the thread holds nothing but what they wrote
    # since: a welcome is wanted. A message of anybody else makes it None.
    first_contact_at: datetime | None = None
    # While it waits: since when nobody serves (its newest line opened, reopened, returned, handed over), where
    # `waiting_since` is its place in line and may be long before. None: not known, so the earliest it can have been.
    free_since: datetime | None = None
    # The arrival of the newest word that found the window closed, in this conversation.
    window_reopened_at: datetime | None = None
    # When it was last reopened, or its closing was undone.
    reopened_at: datetime | None = None
    # A message of a person of ours was delivered to the customer. None: nobody looked yet.
    agent_reached: bool | None = None
    is_opted_out: bool = False
    # The newest automatic message of its thread that no decision tells of (thanks for an answer, an opt-out reply).
    other_automatic_at: datetime | None = None

    @property
    def is_word_old(self) -> bool:
        """Did the customer's newest word take more than an hour to get here?"""
        if self.word_said_at is None or self.word_arrived_at is None:
            return False
        return self.word_arrived_at - self.word_said_at > TOO_OLD


@dataclass(frozen=True)
class Policy:
    """What a number wants: None or False where an automation is off."""

    hours: Hours = field(default_factory=Hours)
    welcomes: bool = False
    replies_unassigned: bool = False
    replies_queued: bool = False
    replies_closed_hours: bool = False
    holds_after_welcome: timedelta = timedelta(seconds=60)
    reminder_after: timedelta | None = None
    reminder_counts_business_time: bool = False
    auto_close_after: timedelta | None = None
    auto_close_counts_business_time: bool = False
    surveys: bool = False
    survey_every: timedelta | None = None  # at most one per contact in so long
    bot_silence: timedelta = timedelta(minutes=10)
    pending_for: timedelta | None = None  # a conversation waits for its customer so long
