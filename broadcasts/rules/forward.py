"""Whether news of a message moves its recipient, and where to. Pure.

News come twice, late, in any order, and of an earlier try: a recipient only moves forward. What proves that a message
arrived counts whichever try it was; a failure counts for the try it speaks of.
"""

from datetime import datetime

SENDING, SENT, DELIVERED, READ, FAILED, QUEUED = "sending", "sent", "delivered", "read", "failed", "queued"
UNCONFIRMED = "unconfirmed"
ARRIVED = (DELIVERED, READ)
ORDER = (QUEUED, SENDING, SENT, DELIVERED, READ)


def becomes(stands: str, reason: str, told: str, of_this_try: bool) -> str | None:
    """The new status of a recipient that `stands` somewhere, with the `reason` of its failure; None: it stays.

    `told`: sent (the far end has it), delivered, read or failed.
    """
    if stands == FAILED:
        return told if told in ARRIVED or (told == SENT and reason == UNCONFIRMED) else None
    if stands not in ORDER:
        return None
    if told == FAILED:
        return FAILED if of_this_try and stands in (SENDING, SENT) else None
    return told if ORDER.index(told) > ORDER.index(stands) else None


def mark_of_try(left_at: datetime | None) -> str:
    """One try told from the next: when it left, in microseconds."""
    return str(int(left_at.timestamp() * 1_000_000)) if left_at else ""
