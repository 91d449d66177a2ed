"""Send events again, under the ids that they had: one, or all since a time."""

from django.db import transaction
from django.utils import timezone

from inbox.models import FeedEvent, Subscription, WebhookDelivery
from inbox.rules.refusal import Refusal
from inbox.webhooks.sequencer import DELIVER
from whatsapp.wake import wake

MOST_AT_ONCE = 10_000
BATCH = 1000


@transaction.atomic
def replay(subscription, events, now=None):
    """Make these FeedEvents (a queryset) due for the subscription, as far as it wants them; those that still wait stay
    as they are. Returns how many. Raises Refusal for too many."""
    now = now or timezone.now()
    Subscription.objects.select_for_update().get(pk=subscription.pk)
    under_way = subscription.deliveries.filter(status__in=WebhookDelivery.LANE).values("event")
    published = events.wanted_by(subscription).filter(position__isnull=False)
    wanted = list(published.exclude(pk__in=under_way).order_by("pk")[: MOST_AT_ONCE + 1])
    if len(wanted) > MOST_AT_ONCE:
        words = f"These are more than {MOST_AT_ONCE} events. Name a later time, or read the feed."
        raise Refusal("replay_too_large", words, "since")
    _make_due(subscription, wanted, now)
    wake(DELIVER, subscription.pk, queue="bulk")
    return len(wanted)


def since(moment):
    return FeedEvent.objects.filter(occurred_at__gte=moment)


def _make_due(subscription, events, now):
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(
                subscription=subscription, event=event, thread_id=event.thread_id, due_since=now, retry_at=now
            )
            for event in events
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["subscription", "event"],
        update_fields=["status", "stands_first", "due_since", "retry_at", "attempts", "settled_at"],
    )
    subscription.deliveries.filter(event__in=events).let_first_go()
