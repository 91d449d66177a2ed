"""The customer service window: 24 hours from the customer's last word, by Meta's clock (Meta: pricing)."""

from datetime import datetime, timedelta

WINDOW = timedelta(hours=24)


def closes_at(last_customer_word_at: datetime) -> datetime:
    """When free-form messages stop being allowed, unless the customer writes or calls again."""
    return last_customer_word_at + WINDOW


def is_open(window_until: datetime | None, now: datetime) -> bool:
    """None: the customer never wrote. At `window_until` itself the window is closed."""
    return window_until is not None and now < window_until
