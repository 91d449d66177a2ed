"""The reason log is kept for 90 days; a daily sweep takes away what is older, little by little."""

from datetime import timedelta

from django.utils import timezone

from automation.models import Decision

KEPT = timedelta(days=90)
# So many rows in one statement: short locks, and a sweep that was interrupted has lost nothing.
BATCH = 5000
MOST_BATCHES = 2000


def forget_decisions(now=None, batch=BATCH):
    """Delete the decisions older than 90 days. Returns how many went."""
    old = Decision.objects.filter(at__lt=(now or timezone.now()) - KEPT).order_by("at")
    gone = 0
    for _ in range(MOST_BATCHES):
        ids = list(old.values_list("pk", flat=True)[:batch])
        gone += Decision.objects.filter(pk__in=ids).delete()[0]
        if len(ids) < batch:
            break
    return gone
