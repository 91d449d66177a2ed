"""What a lost wake-up left behind: relays to be sent, and those that have had their time."""

from contextlib import suppress

from django.db.models import Q

from automation.models import Relay
from automation.relay import failing
from automation.relay.changing import Gone
from automation.relay.making import SEND
from inbox.clock import database_time
from inbox.models import Thread
from whatsapp.wake import wake

Status = Relay.Status
MOST_AT_ONCE = 200


def sweep(now=None):
    """Fail what is overdue, and wake workers for what is due: calls are theirs to make."""
    now = now or database_time()
    fail_overdue(now)
    for thread_id in due_threads(now):
        wake(SEND, thread_id, queue="bulk")


def due_threads(now):
    """The threads in which something is to be sent, or was lost on its way; of many any: none comes always first."""
    due = Q(status=Status.PENDING, retry_at__lte=now) | Q(status=Status.SENDING, claimed_until__lte=now)
    threads = Thread.objects.filter(pk__in=Relay.objects.filter(due).values("conversation__thread"))
    return list(threads.order_by("?").values_list("pk", flat=True)[:MOST_AT_ONCE])


def fail_overdue(now):
    """A call that runs right now may still bring its answer."""
    in_flight = Q(status=Status.SENDING, claimed_until__gt=now)
    overdue = Relay.objects.filter(status__in=Relay.OPEN, deadline_at__lte=now).exclude(in_flight)
    for relay_id in overdue.order_by("deadline_at").values_list("pk", flat=True)[:MOST_AT_ONCE]:
        with suppress(Gone):
            failing.overdue(relay_id, now)
