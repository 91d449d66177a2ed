"""What a try to send came to, recorded in one short transaction each. A late answer never overrules a receipt."""

import random
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction

from inbox import signals
from inbox.changes import change_thread_of, fields_of
from inbox.models import Conversation, FeedKind, Identity, Message, Thread
from inbox.models.messages import with_files_known
from inbox.rules.retries import gives_up, pause_seconds
from whatsapp import connection
from whatsapp.errors import Unclear
from whatsapp.prepared import Place, Prepared
from whatsapp.wake import wake

Status = Message.Status
MESSAGE = Prepared(lambda: with_files_known(Message.objects.select_related("author").filter(pk=Place("pk"))))
IN_DOUBT = (Status.QUEUED, Status.SENDING, Status.UNCONFIRMED, Status.HELD)


@contextmanager
def changing(message_id, now=None, thread_id=None):
    """Lock the message's thread, yield (change, message), save the message. Raises Message.DoesNotExist.

    `thread_id` is the one in which it stood a moment ago, where the caller knows.
    """
    with change_thread_of(lambda: _message(message_id), now, thread_id) as (change, message):
        if change.conversation is None and message.conversation_id:
            change.look_at(Conversation.objects.get(pk=message.conversation_id))
        before, stood = message.status, fields_of(message)
        yield change, message
        change.save(message, stood)
        # Between queued and sending it goes to and fro: nobody needs to know.
        if message.status not in (before, Status.QUEUED):
            change.tell(FeedKind.MESSAGE_STATUS, message=message)
        if message.status != before:
            signals.messages_moved.send(Message, messages=[message], now=change.now)


def _message(message_id):
    message = MESSAGE.get(pk=message_id)
    if not message.has_files:
        message.has_no_files()
    return message


def accepted(sent, answer, now=None):
    """Meta took the message `sent` (its thread and reply identity at hand) under a wamid. A receipt may have come
    before and moved it further: then only the id is added."""
    with changing(sent.pk, now, sent.thread_id) as (change, message):
        message.wamid = message.wamid or answer.wamid
        if message.status in IN_DOUBT:
            mark_sent(message, change.now)
    if not is_known(sent.thread, answer):
        link_identities(change.thread, answer)


def is_known(thread, answer):
    """The answer names who we wrote to, and nobody else."""
    identity = thread.reply_identity
    is_phone = identity is not None and identity.kind == Identity.Kind.WA_ID
    return is_phone and answer.wa_id in ("", identity.value) and not answer.bsuid


def mark_sent(message, at):
    message.status = Status.SENT
    message.sent_at = message.sent_at or at
    settled(message)


def settled(message):
    """Nothing waits for this message any more."""
    message.claimed_until = message.retry_at = message.error_code = None
    message.error_text = ""


def link_identities(thread, answer):
    """What the answer names is this contact too, never a second one: Meta may spell a phone in another way.

    Outside the thread's lock, because identities are locked before threads.
    """
    with transaction.atomic():
        if answer.wa_id:
            _link(thread, Identity.Kind.WA_ID, "", answer.wa_id)
        if answer.bsuid:
            _link(thread, Identity.Kind.BSUID, thread.number.account.identity_scope, answer.bsuid)


def _link(thread, kind, scope, value):
    identity, _ = Identity.objects.get_or_create(
        kind=kind, scope=scope, value=value, defaults={"contact_id": thread.contact_id}
    )
    if identity.contact_id != thread.contact_id:
        wake("inbox.tasks.join_contacts", identity.contact_id, thread.contact_id)
    elif thread.reply_identity_id is None:
        Thread.objects.filter(pk=thread.pk, reply_identity=None).update(reply_identity=identity)


def postponed(message_id, error, now=None):
    """Certainly not sent: back into the queue with a growing pause, or failed where that is no use any more."""
    with changing(message_id, now) as (change, message):
        if message.status == Status.QUEUED:
            message.attempts += 1
        waited = (change.now - message.created_at).total_seconds()
        if message.status not in IN_DOUBT:
            return
        if message.status == Status.UNCONFIRMED or gives_up(message.attempts, error.code, waited):
            mark_failed(change, message, error.code, error.sentence)
        else:
            pause = pause_seconds(message.attempts, error.code, error.retry_after_seconds, random.random())
            message.status = Status.QUEUED
            message.claimed_until = None
            message.retry_at = change.now + timedelta(seconds=pause)
            message.error_code = error.code


def failed(message_id, code, words, now=None):
    with changing(message_id, now) as (change, message):
        if message.status in IN_DOUBT:
            mark_failed(change, message, code, words)


def take_back(message_id, words, now=None):
    """It waits in its lane and is not to leave any more. Nothing happens to one that is on its way already."""
    with changing(message_id, now) as (change, message):
        if message.status in (Status.QUEUED, Status.HELD):
            mark_failed(change, message, None, words)


def mark_failed(change, message, code, words):
    settled(message)
    message.status = Status.FAILED
    message.error_code, message.error_text = code, words
    unanswer(change, message)
    if message.kind == "reaction" and message.quoted_id:
        _take_back_reaction(change, message)


def _take_back_reaction(change, message):
    """It never reached the customer, so it does not show on the message either."""
    target = Message.objects.get(pk=message.quoted_id)
    if target.reactions.get("us") == message.content.get("emoji"):
        del target.reactions["us"]
        change.save(target)


def unanswer(change, message):
    """The customer is unanswered again, unless a later answer of a person stands; that one then answered instead."""
    since, message.answered_since = message.answered_since, None
    conversation = change.conversation
    if since is None or conversation is None or conversation.pk != message.conversation_id:
        return
    heir = _later_answer(message)
    if heir:
        heir.answered_since = min(since, heir.answered_since or since)
        heir.save(update_fields=["answered_since"])
    elif conversation.is_open:
        conversation.unanswered_since = min(since, conversation.unanswered_since or since)


def _later_answer(message):
    answers = Message.objects.filter(conversation=message.conversation_id, author_kind=message.author_kind)
    return answers.filter(pk__gt=message.pk).exclude(status__in=(Status.FAILED, Status.NOTED)).order_by("pk").first()


def held(message_id, error, now=None):
    """The number's own fault: it goes on hold, and this message waits with the others."""
    with changing(message_id, now) as (change, message):
        if message.status in (Status.QUEUED, Status.SENDING):
            message.status = Status.HELD
            message.claimed_until = None
            message.error_code, message.error_text = error.code, error.sentence
        connection.hold(change.thread.number, error.sentence, change.now)


def unconfirmed(message_id, now=None):
    """No answer within the lease: it may have been sent. Never sent again by itself. True when that was so."""
    with changing(message_id, now) as (change, message):
        is_lost = message.status == Status.SENDING and message.claimed_until <= change.now
        if is_lost:
            message.status = Status.UNCONFIRMED
            message.claimed_until = None
            message.error_text = Unclear().sentence
    return is_lost
