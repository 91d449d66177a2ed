"""The reason log and settled relays are kept for 90 days; a daily sweep takes away what is older, little by little.

Longer stays what a rule still asks for: what was settled for a conversation that is open, and the surveys of a number
that asks a customer at most once in more than 90 days.
"""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from automation.models import Automation, Decision, Relay
from inbox.models import Conversation

KEPT = timedelta(days=90)
# So many rows in one statement: short locks, and a sweep that was interrupted has lost nothing.
BATCH = 5000
MOST_BATCHES = 2000
IN_OPEN_CONVERSATION = Q(
    outcome__in=Decision.SETTLING,
    conversation__status__in=[status for status in Conversation.Status if status != Conversation.Status.CLOSED],
)


def forget_decisions(now=None, batch=BATCH):
    """Delete the decisions older than 90 days. Returns how many went."""
    now = now or timezone.now()
    free = Decision.objects.filter(at__lt=now - KEPT).exclude(IN_OPEN_CONVERSATION | _recent_surveys(now))
    return _forget(free.order_by("at"), batch)


def forget_relays(now=None, batch=BATCH):
    """Delete the relays that were settled more than 90 days ago. Returns how many went."""
    settled = Relay.objects.filter(settled_at__lt=(now or timezone.now()) - KEPT)
    return _forget(settled.order_by("pk"), batch)


def _forget(rows, batch):
    gone = 0
    for _ in range(MOST_BATCHES):
        ids = list(rows.values_list("pk", flat=True)[:batch])
        gone += rows.model.objects.filter(pk__in=ids).delete()[0]
        if len(ids) < batch:
            break
    return gone


def _recent_surveys(now):
    """Surveys that were sent, of numbers that ask seldom."""
    kept = Q(pk=None)
    seldom = Automation.objects.filter(kind=Automation.Kind.SURVEY, every_days__gt=KEPT.days)
    for number_id, days in seldom.values_list("number_id", "every_days"):
        since = now - timedelta(days=days)
        kept |= Q(number=number_id, automation=Automation.Kind.SURVEY, outcome=Decision.Outcome.DONE, at__gt=since)
    return kept
