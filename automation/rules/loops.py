"""Two machines talking: when automation has said enough to one contact."""

from collections.abc import Iterable
from datetime import datetime, timedelta

MOST_MESSAGES = 10
WITHIN = timedelta(minutes=10)


def would_be_too_many(sent_at: Iterable[datetime], now: datetime) -> bool:
    """Would one more automatic or bot message to this contact be more than 10 within 10 minutes?

    `sent_at`: when such messages were put, on any of our numbers.
    """
    return sum(now - WITHIN < at <= now for at in sent_at) >= MOST_MESSAGES
