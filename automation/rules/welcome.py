"""The welcome: when the customer opened the chat, or else on their first word (S1-4, S1-5)."""

from datetime import datetime

from automation.rules.facts import Facts, Policy

WELCOME = "welcome"


def welcome_due(facts: Facts, policy: Policy) -> datetime | None:
    """Since when a welcome is to be sent; None: it is not. Never where a bot takes the conversation."""
    is_wanted = policy.welcomes and facts.first_contact_at and facts.status not in ("bot", "closed")
    is_settled = any(settled.automation == WELCOME for settled in facts.settled)
    if not is_wanted or is_settled or facts.is_stopped or facts.is_word_old:
        return None
    return facts.first_contact_at
