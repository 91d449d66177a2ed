"""The reason log is kept for 90 days; a daily sweep takes away what is older, little by little.

What was settled for a conversation that is still open stays until it is closed: "once per" rests on it.
"""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from automation.models import Decision
from inbox.models import Conversation

KEPT = timedelta(days=90)
# So many rows in one statement: short locks, and a sweep that was interrupted has lost nothing.
BATCH = 5000
MOST_BATCHES = 2000
SETTLES = Q(outcome__in=[Decision.Outcome.DONE, Decision.Outcome.REFUSED])


def forget_decisions(now=None, batch=BATCH):
    """Delete the decisions older than 90 days. Returns how many went."""
    old = Decision.objects.filter(at__lt=(now or timezone.now()) - KEPT)
    free = old.exclude(SETTLES & Q(conversation__isnull=False) & ~Q(conversation__status=Conversation.Status.CLOSED))
    gone = 0
    for _ in range(MOST_BATCHES):
        ids = list(free.order_by("at").values_list("pk", flat=True)[:batch])
        gone += Decision.objects.filter(pk__in=ids).delete()[0]
        if len(ids) < batch:
            break
    return gone
