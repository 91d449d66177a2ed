"""One sequencer gives committed events their places in the feed, and each subscription its deliveries.

Whoever reads the feed by position never skips an event of a transaction that commits late: it gets a later place.
"""

from django.db import transaction
from django.utils import timezone

from inbox.models import FeedEvent, FeedHead, Subscription, WebhookDelivery
from whatsapp.wake import wake

BATCH = 500
DELIVER = "inbox.tasks.deliver_webhooks"


def publish(now=None):
    """Give all events without a place the next ones, by id. Any number may do so at once: they take turns. Returns how
    many there were."""
    published = 0
    while count := _publish_some(now or timezone.now()):
        published += count
    return published


@transaction.atomic
def _publish_some(now):
    head = FeedHead.locked()
    events = list(FeedEvent.objects.filter(position=None).order_by("pk")[:BATCH])
    if events:
        for event in events:
            head.position += 1
            event.position = head.position
        FeedEvent.objects.bulk_update(events, ["position"])
        head.save(update_fields=["position"])
        _address(events, now)
    return len(events)


def _address(events, now):
    """Make the deliveries of these events, and wake those who send them."""
    deliveries = [
        WebhookDelivery(subscription=each, event=event, thread_id=event.thread_id, due_since=now, retry_at=now)
        for each in listening(now)
        for event in events
        if each.wants(event)
    ]
    there = _locked({delivery.subscription_id for delivery in deliveries})
    made = WebhookDelivery.objects.bulk_create(each for each in deliveries if each.subscription_id in there)
    WebhookDelivery.objects.filter(pk__in=[delivery.pk for delivery in made]).let_first_go()
    for subscription_id in there:
        wake(DELIVER, subscription_id, queue="bulk")


def _locked(subscription_ids):
    """Those of these subscriptions that are still there. Until the transaction ends nothing of theirs is settled by
    somebody who cannot see yet what now stands behind it."""
    rows = Subscription.objects.select_for_update(no_key=True).filter(pk__in=subscription_ids)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def listening(now):
    """The subscriptions that are to be told now."""
    active = Subscription.objects.filter(is_active=True).select_related("number", "api_key__number")
    return [each for each in active if each.is_listening(now)]
