"""The test button: one signed request now, and what came back."""

import secrets

from django.db import transaction
from django.utils import timezone

from inbox.models import Subscription
from inbox.programs import room
from inbox.webhooks import outcomes
from inbox.webhooks.lane import send

KIND = "webhook.test"
WORDS = "A test from Switchboard. Nothing happened."
BUSY = "It was not sent: other tests are under way. Try again in a few seconds."


def send_test(subscription, now=None):
    """Returns the outcomes.Outcome. One that succeeds also ends a pause of the breaker; one that fails changes nothing.

    Slow (up to ten seconds): never called inside a transaction. Few at a time: each holds a connection to the database
    of those that people's pages need.
    """
    with room.place() as is_in:
        return _tested(subscription, now) if is_in else outcomes.Outcome(None, BUSY, 0)


def _tested(subscription, now):
    sent_at = now or timezone.now()
    content = {"type": KIND, "timestamp": sent_at.isoformat(), "data": {"words": WORDS, "number": None}}
    outcome = send(subscription, f"test_{secrets.token_hex(8)}", content, now)
    if outcome.is_success:
        with transaction.atomic():
            outcomes.note(Subscription.objects.select_for_update().get(pk=subscription.pk), outcome, sent_at)
    return outcome
