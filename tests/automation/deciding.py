"""Lines of the reason log, as automations write them."""

from automation.models import Decision


def decided(conversation, /, automation="reminder", outcome="withdrawn", reason="answered", **fields):
    """A decision about a conversation; further keywords are fields of Decision."""
    about = {"thread": conversation.thread, "conversation": conversation, "number": conversation.thread.number}
    return Decision.objects.create(automation=automation, outcome=outcome, reason=reason, **{**about, **fields})
