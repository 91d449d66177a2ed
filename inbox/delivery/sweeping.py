"""What a lost wake-up or a killed worker left in the send lanes."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from inbox.delivery.lane import FOR_COURIERS, LANE
from inbox.models import Message
from inbox.moves import DELIVER
from whatsapp.wake import wake_for

# A message younger than this has its own wake-up under way.
GRACE = timedelta(seconds=2)
MOST_THREADS = 500
Status = Message.Status


def sweep():
    """Wake the lane of every thread whose head can move: due, its lease over, or held by a number that may send."""
    waiting = Message.objects.filter(status__in=LANE).exclude(FOR_COURIERS)
    heads = waiting.order_by("thread_id", "pk").distinct("thread_id").values("pk")
    is_due = Q(retry_at=None, created_at__lte=Now() - GRACE) | Q(retry_at__lte=Now())
    can_move = Q(status=Status.QUEUED) & is_due | Q(status=Status.HELD, thread__number__held_at=None)
    is_lost = Q(status=Status.SENDING, claimed_until__lte=Now())
    found = Message.objects.filter(is_lost | Q(can_move, pk__in=heads)).order_by("pk")
    for thread_id in dict.fromkeys(found.values_list("thread_id", flat=True)[:MOST_THREADS]):
        wake_for(DELIVER, thread_id)
