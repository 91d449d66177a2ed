"""Claim the next webhook of a subscription, call, record; no lock is held while the program is called."""

import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from inbox.models import Subscription, WebhookDelivery
from inbox.programs import door, room
from inbox.programs.calling import call
from inbox.rules import webhooks as rules
from inbox.webhooks import outcomes
from inbox.webhooks.sequencer import DELIVER
from whatsapp.wake import wake

# A call ends within ten seconds; what is under way longer was a lost worker's and is sent again.
LEASE = timedelta(seconds=30)
# Then others have their turn.
RUN_SECONDS = 2
Status = WebhookDelivery.Status


def deliver(subscription_id, now=None):
    """Send what is due to one subscription, oldest first, until nothing may leave now. Returns how many calls it made.

    A slow one gets a single call and then lets others have the worker, a quick one two seconds.
    """
    with room.place(_go_on, subscription_id) as is_in:
        return _run(subscription_id, now) if is_in else 0


def _run(subscription_id, now):
    sent, ends = 0, time.monotonic() + RUN_SECONDS
    while delivery := claim(subscription_id, now or timezone.now()):
        pace = deliver_one(delivery, now)
        sent += 1
        if rules.is_slow(pace):
            break
        if time.monotonic() >= ends:
            _go_on(subscription_id)
            break
    return sent


def _go_on(subscription_id):
    wake(DELIVER, subscription_id, queue="bulk")


@transaction.atomic
def claim(subscription_id, now):
    """The next due delivery, marked as on its way; None when nothing may leave. Holds the subscription's row."""
    subscription = locked(subscription_id)
    if subscription is None or not subscription.is_listening(now) or not _has_room(subscription, now):
        return None
    delivery = _next(subscription, now)
    if delivery:
        delivery.subscription = subscription
        delivery.status = Status.SENDING
        delivery.attempts += 1
        delivery.claimed_until = now + LEASE
        delivery.save(update_fields=["status", "attempts", "claimed_until"])
    return delivery


def locked(subscription_id):
    rows = Subscription.objects.select_related("api_key").select_for_update(of=("self",))
    return rows.filter(pk=subscription_id).first()


def _has_room(subscription, now):
    """The breaker lets one through, and neither it nor the slow ones together keep too many workers."""
    circuit = outcomes.circuit_of(subscription)
    under_way = WebhookDelivery.objects.filter(status=Status.SENDING)
    most = rules.most_at_once(subscription.pace_ms, circuit.is_open)
    if not circuit.may_call(now) or under_way.filter(subscription=subscription).count() >= most:
        return False
    if not rules.is_slow(subscription.pace_ms):
        return True
    return under_way.filter(subscription__pace_ms__gt=rules.SLOW_MS).count() < rules.MOST_SLOW_AT_ONCE


def _next(subscription, now):
    """Of those that stand first in their lanes the one that has been due longest; while the breaker is open it is the
    probe, due or not."""
    ready = WebhookDelivery.objects.filter(subscription=subscription, status=Status.PENDING, stands_first=True)
    if not subscription.paused_at:
        ready = ready.filter(retry_at__lte=now)
    return ready.before_others().order_by("retry_at", "event").select_related("event").first()


def deliver_one(delivery, now=None):
    """One signed request and its record. Returns how long the subscription takes by now, in ms."""
    subscription, event = delivery.subscription, delivery.event
    outcome = send(subscription, event.public_id, event.body_for(subscription.api_key_id), now)
    return outcomes.record(delivery, outcome, now or timezone.now())


def send(subscription, message_id, content, now=None):
    """POST `content`, signed. Returns an outcomes.Outcome; raises nothing that a far end could cause."""
    sent_at, began = now or timezone.now(), time.monotonic()
    try:
        answer = call(subscription.url, message_id, content, subscription.valid_secrets(sent_at), sent_at)
    except door.CallFailed as error:
        return outcomes.Outcome(None, str(error), round((time.monotonic() - began) * 1000))
    return outcomes.Outcome(answer.status, answer.words, answer.duration_ms)
