"""Broadcasts' messages leave many at once, under the same promises as one: claimed by a conditional update, one in
flight per thread, the rights asked again right before, what is unclear never sent again by itself.

One thread of this process asks and writes the database; a few others only wait for Meta's answers.
"""

import logging
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import psycopg
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from inbox import media, sending_rights, signals
from inbox.changes import change_together
from inbox.delivery import envelope, outcomes
from inbox.delivery.lane import LEASE, record
from inbox.models import FeedKind, Message, Thread
from inbox.rules import rights
from whatsapp import content as contents
from whatsapp.client import Accepted, GraphClient
from whatsapp.content import ContentError
from whatsapp.errors import GraphError, Unclear
from whatsapp.models import Number
from whatsapp.prepared import run

logger = logging.getLogger(__name__)
Status = Message.Status
# A run that has taken so long leaves the rest to the next one.
LONGEST_RUN_SECONDS = 1.0
RECORDED_AT_ONCE = 50
# One statement: the thread's lock, the lane's promises, the claim. Whoever works on the thread right now has it first.
CLAIM = """
    UPDATE inbox_message SET status = 'sending', attempts = attempts + 1, claimed_until = statement_timestamp() + %s
    WHERE id = %s AND status = 'queued'
        AND thread_id = (SELECT id FROM inbox_thread WHERE id = %s FOR UPDATE SKIP LOCKED)
        AND NOT EXISTS (
            SELECT 1 FROM inbox_message AS other WHERE other.thread_id = inbox_message.thread_id
                AND other.id <> inbox_message.id AND (
                    other.status = 'sending' OR other.status = 'queued' AND other.author_kind <> 'broadcast'
                )
        )
"""
WRITE_ACCEPTED = """
    UPDATE inbox_message SET wamid = told.wamid, version = told.version, status = %(status)s, sent_at = %(sent_at)s,
        claimed_until = NULL, retry_at = NULL, error_code = NULL, error_text = ''
    FROM unnest(%(ids)s::bigint[], %(wamids)s::text[], %(versions)s::bigint[]) AS told(id, wamid, version)
    WHERE inbox_message.id = told.id
"""
# What is looked at: the rest of a row costs more than the look.
OF_MESSAGE = ("thread_id", "author_kind", "kind", "content", "status", "quoted_wamid")
OF_THREAD = ("window_until", "reply_identity", "contact__whatsapp_optout", "contact__phone")
OF_IDENTITY = ("reply_identity__kind", "reply_identity__value")
OF_ACCEPTED = ("thread_id", "conversation_id", "author_kind", "status", "wamid", "sent_at")


class Senders:
    """The threads of this process that wait for Meta; made when the first broadcast leaves."""

    pool = None

    @classmethod
    def submit(cls, *work):
        if cls.pool is None:
            cls.pool = ThreadPoolExecutor(settings.BROADCAST_SENDERS, thread_name_prefix="broadcast")
        return cls.pool.submit(*work)


@dataclass
class Run:
    """What a run of many came to. `refused_codes`: Meta's, of those that were not taken; `not_reached`: ids for which
    it had no time."""

    accepted: int = 0
    refused_codes: list = field(default_factory=list)
    not_reached: list = field(default_factory=list)


def send_many(message_ids, number_id):
    """Send those of these queued messages of one number that may leave now; the others stay as they are."""
    came_to, until = Run(), time.monotonic() + LONGEST_RUN_SECONDS
    number = Number.objects.select_related("account", "reception").get(pk=number_id)
    client = GraphClient(number.account.access_token)
    under_way, answered = {}, []
    for message in _leaving(message_ids, number):
        if time.monotonic() > until:
            came_to.not_reached = [message_id for message_id in message_ids if message_id >= message.pk]
            break
        if len(under_way) >= settings.BROADCAST_SENDERS:
            answered += _take(under_way, FIRST_COMPLETED)
        if len(answered) >= RECORDED_AT_ONCE:
            answered = _record(answered, came_to)
        if _claim(message):
            under_way[Senders.submit(_send, client, number.phone_number_id, message.request)] = message
    _record(answered + _take(under_way), came_to)
    return came_to


def _leaving(message_ids, number):
    """The messages that may leave, each with its `request`; what must not any more has failed with words."""
    if number.is_on_hold:
        return
    queued = Message.objects.filter(pk__in=message_ids, status=Status.QUEUED).order_by("pk")
    of_thread = [f"thread__{name}" for name in (*OF_THREAD, *OF_IDENTITY)]
    rows = queued.select_related("thread__contact", "thread__reply_identity").only(*OF_MESSAGE, *of_thread)
    known = {}
    for message in rows.prefetch_related("attachments"):
        message.thread.number = number
        words = _why_not(message, known)
        if words:
            outcomes.failed(message.pk, None, words)
        elif _has_its_file(message):
            message.request = envelope.payload(message)
            yield message


def _has_its_file(message):
    """Brought to Meta before the claim, where there is one."""
    try:
        return not message.attachments.all() or media.bring_to_meta(message)
    except media.FileMissing as error:
        outcomes.failed(message.pk, None, str(error))
    except Unclear as error:
        outcomes.postponed(message.pk, error)
    except GraphError as error:
        record(message.pk, error)
    return False


def _why_not(message, known):
    """The four rights, asked again right before it leaves: a sentence, or "". `known`: templates that were read."""
    try:
        content = contents.load(message.kind, message.content)
    except ContentError as error:
        return error.message
    template = None
    if isinstance(content, contents.Template):
        key = (content.name, content.language)
        if key not in known:
            known[key] = sending_rights.stored_template(message.thread.number.account, content)
        template = known[key]
    reason = rights.refusal(sending_rights.facts_at_hand(message.thread, template), content, timezone.now())
    return reason.words if reason else ""


def _claim(message):
    """Queued -> sending, right before its request leaves."""
    try:
        return run(CLAIM, [LEASE, message.pk, message.thread_id]) == 1
    except psycopg.IntegrityError:
        # A reply of the same thread was claimed in the same moment.
        return False


def _send(client, phone_number_id, request):
    """Accepted, or the GraphError."""
    try:
        return client.send_message(phone_number_id, request)
    except GraphError as error:
        return error


def _take(under_way, until="ALL_COMPLETED"):
    """[(message, answer)] of what is done."""
    done, _ = wait(under_way, return_when=until)
    return [(under_way.pop(future), future.result()) for future in done]


def _record(answered, came_to):
    """Write down what Meta answered: those that were accepted together, the others one by one. Returns []."""
    accepted = [(message, answer) for message, answer in answered if isinstance(answer, Accepted)]
    if accepted:
        accept_together(accepted)
        came_to.accepted += len(accepted)
    for message, answer in answered:
        if isinstance(answer, Unclear):
            logger.warning("Message %s: no answer of Meta's, waiting for a receipt", message.pk)
        elif isinstance(answer, GraphError):
            record(message.pk, answer)
            came_to.refused_codes.append(answer.code)
    return []


def accept_together(accepted, now=None):
    """[(message, Accepted)]: Meta took them under these ids. A receipt may have come before and moved one further."""
    answers = {message.pk: answer for message, answer in accepted}
    with transaction.atomic():
        threads = _locked([message.thread_id for message, _ in accepted], accepted[0][0].thread.number)
        with change_together(threads, (), now or timezone.now()) as changes:
            found = _accept(changes, answers)
    for message, answer in accepted:
        if message.pk not in found:
            outcomes.accepted(message, answer)  # its contact was joined to another one meanwhile
        elif not outcomes.is_known(message.thread, answer):
            outcomes.link_identities(message.thread, answer)


def _locked(thread_ids, number):
    threads = list(Thread.objects.select_for_update().filter(pk__in=thread_ids).order_by("pk"))
    for thread in threads:
        thread.number = number
    return threads


def _accept(changes, answers):
    """Returns the ids of the messages that stand in these threads."""
    rows = Message.objects.filter(pk__in=answers, thread__in=[change.thread for change in changes]).order_by("pk")
    is_told = any(change.together.is_heard for change in changes[:1])
    by_thread = {message.thread_id: message for message in (rows if is_told else rows.only(*OF_ACCEPTED))}
    moved = [
        message
        for change in changes
        if (message := by_thread.get(change.thread.pk)) and _is_moved(change, message, answers[message.pk])
    ]
    if moved:
        _write(moved, changes[0].now)
        signals.messages_moved.send(Message, messages=moved, now=changes[0].now)
    return {message.pk for message in by_thread.values()}


def _is_moved(change, message, answer):
    message.wamid = message.wamid or answer.wamid
    change.hush_if_many()
    if message.status not in outcomes.IN_DOUBT:
        change.save(message)  # a receipt was faster: only the id is news
        return False
    outcomes.mark_sent(message, change.now)
    change.wrote(message)
    change.tell(FeedKind.MESSAGE_STATUS, message=message)
    return True


def _write(messages, now):
    told = {"status": Status.SENT, "sent_at": now, "ids": [message.pk for message in messages]}
    told |= {"wamids": [message.wamid for message in messages], "versions": [message.version for message in messages]}
    run(WRITE_ACCEPTED, told)
