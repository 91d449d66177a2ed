"""Programs that listen: subscriptions, and what the feed holds."""

from inbox import webhooks
from inbox.models import FeedEvent, Subscription
from inbox.programs import signing


def make_subscription(url="https://program.example/hook", kinds=(), **fields):
    fields.setdefault("secret", signing.new_secret())
    return Subscription.objects.create(url=url, kinds=list(kinds), **fields)


def told(*kinds):
    """The FeedEvents in the feed's order, all or those of some kinds."""
    webhooks.publish()
    found = FeedEvent.objects.order_by("position")
    return list(found.filter(kind__in=kinds) if kinds else found)


def told_kinds():
    return [event.kind for event in told()]
