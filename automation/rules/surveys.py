"""The satisfaction survey: what its rows say, until when an answer may be changed, which words are its comment."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

# Five fixed rows (S1-48), the best first.
SCORES = (5, 4, 3, 2, 1)
SATISFIED, DISSATISFIED = (4, 5), (1, 2)
CHANGEABLE_FOR = timedelta(days=1)
COMMENT_LIMIT = 10_000
# Where the admin has written nothing else.
THANKS = "Thank you for your answer!"
_ROW_ID = re.compile(r"survey:([0-9]{1,18}):([1-5])")


class Verdict(StrEnum):
    """What a tap on a survey does."""

    FIRST = "first"
    CHANGES = "changes"
    TOO_LATE = "too_late"
    OLDER = "older"  # it was overtaken on its way by a later one


def row_id(conversation_id, score):
    """The id of a survey's row."""
    return f"survey:{conversation_id}:{score}"


def read_row_id(tapped_id):
    """(conversation id, score) of a row's id, or None."""
    found = _ROW_ID.fullmatch(tapped_id)
    return (int(found[1]), int(found[2])) if found else None


def verdict(at: datetime, answered_at: datetime | None, changed_at: datetime | None) -> Verdict:
    """`at` is when the customer tapped; an answer is changeable for a day after the first one."""
    if answered_at is None:
        return Verdict.FIRST
    if at - answered_at > CHANGEABLE_FOR:
        return Verdict.TOO_LATE
    return Verdict.OLDER if at < changed_at else Verdict.CHANGES


def comment_of(texts):
    """What the customer wrote, one word below the other."""
    return "\n".join(text.strip() for text in texts if text.strip())[:COMMENT_LIMIT]
