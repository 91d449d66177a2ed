"""What a lost wake-up left behind: relays to be sent, and those that have had their time."""

from django.db.models import Q

from automation.models import Relay
from automation.relay import failing, sending
from inbox.clock import database_time

Status = Relay.Status
MOST_AT_ONCE = 200


def sweep(read, now=None):
    """Fail what is overdue, then send what is due. Any number of workers may do so at once."""
    now = now or database_time()
    fail_overdue(now)
    due = Q(status=Status.PENDING, retry_at__lte=now) | Q(status=Status.SENDING, claimed_until__lte=now)
    threads = Relay.objects.filter(due).order_by().values_list("conversation__thread", flat=True).distinct()
    for thread_id in threads[:MOST_AT_ONCE]:
        sending.send_next(thread_id, read)


def fail_overdue(now):
    """A call that runs right now may still bring its answer."""
    in_flight = Q(status=Status.SENDING, claimed_until__gt=now)
    overdue = Relay.objects.filter(status__in=Relay.OPEN, deadline_at__lte=now).exclude(in_flight)
    for relay_id in overdue.order_by("deadline_at").values_list("pk", flat=True)[:MOST_AT_ONCE]:
        failing.overdue(relay_id, now)
