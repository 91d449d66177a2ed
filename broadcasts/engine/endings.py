"""When a broadcast stands still or is over."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from broadcasts import ledger, news
from broadcasts.models import Broadcast, Recipient
from broadcasts.rules import retrying

Status = Broadcast.Status


def stop(broadcast):
    """Pause it where the stop rule says so. True when it did."""
    percent = broadcast.stop_percent
    if percent is None:
        return False
    counts = ledger.totals(broadcast)
    failed, settled = failed_and_settled(counts)
    failed, settled = failed - broadcast.forgiven_failed, settled - broadcast.forgiven_settled
    if not counts["queued"] or not retrying.should_stop(failed, settled, percent):
        return False
    return pause(broadcast, "stop_rule", f"More than {percent} % failed: {failed} of {settled}. Look why, then resume.")


def failed_and_settled(counts):
    """How many failed, of how many whose fate is known."""
    return counts["failed"], counts["failed"] + counts["sent"] + counts["delivered"] + counts["read"]


@transaction.atomic
def pause(broadcast, reason, words):
    """True when it was sending."""
    sending = Broadcast.objects.filter(pk=broadcast.pk, status=Status.SENDING)
    is_paused = bool(sending.update(status=Status.PAUSED, pause_reason=reason, pause_words=words))
    if is_paused:
        news.tell(news.PAUSED, broadcast.pk)
    return is_paused


@transaction.atomic
def finish(broadcast_id, now=None):
    """True when this was its end: everybody has a row, and none of them is open."""
    open_ones = Recipient.objects.filter(broadcast=OuterRef("pk"), status__in=Recipient.OPEN)
    done = Broadcast.objects.filter(
        ~Exists(open_ones), pk=broadcast_id, status=Status.SENDING, planned_at__isnull=False
    )
    is_over = bool(done.update(status=Status.FINISHED, finished_at=now or timezone.now()))
    if is_over:
        news.tell(news.FINISHED, broadcast_id)
    return is_over


def sweep():
    """Finish what nobody looked at: the last receipt came after the last courier."""
    for broadcast_id in Broadcast.objects.filter(status=Status.SENDING).values_list("pk", flat=True):
        finish(broadcast_id)
