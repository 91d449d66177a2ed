"""Meta's words for a number's state (Meta: business-phone-numbers/phone-numbers)."""

# Nothing leaves by a number in these. RATE_LIMITED, FLAGGED and RESTRICTED ones still answer; "" is not known yet.
CUT_OFF = frozenset({"PENDING", "DISCONNECTED", "UNVERIFIED", "MIGRATED", "DELETED"})
