"""The send lane of a thread: by id, one message in flight, no lock held while Meta is asked.

A broadcast's message leaves with its couriers (inbox.delivery.bulk) and gives way to everybody else's: no reply waits
behind one.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, Exists, F, Q, When
from django.utils import timezone

from inbox import media, sending_rights
from inbox.delivery import envelope, holding, outcomes
from inbox.models import Message, Thread
from whatsapp import content as contents
from whatsapp.client import GraphClient
from whatsapp.content import ContentError
from whatsapp.errors import GraphError, NumberFault, TryLater, Unclear, Unreachable
from whatsapp.wake import wake

logger = logging.getLogger(__name__)

# The longest time in flight. A request gives up after 25 s; what passed this is a lost worker's or was never answered.
LEASE = timedelta(seconds=60)
MOST_STEPS = 200
Status = Message.Status
LANE = (Status.HELD, Status.QUEUED, Status.SENDING)
FOR_COURIERS = Q(author_kind=Message.Author.BROADCAST, status=Status.QUEUED)


def deliver_next(thread_id):
    """Send what waits in this thread, oldest first, until nothing may leave now."""
    for _ in range(MOST_STEPS):
        if not _step(thread_id):
            return
    wake("inbox.tasks.deliver", thread_id)


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
    related = ("author", "thread__contact", "thread__reply_identity", "thread__number__account")
    rows = lane(thread_id).select_related(*related, "thread__number__reception").prefetch_related("attachments")
    return rows.order_by(Case(When(status=Status.SENDING, then=0), default=1), "pk").first()


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
    claimed = {"status": Status.SENDING, "attempts": F("attempts") + 1, "claimed_until": timezone.now() + LEASE}
    with transaction.atomic():
        if not Thread.objects.select_for_update().filter(pk=head.thread_id).exists():
            return False
        in_the_way = lane(head.thread_id).filter(Q(pk__lt=head.pk) | Q(status=Status.SENDING))
        mine = Message.objects.filter(~Exists(in_the_way), pk=head.pk, status=Status.QUEUED)
        return mine.update(**claimed) == 1


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
