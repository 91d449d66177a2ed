"""Subscribe a program to events, change that, rotate its secret. For admins and for programs alike."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from inbox import webhooks
from inbox.actions.refusals import Refusal
from inbox.models import FeedEvent, Subscription
from inbox.programs import door, signing
from inbox.webhooks.outcomes import make_due
from inbox.webhooks.replaying import since

MOST_OF_A_KEY = 50
OVERLAP_HOURS = 24


def subscribe(told, api_key=None):
    """Make a Subscription out of `told` (url, and any of name, kinds, number, is_active); its `secret` is new. Raises
    Refusal for an address that is never called."""
    if api_key and api_key.subscriptions.count() >= MOST_OF_A_KEY:
        words = f"This key has {MOST_OF_A_KEY} webhooks, and no more are allowed. Delete one."
        raise Refusal("too_many_webhooks", words, status_code=409)
    refuse_address(told["url"])
    return Subscription.objects.create(api_key=api_key, secret=signing.new_secret(), **told)


@transaction.atomic
def change_subscription(subscription_id, told, now=None):
    """Change the fields in `told`. Switched on again, or at another address, it starts afresh: what waits is due."""
    if "url" in told:
        refuse_address(told["url"])
    subscription = _locked(subscription_id)
    for name, value in told.items():
        setattr(subscription, name, value)
    if told.get("is_active") or "url" in told:
        start_afresh(subscription, now or timezone.now())
    subscription.save()
    return subscription


def refuse_address(url):
    try:
        door.check(url)
    except door.NotAllowed as error:
        raise Refusal("address_not_allowed", str(error), "url", 400) from error


def start_afresh(subscription, now):
    """As if nothing had gone wrong yet; the caller saves."""
    subscription.failures_in_row, subscription.trouble = 0, ""
    subscription.paused_at = subscription.probe_at = subscription.switched_off_at = subscription.pace_ms = None
    make_due(subscription, now)


@transaction.atomic
def rotate_secret(subscription_id, overlap_hours=OVERLAP_HOURS, now=None):
    """A new `secret`; until the overlap is over calls are signed with both."""
    subscription = _locked(subscription_id)
    subscription.previous_secret, subscription.previous_until = None, None
    if overlap_hours:
        subscription.previous_secret = subscription.secret
        subscription.previous_until = (now or timezone.now()) + timedelta(hours=overlap_hours)
    subscription.secret = signing.new_secret()
    subscription.save(update_fields=["secret", "previous_secret", "previous_until"])
    return subscription


def replay_event(subscription, public_id, now=None):
    """Send one event again, named by what its webhook-id was. Raises Refusal when it is gone, or not for this one."""
    number = public_id.removeprefix("evt_")
    is_id = public_id.startswith("evt_") and number.isascii() and number.isdecimal() and len(number) < 19
    event = FeedEvent.objects.filter(pk=number, position__isnull=False).first() if is_id else None
    if event is None or not subscription.wants(event):
        words = f"There is no event {public_id} that this webhook hears of. Events are kept for 30 days."
        raise Refusal("event_unknown", words, "event", 400)
    return webhooks.replay(subscription, FeedEvent.objects.filter(pk=event.pk), now)


def replay_since(subscription, moment, now=None):
    """Send again all that happened since `moment`. Returns how many. Raises Refusal for too many."""
    return webhooks.replay(subscription, since(moment), now)


def _locked(subscription_id):
    return Subscription.objects.select_for_update().get(pk=subscription_id)
