"""When Meta's opinion of a number is a reason to stop writing to many. Pure.

Meta rates a number by how many blocked or reported it, and why: GREEN, YELLOW, RED, UNKNOWN; a number that stays RED is
flagged, and the portfolio's messaging limit may fall (Meta: messaging-limits, phone_number_quality_update).
"""

from dataclasses import dataclass

GREEN, YELLOW, RED = "GREEN", "YELLOW", "RED"
FLAGGED = ("FLAGGED", "RESTRICTED")
# From the lowest to the highest, with what is said of each.
LIMITS = {
    "TIER_50": "50",
    "TIER_250": "250",
    "TIER_1K": "1,000",
    "TIER_2K": "2,000",
    "TIER_10K": "10,000",
    "TIER_100K": "100,000",
    "TIER_UNLIMITED": "any number",
}
WHAT_TO_DO = (
    "Too many people block or report what you send. Write only to those who expect it, look at the message once more, "
    "and resume when the rating in WhatsApp Manager has risen."
)


@dataclass(frozen=True)
class Rating:
    """How Meta sees a number, in Meta's words; "" where it is not known."""

    quality: str = ""
    limit: str = ""
    status: str = ""


@dataclass(frozen=True)
class Alarm:
    """Why broadcasts of the number pause: a stable word, and sentences that say what to do."""

    reason: str
    words: str


def alarm(before: Rating, now: Rating) -> Alarm | None:
    """What has become bad between two looks; None where nothing has, also where it was bad already."""
    if now.status in FLAGGED and before.status not in FLAGGED:
        return Alarm("number_flagged", f"WhatsApp has flagged this number for its low quality. {WHAT_TO_DO}")
    if now.quality == RED and before.quality != RED:
        return Alarm("quality_low", f"WhatsApp rates the quality of this number as low now. {WHAT_TO_DO}")
    if is_lower(now.limit, before.limit):
        limit, old = LIMITS[now.limit], LIMITS[before.limit]
        words = f"WhatsApp lets you begin with {limit} people a day now, before that with {old}."
        return Alarm("limit_lowered", f"{words} {WHAT_TO_DO}")
    return None


def is_lower(limit: str, before: str) -> bool:
    """Words that are not known say nothing."""
    order = list(LIMITS)
    return limit in LIMITS and before in LIMITS and order.index(limit) < order.index(before)
