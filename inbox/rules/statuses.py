"""Receipts only move a message forward.

A failure is final but for one thing: a later `delivered`, `read` or `played` proves that the message arrived after all.
A message that arrived cannot fail any more. A failure reported for a message that waits for another try says nothing
new: Meta tells some refusals both in its answer and by webhook.
"""

ORDER = (
    "held",
    "queued",
    "sending",
    "unconfirmed",
    "sent",
    "delivered",
    "read",
    "played",
)
RECEIPTS = frozenset({"sent", "delivered", "read", "played", "failed"})
ARRIVED = frozenset({"delivered", "read", "played"})
WAITING = frozenset({"held", "queued"})


def advanced(current: str, reported: str) -> str:
    """The status after a receipt: `reported`, or `current` where the receipt is late, repeated or unknown."""
    return reported if moves(current, reported) else current


def moves(current: str, reported: str) -> bool:
    if reported not in RECEIPTS or current not in (*ORDER, "failed"):
        return False
    if current == "failed":
        return reported in ARRIVED
    if reported == "failed":
        return current not in ARRIVED | WAITING
    return ORDER.index(reported) > ORDER.index(current)
