"""The send lane of a thread: by id, one message in flight, no lock held while Meta is asked.

A broadcast's message leaves with its couriers (inbox.delivery.bulk) and gives way to everybody else's: no reply waits
behind one.
"""

import logging
from datetime import timedelta

import psycopg
from django.db.models import Case, Q, When
from django.utils import timezone

from inbox import media, sending_rights
from inbox.delivery import envelope, holding, outcomes
from inbox.models import Message
from inbox.models.messages import with_files_known
from inbox.moves import DELIVER
from whatsapp import content as contents
from whatsapp.client import GraphClient
from whatsapp.content import ContentError
from whatsapp.errors import GraphError, NumberFault, TryLater, Unclear, Unreachable
from whatsapp.prepared import Place, Prepared, run
from whatsapp.wake import wake_for

logger = logging.getLogger(__name__)

# The longest time in flight. A request gives up after 25 s; what passed this is a lost worker's or was never answered.
LEASE = timedelta(seconds=60)
MOST_STEPS = 200
Status = Message.Status
LANE = (Status.HELD, Status.QUEUED, Status.SENDING)
# One statement: the thread's lock, the lane's promises, the claim.
CLAIM = """
    UPDATE inbox_message SET status = 'sending', attempts = attempts + 1, claimed_until = statement_timestamp() + %s
    WHERE id = %s AND status = 'queued'
        AND thread_id = (SELECT id FROM inbox_thread WHERE id = %s FOR UPDATE)
        AND NOT EXISTS (
            SELECT 1 FROM inbox_message AS other WHERE other.thread_id = inbox_message.thread_id
                AND other.id <> inbox_message.id AND (
                    other.status = 'sending'
                    OR other.status IN ('queued', 'held') AND other.id < inbox_message.id
                        AND NOT (other.status = 'queued' AND other.author_kind = 'broadcast')
                )
        )
"""
FOR_COURIERS = Q(author_kind=Message.Author.BROADCAST, status=Status.QUEUED)


def deliver_next(thread_id):
    """Send what waits in this thread, oldest first, until nothing may leave now."""
    for _ in range(MOST_STEPS):
        if not _step(thread_id):
            return
    wake_for(DELIVER, thread_id)


def lane(thread_id):
    return Message.objects.filter(thread=thread_id, status__in=LANE).exclude(FOR_COURIERS).order_by("pk")


def _step(thread_id):
    """Do what the lane's head needs next. True when something was done, so that the lane is to be looked at again."""
    now = timezone.now()
    head = _head(thread_id)
    if head is None:
        return False
    if head.status == Status.SENDING:
        return head.claimed_until <= now and outcomes.unconfirmed(head.pk)
    if head.thread.number.is_on_hold or head.status == Status.HELD:
        return _settle(head)
    if head.retry_at and head.retry_at > now:
        return False
    words = _why_not(head, now)
    if words:
        outcomes.failed(head.pk, None, words)
        return True
    return _go(head)


def _head(thread_id):
    """The message in flight, else the oldest, with all that sending it asks for."""
    head = HEAD.first(thread=thread_id)
    if head and not head.has_files:
        head.has_no_files()
    return head


def _heads():
    related = ("author", "thread__contact", "thread__reply_identity", "thread__number__account")
    rows = lane(Place("thread")).select_related(*related, "thread__number__reception")
    return with_files_known(rows).order_by(Case(When(status=Status.SENDING, then=0), default=1), "pk")[:1]


HEAD = Prepared(_heads)


def _settle(head):
    """Make the lane and its number agree about being held."""
    if head.thread.number.is_on_hold and not lane(head.thread_id).filter(status=Status.QUEUED).exists():
        return False
    return holding.settle(head.thread_id)


def _why_not(head, now):
    """The four rights, asked again right before the request leaves: a sentence, or ""."""
    try:
        reason = sending_rights.refusal(head.thread, contents.load(head.kind, head.content), now)
    except ContentError as error:
        return error.message
    return reason.words if reason else ""


def _go(head):
    """Upload before the claim: a worker that dies on the way leaves a message that was certainly not sent."""
    try:
        if not media.bring_to_meta(head):
            return False
    except media.FileMissing as error:
        outcomes.failed(head.pk, None, str(error))
        return True
    except Unclear as error:
        outcomes.postponed(head.pk, error)
        return True
    except GraphError as error:
        record(head.pk, error)
        return True
    if not _claim(head):
        return False
    _send(head)
    return True


def _claim(head):
    """Queued -> sending, if it still is the head and nothing is in flight. The thread's lock is held only for this."""
    try:
        return run(CLAIM, [LEASE, head.pk, head.thread_id]) == 1
    except psycopg.IntegrityError:
        # While we waited for the thread, another one of it was claimed.
        return False


def _send(head):
    """One request to Meta and its record. After Unclear the message stays in flight until its lease ends."""
    number = head.thread.number
    try:
        answer = GraphClient(number.account.access_token).send_message(number.phone_number_id, envelope.payload(head))
    except ContentError as error:
        outcomes.failed(head.pk, None, error.message)
    except Unclear:
        logger.warning("Message %s: no answer of Meta's, waiting for a receipt", head.pk)
    except GraphError as error:
        record(head.pk, error)
    else:
        outcomes.accepted(head, answer)


def record(message_id, error):
    """What a GraphError means for a message that has certainly not been sent."""
    logger.info("Message %s: %s %s", message_id, type(error).__name__, error.code)
    if isinstance(error, TryLater | Unreachable):
        outcomes.postponed(message_id, error)
    elif isinstance(error, NumberFault):
        outcomes.held(message_id, error)
    else:
        outcomes.failed(message_id, error.code, error.sentence)
