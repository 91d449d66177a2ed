"""Programs hear an hour before the window of an open conversation closes: then only message templates can be sent.

A timer waits for it, and only while somebody listens.
"""

from datetime import timedelta

from django.dispatch import receiver

from inbox import timers
from inbox.models import FeedKind
from inbox.signals import conversation_changed

KIND = "window_closing"
BEFORE = timedelta(hours=1)


@receiver(conversation_changed, dispatch_uid="inbox.closing_windows")
def on_conversation_changed(sender, conversation, change, **news):
    if _has_moved(change) and change.together.is_heard:
        due_at = _due_at(change)
        timers.set_timers(change, conversation, {KIND: due_at} if due_at else {}, among=[KIND])


def _has_moved(change):
    return change.moved("status") or change.thread.window_until != change.thread_stood["window_until"]


def _due_at(change):
    """None for what is closed, or closes sooner."""
    until = change.thread.window_until
    if until is None or not change.conversation.is_open or until - BEFORE <= change.now:
        return None
    return until - BEFORE


def tell(change, timer):
    """Still open, and its window closes now: a later word of the customer has moved the timer."""
    until = change.thread.window_until
    if change.conversation.is_open and until and change.now < until <= change.now + BEFORE:
        change.tell(FeedKind.WINDOW_CLOSING, closes_at=until.isoformat())


timers.register(KIND, tell)
