"""What people and programs do with a broadcast. Raises Refusal."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from broadcasts import audience, ledger, news
from broadcasts.channels import channel_of
from broadcasts.engine import couriers, endings, fates, planning
from broadcasts.models import Broadcast, Courier, Pace, Recipient, Tally
from inbox import delivery
from inbox.actions.refusals import Refusal
from inbox.models import Message
from whatsapp.wake import wake

Status = Broadcast.Status
PAUSED_BY_HAND = "by_hand"
CANCELLED_WORDS = "Cancelled before it was sent."
LATEST_DAYS = 365
TOO_LATE = "A broadcast can be scheduled for a year at most."


@transaction.atomic
def launch(broadcast_id, now=None):
    """Start a draft, or schedule it where it has a time to come. Returns the Broadcast."""
    now = now or timezone.now()
    broadcast = _locked(broadcast_id)
    if broadcast.status != Status.DRAFT or broadcast.deleted_at:
        raise Refusal("broadcast_started", "This broadcast is no draft any more.")
    channel_of(broadcast).check(broadcast)
    if broadcast.scheduled_at and broadcast.scheduled_at > now:
        if broadcast.scheduled_at > now + timedelta(days=LATEST_DAYS):
            raise Refusal("scheduled_too_late", TOO_LATE, "scheduled_at", 400)
        broadcast.status = Status.SCHEDULED
        broadcast.save(update_fields=["status"])
        return broadcast
    return _start(broadcast, now)


@transaction.atomic
def start_scheduled(broadcast_id, now=None):
    """Start one whose time has come; one that was cancelled meanwhile is left alone."""
    broadcast = _locked(broadcast_id)
    if broadcast.status == Status.SCHEDULED:
        _start(broadcast, now or timezone.now())


def _start(broadcast, now):
    broadcast.status, broadcast.started_at = Status.SENDING, now
    broadcast.lane = channel_of(broadcast).lane(broadcast)
    broadcast.planned_at = None if audience.has_audience(broadcast) else now
    broadcast.save(update_fields=["status", "started_at", "lane", "planned_at"])
    news.tell(news.STARTED, broadcast.pk)
    pace = _pace(broadcast, now)
    if broadcast.planned_at:
        couriers.wake_all(pace)
    else:
        wake(planning.PLAN, broadcast.pk, queue="bulk")
    return broadcast


def _pace(broadcast, now):
    pace, _ = Pace.objects.get_or_create(key=broadcast.lane, defaults={"number": broadcast.number})
    places = [Courier(pace=pace, place=place, due_at=now) for place in range(settings.BROADCAST_COURIERS)]
    Courier.objects.bulk_create(places, ignore_conflicts=True)
    return pace


@transaction.atomic
def pause(broadcast_id):
    """Nothing more leaves within a second. Twice is once."""
    broadcast = _locked(broadcast_id)
    if broadcast.status == Status.PAUSED or endings.pause(broadcast, PAUSED_BY_HAND, "Paused by hand."):
        return _again(broadcast)
    raise Refusal("broadcast_not_sending", f"This broadcast is {broadcast.status}, so it cannot be paused.")


@transaction.atomic
def resume(broadcast_id):
    """Go on. What made the stop rule pause it is forgiven: the rule counts from now on."""
    broadcast = _locked(broadcast_id)
    if broadcast.status == Status.SENDING:
        return broadcast
    if broadcast.status != Status.PAUSED:
        raise Refusal("broadcast_not_paused", f"This broadcast is {broadcast.status}, so it cannot be resumed.")
    channel_of(broadcast).check(broadcast)
    broadcast.status, broadcast.pause_reason, broadcast.pause_words = Status.SENDING, "", ""
    _forgive(broadcast)
    broadcast.save()
    news.tell(news.RESUMED, broadcast.pk)
    _wake(broadcast)
    return broadcast


def cancel(broadcast_id, now=None):
    """Whoever has not got it yet will not get it. What is at WhatsApp already cannot be called back. Twice is once."""
    now = now or timezone.now()
    with transaction.atomic():
        broadcast = _locked(broadcast_id)
        if broadcast.status == Status.FINISHED:
            raise Refusal("broadcast_finished", "This broadcast is finished: there is nothing left to cancel.")
        if broadcast.status != Status.CANCELLED:
            broadcast.status, broadcast.finished_at = Status.CANCELLED, now
            broadcast.pause_reason = broadcast.pause_words = ""
            broadcast.save()
            _cancel_queued(broadcast, now)
            news.tell(news.CANCELLED, broadcast.pk)
    _take_back(broadcast)
    return broadcast


def _cancel_queued(broadcast, now):
    queued, cancelled = Recipient.Status.QUEUED, Recipient.Status.CANCELLED
    ledger.move_all(broadcast, queued, cancelled, now, reason=fates.CANCELLED, words=CANCELLED_WORDS)


def _take_back(broadcast):
    """Messages that wait for another try, or with their number: they were never sent."""
    waiting = (Message.Status.QUEUED, Message.Status.HELD)
    queued = Message.objects.filter(recipient__broadcast=broadcast, status__in=waiting)
    for message_id in list(queued.values_list("pk", flat=True)):
        delivery.take_back(message_id, CANCELLED_WORDS)


def sweep_cancelled(now=None):
    """Nobody of a cancelled broadcast waits: what was on its way just then may have come back for another try, and the
    worker that cancelled may have died half-way."""
    now = now or timezone.now()
    waiting = Tally.objects.filter(Q(queued__gt=0) | Q(sending__gt=0), broadcast=OuterRef("pk"))
    for broadcast in Broadcast.objects.filter(Exists(waiting), status=Status.CANCELLED):
        with transaction.atomic():
            _cancel_queued(broadcast, now)
        _take_back(broadcast)


@transaction.atomic
def retry_failed(broadcast_id, also_unconfirmed=False, now=None):
    """Queue the failed again. Left out are those who cannot get it anyway, and, unless asked for, those who may have it
    already; the stop rule counts from now on. Returns (how many are tried again, how many failed ones are left out)."""
    broadcast = _locked(broadcast_id)
    if broadcast.status not in (Status.SENDING, Status.PAUSED, Status.FINISHED):
        raise Refusal("broadcast_not_sent", f"This broadcast is {broadcast.status}: nobody failed to be retried.")
    but = [*channel_of(broadcast).hopeless] + ([] if also_unconfirmed else [fates.UNCONFIRMED])
    failed, queued = Recipient.Status.FAILED, Recipient.Status.QUEUED
    retried = ledger.move_all(broadcast, failed, queued, now or timezone.now(), but=but)
    if retried:
        _go_on(broadcast)
    return retried, ledger.totals(broadcast)["failed"]


def _go_on(broadcast):
    """With those who are tried again. One that is paused stays so."""
    was_over = broadcast.status == Status.FINISHED
    if was_over:
        broadcast.status, broadcast.finished_at = Status.SENDING, None
    _forgive(broadcast)
    broadcast.save()
    if was_over:
        news.tell(news.RESUMED, broadcast.pk)
    if broadcast.status == Status.SENDING:
        _wake(broadcast)


def _forgive(broadcast):
    """The stop rule counts from now on."""
    broadcast.forgiven_failed, broadcast.forgiven_settled = endings.failed_and_settled(ledger.totals(broadcast))


def sweep():
    """Start what is due; wake whoever is needed; finish what is over."""
    due = Broadcast.objects.filter(status=Status.SCHEDULED, scheduled_at__lte=Now())
    for broadcast_id in due.order_by("scheduled_at").values_list("pk", flat=True):
        start_scheduled(broadcast_id)
    planning.sweep()
    couriers.sweep()
    endings.sweep()


def _wake(broadcast):
    couriers.wake_all(Pace.objects.get(key=broadcast.lane))


def _locked(broadcast_id):
    return Broadcast.objects.select_for_update(of=("self",)).select_related("number").get(pk=broadcast_id)


def _again(broadcast):
    broadcast.refresh_from_db()
    return broadcast
