"""Broadcasts in words: states, speeds, what became of a recipient."""

from broadcasts.models import Broadcast, Recipient
from broadcasts.rules.quality import RED, YELLOW

Status = Broadcast.Status
STATES = {
    Status.DRAFT: "Draft",
    Status.SCHEDULED: "Scheduled",
    Status.SENDING: "Sending",
    Status.PAUSED: "Paused",
    Status.FINISHED: "Finished",
    Status.CANCELLED: "Cancelled",
}
# What the ledger says of a recipient, in the order of its filters.
LEDGER = {
    Recipient.Status.QUEUED: "Waits",
    Recipient.Status.SENDING: "Being sent",
    Recipient.Status.SENT: "Sent",
    Recipient.Status.DELIVERED: "Delivered",
    Recipient.Status.READ: "Read",
    Recipient.Status.FAILED: "Failed",
    Recipient.Status.SKIPPED: "Skipped",
    Recipient.Status.CANCELLED: "Cancelled",
}
# How WhatsApp rates a number, where that is worth a word.
QUALITY = {
    YELLOW: "WhatsApp rates the quality of this number as medium: some people block or report what it sends.",
    RED: "WhatsApp rates the quality of this number as low: many people block or report what it sends.",
}
MINUTE, HOUR = 60, 3600


def quality(number):
    """A sentence about a WhatsApp number that is not rated well, "" about all others and none."""
    return QUALITY.get(number.quality_rating, "") if number else ""


def speed(per_second):
    """ "80 a second", "12 a minute"; "" where it is unknown."""
    if per_second is None:
        return ""
    if per_second >= 1:
        return f"{per_second:,.0f} a second"
    return f"{per_second * MINUTE:.0f} a minute"


def time_left(seconds):
    """ "about 12 s", "about 4 min", "about 2 h 10 min"; "" where it is unknown."""
    if seconds is None:
        return ""
    if seconds < MINUTE:
        return f"about {max(round(seconds), 1)} s left"
    if seconds < HOUR:
        return f"about {round(seconds / MINUTE)} min left"
    hours, rest = divmod(round(seconds / MINUTE), MINUTE)
    return f"about {hours} h {rest} min left" if rest else f"about {hours} h left"
