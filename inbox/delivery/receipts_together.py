"""Many receipts in one transaction: what a broadcast draws is read and written for all of its messages at once.

The rules are those of one receipt (inbox.delivery.receipts); messages that failed are taken one by one.
"""

from collections import defaultdict

from django.db import transaction
from django.utils import timezone

from inbox import signals
from inbox.changes import change_together
from inbox.delivery import envelope
from inbox.delivery.receipts import move, record_receipt
from inbox.models import FeedKind, Message, Thread
from inbox.moves import DELIVER
from inbox.rules.statuses import advanced
from whatsapp.prepared import run
from whatsapp.wake import wake_for

Status = Message.Status
WRITE = """
    UPDATE inbox_message SET wamid = told.wamid, status = told.status, version = told.version, sent_at = told.sent_at,
        delivered_at = told.delivered_at, read_at = told.read_at, claimed_until = NULL, retry_at = NULL,
        error_code = NULL, error_text = ''
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[], %s::timestamptz[],
        %s::timestamptz[])
        AS told(id, wamid, status, version, sent_at, delivered_at, read_at)
    WHERE inbox_message.id = told.id
"""
NUMBER = "thread__number__phone_number_id"
WRITTEN = ("pk", "wamid", "status", "version", "sent_at", "delivered_at", "read_at")


def record_receipts(events, now=None):
    """Move the messages of these StatusReported forward, as each of them would by itself. Receipts that are nobody's
    here are left alone."""
    with transaction.atomic():
        told = _by_message(events)
        failed = {pk for pk, own in told.items() if any(event.status == Status.FAILED for event in own)}
        for message_id in sorted(failed):
            for event in told.pop(message_id):
                record_receipt(event, now)
        if told:
            _record(told, now or timezone.now())


def _by_message(events):
    """{message id: its events in order}: by Meta's ids, else by our own in the callback data."""
    ours = Message.objects.exclude(author_kind=Message.Author.CUSTOMER)
    known = ours.filter(wamid__in={event.wamid for event in events})
    by_wamid = {(wamid, number): pk for pk, wamid, number in known.values_list("pk", "wamid", NUMBER)}
    named = {envelope.message_id_in(event.callback_data) for event in events} - {None, *by_wamid.values()}
    new = ours.filter(pk__in=named, wamid=None).values_list("pk", NUMBER)
    by_name = {(pk, number): pk for pk, number in new} if named else {}
    told = defaultdict(list)
    for event in events:
        number = event.phone_number_id
        named_id = envelope.message_id_in(event.callback_data)
        message_id = by_wamid.get((event.wamid, number)) or by_name.get((named_id, number))
        if message_id:
            told[message_id].append(event)
    return told


def _record(told, now):
    theirs = Message.objects.filter(pk__in=told).values("thread")
    locked = Thread.objects.select_related("contact", "number__reception").select_for_update(of=("self",))
    threads = list(locked.filter(pk__in=theirs).order_by("pk"))
    rows = Message.objects.select_related("author").filter(pk__in=told, thread__in=threads).order_by("pk")
    by_thread = defaultdict(list)
    for message in rows:
        by_thread[message.thread_id].append(message)
    conversation_ids = {message.conversation_id for message in rows if message.conversation_id}
    with change_together(threads, conversation_ids, now) as changes:
        moved = [
            message
            for change in changes
            for message in by_thread[change.thread.pk]
            if _apply(change, message, told[message.pk])
        ]
        if moved:
            _write(moved)
            signals.messages_moved.send(Message, messages=moved, now=now)


def _apply(change, message, events):
    """True when the message is another one now."""
    before, had_id = message.status, message.wamid
    for event in events:
        message.wamid = message.wamid or event.wamid
        if advanced(message.status, event.status) != message.status:
            move(change, message, event)
    if before == message.status and had_id == message.wamid:
        return False
    change.is_quiet = change.conversation is None or change.conversation.pk != message.conversation_id
    change.wrote(message)
    if before != message.status:
        change.tell(FeedKind.MESSAGE_STATUS, message=message)
    if before == Status.SENDING:
        wake_for(DELIVER, message.thread_id)
    return True


def _write(messages):
    run(WRITE, [[getattr(message, name) for message in messages] for name in WRITTEN])
