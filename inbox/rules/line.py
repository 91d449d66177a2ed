"""The line of waiting conversations: who stands in it where, and what it is called."""

from datetime import datetime

# The statuses of those who stand in it.
WAITING = frozenset({"unassigned", "queued"})


def waiting_since(unanswered_since: datetime | None, in_line_since: datetime | None, now: datetime) -> datetime:
    """When waiting began: the customer's oldest unanswered word, else since when it stands in line, else now."""
    return unanswered_since or in_line_since or now


def status(is_manual: bool, window_is_open: bool, someone_is_available: bool) -> str:
    """Queued: an eligible agent is available and will get to it. Unassigned: nobody is, or agents pick by hand."""
    return "queued" if window_is_open and someone_is_available and not is_manual else "unassigned"


def is_handed_out(is_manual: bool, window_is_open: bool) -> bool:
    """Manual picking hands nothing out; a conversation whose window has closed has left the line."""
    return window_is_open and not is_manual
