"""What programs are told of broadcasts: written with the change of status, in its transaction (inbox.feed)."""

from broadcasts.models import Broadcast
from broadcasts.queries import TESTS
from broadcasts.shapes import BroadcastSerializer
from inbox import feed
from inbox.models import FeedKind

STARTED = FeedKind.BROADCAST_STARTED
PAUSED = FeedKind.BROADCAST_PAUSED
RESUMED = FeedKind.BROADCAST_RESUMED
FINISHED = FeedKind.BROADCAST_FINISHED
CANCELLED = FeedKind.BROADCAST_CANCELLED


def tell(kind, broadcast_id):
    """Tell that this happened to a broadcast, if somebody listens. A test to oneself is no news."""
    if not feed.somebody_listens():
        return
    broadcast = Broadcast.objects.select_related("number").prefetch_related("tallies").get(pk=broadcast_id)
    if not str(broadcast.audience.get("source", "")).startswith(TESTS):
        feed.tell_of_number(kind, broadcast.number, broadcast=BroadcastSerializer(broadcast).data)
