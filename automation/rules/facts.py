"""What the rules of automation look at: the facts of a conversation, and what its number wants done."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from automation.rules.hours import Hours


@dataclass(frozen=True)
class Settled:
    """An automation that was settled on an occasion (said, or given up for good), and when."""

    automation: str
    occasion: str
    at: datetime
    is_done: bool = True


@dataclass(frozen=True)
class Facts:
    """A conversation as it stands; every time is aware UTC. Named as the fields of inbox.Conversation are."""

    now: datetime
    status: str
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
    settled: tuple[Settled, ...] = ()  # of its thread, newest first


@dataclass(frozen=True)
class Policy:
    """What a number wants: None or False where an automation is off."""

    hours: Hours = field(default_factory=Hours)
    replies_unassigned: bool = False
    replies_queued: bool = False
    replies_closed_hours: bool = False
    holds_after_welcome: timedelta = timedelta(seconds=60)
    reminder_after: timedelta | None = None
    reminder_counts_business_time: bool = False
    auto_close_after: timedelta | None = None
    auto_close_counts_business_time: bool = False
    surveys: bool = False
    bot_silence: timedelta = timedelta(minutes=10)
