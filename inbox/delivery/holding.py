"""Messages of a number on hold wait as `held`, with the reason, and go on when the number does."""

from inbox.changes import change_thread
from inbox.models import FeedKind, Message, Thread
from inbox.moves import DELIVER
from whatsapp.models import Number
from whatsapp.wake import wake_for

Status = Message.Status


def hold_messages(number_id):
    """Turn what is queued on this number to `held`, thread by thread; nothing when it is no longer on hold."""
    for thread_id in _threads(number_id, Status.QUEUED):
        settle(thread_id)


def release_messages(number_id):
    """Queue what was held on this number and send it; nothing when it is on hold again."""
    for thread_id in _threads(number_id, Status.HELD):
        if settle(thread_id):
            wake_for(DELIVER, thread_id)


def _threads(number_id, status):
    """Read at once: rows change while we walk."""
    waiting = Thread.objects.filter(number=number_id, messages__status=status)
    return list(waiting.order_by("pk").values_list("pk", flat=True).distinct())


def settle(thread_id):
    """Make a lane agree with its number. True when the number is not on hold, so that the lane may go on."""
    with change_thread(thread_id) as change:
        number = Number.objects.get(pk=change.thread.number_id)
        waiting = change.thread.messages.filter(status__in=(Status.QUEUED, Status.HELD)).order_by("pk")
        for message in waiting.select_related("author"):
            before = message.status
            _follow(message, number)
            change.save(message)
            if message.status != before:
                change.tell(FeedKind.MESSAGE_STATUS, message=message)
    return not number.is_on_hold


def _follow(message, number):
    if number.is_on_hold:
        message.status, message.error_text = Status.HELD, number.held_reason
    elif message.status == Status.HELD:
        message.status, message.error_text = Status.QUEUED, ""
        message.error_code = message.retry_at = None
