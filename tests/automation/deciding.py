"""Lines of the reason log, as automations write them."""

import itertools

from automation.models import Decision

_serial = itertools.count(1)


def decided(conversation, /, automation="reminder", outcome="withdrawn", reason="answered", **fields):
    """A decision about a conversation, on an occasion of its own; further keywords are fields of Decision."""
    about = {"thread": conversation.thread, "conversation": conversation, "number": conversation.thread.number}
    about["occasion"] = f"occasion {next(_serial)}"
    return Decision.objects.create(automation=automation, outcome=outcome, reason=reason, **{**about, **fields})
