"""Run what the workers would run. Tests have no broker: they say when the product gets on with its work."""

import time

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from inbox import assignment, delivery, media, timers
from inbox.models import Attachment, Message, Timer
from whatsapp import processing

MOST_ROUNDS = 50


def settle(now=None):
    """Process webhook calls, hand out places, fire the timers due at `now`, fetch files, deliver what is due, until
    nothing is left to do."""
    for _ in range(MOST_ROUNDS):
        assignment.fill_places(now)
        done = _process_calls() + _fire(now) + _fetch(now or timezone.now()) + _deliver(now or timezone.now())
        if not done:
            return
    raise AssertionError(f"There was still something to do after {MOST_ROUNDS} rounds")


def _process_calls():
    call_ids = list(processing.unclaimed().order_by("pk").values_list("pk", flat=True))
    for call_id in call_ids:
        processing.process(call_id)
    return len(call_ids)


def _fire(now):
    due = Timer.objects.filter(due_at__lte=now or timezone.now()).count()
    timers.fire_due(now)
    return due


def _is_due(now):
    return Q(retry_at=None) | Q(retry_at__lte=now)


def _fetch(now):
    pending = Attachment.objects.filter(_is_due(now), status=Attachment.Status.PENDING)
    attachment_ids = list(pending.values_list("pk", flat=True))
    for attachment_id in attachment_ids:
        media.fetch(attachment_id)
    return len(attachment_ids)


def _deliver(now):
    due = Message.objects.filter(_is_due(now), status=Message.Status.QUEUED)
    thread_ids = set(due.values_list("thread_id", flat=True))
    for thread_id in thread_ids:
        delivery.deliver_next(thread_id)
    return len(thread_ids)


def until_another_waits_for_us():
    """Ask PostgreSQL until another connection waits for a lock that this one holds."""
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")
