"""What a channel has to be able to do."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

# Why we spare somebody, on every channel: a stable word and a sentence.
OPTED_OUT = ("opted_out", "This person wants no more messages of this kind.")
CAPPED = ("capped", "This contact has had as many broadcasts as you allow in that time.")
SERVED = ("conversation_open", "A conversation with this contact is open.")


@dataclass(frozen=True)
class Obstacle:
    """Why nobody of a broadcast can be written to at this moment: the reason of its pause, for program and person."""

    reason: str
    words: str


class Channel(ABC):
    """One way to many people. The engine plans, paces, claims and counts; a channel knows addresses and messages.

    `kind` is its Broadcast.Channel.
    """

    kind: str
    # Reasons of failures that neither time nor a person can do anything about.
    hopeless: frozenset[str] = frozenset()

    @abstractmethod
    def lane(self, broadcast) -> str:
        """By whose pace it leaves (Pace.key): broadcasts with the same lane take turns."""

    @abstractmethod
    def address(self, typed: str, broadcast) -> str:
        """An address as people type it, in the form the ledger keeps. Raises Refusal."""

    @abstractmethod
    def address_of(self, contact) -> str:
        """Where a contact is reached on this channel, "" where nowhere."""

    @abstractmethod
    def check(self, broadcast) -> None:
        """Whether its message can be sent at all. Raises Refusal, naming component and parameter."""

    @abstractmethod
    def check_values(self, broadcast, own: dict, upload=None) -> None:
        """Whether it can be filled for somebody with these values of their own, on WhatsApp also with the file of their
        own above the text (inbox.Attachment). Raises Refusal likewise."""

    def obstacle(self, broadcast) -> Obstacle | None:
        """What has come in the way since it began: for example a template that Meta has paused."""
        return None

    def is_held(self, broadcast) -> bool:
        """True while its sender stands still by itself and goes on by itself: nothing enters, nothing fails."""
        return False

    @abstractmethod
    def enter(self, broadcast, recipients, now) -> list:
        """Make of queued recipients (locked by the transaction that this runs in) what is to leave; those who get
        nothing are skipped with a reason. Everything that must not happen twice is decided here. Returns what `leave`
        needs."""

    def left_behind(self, lane: str, count: int, now) -> list:
        """Up to `count` of what was entered and did not leave: its worker died, or it waits for another try."""
        return []

    @abstractmethod
    def leave(self, lane: str, entered: list) -> list:
        """Send what was entered, outside of any transaction, and write down what came of each. Returns the codes of
        those that the far end would not take now."""

    @abstractmethod
    def stay(self, entered: list, now) -> None:
        """These were entered, and cannot leave in this run: a later one finds them, as left behind or as queued."""

    def shown(self, recipient) -> str:
        """What a recipient got or is to get, as text for people; "" where that cannot be said any more."""
        return ""

    def used_slots(self, pace, since) -> int:
        """How many of the lane's slots were used by others (agents' replies) that the last look did not see, and that
        came after `since`; notes the look in `pace`, which the caller saves."""
        return 0
