"""The silent end of a conversation whose customer never answered (product: "A conversation's life", pending)."""

from inbox.actions.closing import close_within

RULE = "expired"


def expire(change, facts, policy):
    close_within(change, by_rule=RULE)
