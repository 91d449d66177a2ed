"""What a lost wake-up or a killed worker left, what is too old to be sent, and what is forgotten after 30 days."""

from django.contrib.postgres.aggregates import BoolOr
from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils import timezone

from inbox.models import FeedEvent, FeedHead, Subscription, WebhookDelivery
from inbox.rules.webhooks import GIVEN_UP_AFTER
from inbox.webhooks.sequencer import DELIVER, publish
from whatsapp.wake import wake

Status = WebhookDelivery.Status
FORGOTTEN_AT_ONCE = 5000


def sweep(now=None):
    """Publish what was missed, take back what a lost worker had, give up what is a day old, and wake who is due."""
    now = now or timezone.now()
    publish(now)
    recover(now)
    if give_up(now):
        mend_lanes()
    # In no order: of many slow ones none comes always first.
    for subscription_id in due(now).order_by("?").values_list("pk", flat=True):
        wake(DELIVER, subscription_id, queue="bulk")


def recover(now):
    """It may have been sent: it is sent again under the same id."""
    lost = WebhookDelivery.objects.filter(status=Status.SENDING, claimed_until__lte=now)
    return lost.update(status=Status.PENDING, retry_at=now, claimed_until=None)


def give_up(now):
    """Also what was never tried since its address was paused or switched off."""
    old = WebhookDelivery.objects.filter(status=Status.PENDING, due_since__lte=now - GIVEN_UP_AFTER)
    return old.update(status=Status.GIVEN_UP, settled_at=now)


def mend_lanes():
    """Where nothing stands first any more (it was given up, or deleted with its conversation), let the next one go."""
    lanes = WebhookDelivery.objects.filter(status__in=WebhookDelivery.LANE).order_by().values("subscription", "thread")
    stuck = lanes.annotate(first=Min("event"), has_first=BoolOr("stands_first")).filter(has_first=False)
    for subscription_id, event_id in stuck.values_list("subscription", "first"):
        WebhookDelivery.objects.filter(subscription=subscription_id, event=event_id).update(stands_first=True)


def due(now):
    """Subscriptions that something may be sent to."""
    waiting = WebhookDelivery.objects.filter(status=Status.PENDING, stands_first=True)
    flowing = Q(paused_at=None, pk__in=waiting.filter(retry_at__lte=now).values("subscription"))
    probing = Q(paused_at__isnull=False, probe_at__lte=now, pk__in=waiting.values("subscription"))
    return Subscription.objects.filter(flowing | probing, is_active=True)


def forget(now=None):
    """Delete what is older than 30 days: events with their deliveries. Returns how many events went."""
    before = (now or timezone.now()) - FeedEvent.KEPT
    forgotten = 0
    while count := _forget_some(before):
        forgotten += count
    return forgotten


@transaction.atomic
def _forget_some(before):
    head = FeedHead.locked()
    old = FeedEvent.objects.filter(occurred_at__lt=before, position__isnull=False).order_by("position")
    some = FeedEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]))
    last = some.aggregate(last=Max("position"))["last"]
    if last is None:
        return 0
    head.forgotten = max(head.forgotten, last)
    head.save(update_fields=["forgotten"])
    count = some.count()
    some.delete()
    return count
