"""What a call came to, recorded in one short transaction: the delivery, and the breaker of its address."""

import random
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from inbox.models import Subscription, WebhookDelivery
from inbox.rules import webhooks as rules
from whatsapp.wake import wake

GONE = 410
SWITCHED_OFF = "It answered 410: it wants no more events, and was switched off."
TELL_ADMINS = "inbox.tasks.tell_admins_of_webhooks"
Status = WebhookDelivery.Status


@dataclass(frozen=True)
class Outcome:
    """`status` is None where no answer came; `words` say what was wrong, "" when nothing was."""

    status: int | None
    words: str
    duration_ms: int

    @property
    def is_success(self):
        return self.status is not None and 200 <= self.status < 300


def circuit_of(subscription):
    return rules.Circuit(subscription.failures_in_row, subscription.paused_at, subscription.probe_at)


@transaction.atomic
def record(delivery, outcome, now):
    """Settle or postpone a delivery that was claimed. Returns how long its subscription takes by now, in ms; None when
    somebody else was given the delivery meanwhile, or it is gone."""
    subscription = Subscription.objects.select_for_update().filter(pk=delivery.subscription_id).first()
    row = WebhookDelivery.objects.filter(pk=delivery.pk, status=Status.SENDING, attempts=delivery.attempts).first()
    if subscription is None or row is None:
        return None
    row.note_try(now, outcome)
    row.claimed_until = None
    _settle(row, outcome, now)
    row.save()
    if row.status != Status.PENDING:
        _let_next_go(row)
    note(subscription, outcome, now)
    return subscription.pace_ms


def _settle(row, outcome, now):
    if outcome.is_success:
        row.status, row.settled_at = Status.DELIVERED, now
    elif rules.gives_up(row.due_since, now):
        row.status, row.settled_at = Status.GIVEN_UP, now
    else:
        row.status = Status.PENDING
        row.retry_at = now + timedelta(seconds=rules.pause_seconds(row.attempts, random.random()))


def _let_next_go(settled):
    """The one behind it stands first now."""
    behind = WebhookDelivery.objects.in_lane(settled.subscription_id, settled.thread_id).order_by("event")[:1]
    WebhookDelivery.objects.filter(pk__in=behind.values("pk")).update(stands_first=True)


def note(subscription, outcome, now):
    """What this call says about its address. The subscription's row is locked."""
    before = circuit_of(subscription)
    circuit = before.after_success() if outcome.is_success else before.after_failure(now)
    subscription.failures_in_row = circuit.failures
    subscription.paused_at, subscription.probe_at = circuit.paused_at, circuit.probe_at
    subscription.pace_ms = rules.pace_after(subscription.pace_ms, outcome.duration_ms)
    subscription.trouble = outcome.words
    if outcome.status == GONE:
        subscription.is_active, subscription.switched_off_at, subscription.trouble = False, now, SWITCHED_OFF
    subscription.save()
    if before.is_open and not circuit.is_open:
        make_due(subscription, now)
    if outcome.status == GONE or circuit.is_open and not before.is_open:
        wake(TELL_ADMINS)


def make_due(subscription, now):
    """It answers again: nothing waits for its own pause any more. What was not tried yet has none."""
    subscription.deliveries.filter(status=Status.PENDING, stands_first=True, retry_at__gt=now).update(retry_at=now)
