"""Meta's receipts (`statuses`): they may come early, late, twice, in any order, and for messages that are not ours."""

import logging

from inbox import consent
from inbox.consent import Channel, Said, Source
from inbox.delivery import envelope, outcomes
from inbox.models import Message
from inbox.moves import DELIVER
from inbox.rules.consent import MARKETING
from inbox.rules.statuses import advanced
from whatsapp import connection
from whatsapp.errors import NUMBER_FAULTS, SOMETHING_WENT_WRONG, sentence
from whatsapp.wake import wake_for

logger = logging.getLogger(__name__)
OPTED_OUT_OF_MARKETING = 131050
Status = Message.Status


def record_receipt(event, now=None):
    """Move the message of a StatusReported forward. None when it is nobody's here, else the Message.

    What says nothing new (Meta's `sent` comes after its answer as a rule) changes nothing, and no screen hears of it.
    """
    found = _found(event)
    if found is None or _is_known(found, event):
        return found
    with outcomes.changing(found.pk, now, found.thread_id) as (change, message):
        before = message.status
        message.wamid = message.wamid or event.wamid
        if advanced(before, event.status) != before:
            move(change, message, event)
        if before == Status.SENDING and message.status != Status.SENDING:
            wake_for(DELIVER, message.thread_id)
    return message


def _is_known(message, event):
    return message.wamid == event.wamid and advanced(message.status, event.status) == message.status


def _found(event):
    """Where its message stands, or None.

    By Meta's id, else by our own in the callback data; a status of other senders on the number is normal.
    """
    ours = Message.objects.filter(thread__number__phone_number_id=event.phone_number_id)
    ours = ours.exclude(author_kind=Message.Author.CUSTOMER)
    ours = ours.only("thread", "status", "wamid")
    found = ours.filter(wamid=event.wamid).first()
    if found is None:
        named = envelope.message_id_in(event.callback_data)
        found = ours.filter(pk=named, wamid=None).first() if named else None
    return found


def move(change, message, event):
    """What a receipt that says something new makes of its message."""
    if event.status == Status.FAILED:
        return _fail(change, message, event)
    outcomes.settled(message)
    message.status = event.status
    message.sent_at = message.sent_at or event.reported_at
    if event.status != Status.SENT:
        message.delivered_at = message.delivered_at or event.reported_at
    if event.status in (Status.READ, Status.PLAYED):
        message.read_at = message.read_at or event.reported_at
    return None


def _fail(change, message, event):
    """Not sent again by itself: after a failure by receipt a person decides."""
    code = event.error.code if event.error else SOMETHING_WENT_WRONG
    words = sentence(code, event.error.details if event.error else "")
    outcomes.mark_failed(change, message, code, words)
    if code in NUMBER_FAULTS:
        connection.hold(change.thread.number, words, change.now)
    if code == OPTED_OUT_OF_MARKETING:
        consent.refuse(change.thread.contact, Channel.WHATSAPP, Said(Source.META), MARKETING, within=change)
