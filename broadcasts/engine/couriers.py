"""Couriers carry what is due, a short run at a time: take slots, make recipients into messages, send them, come back.

A courier is a row that is claimed until its run must be over; a worker that dies leaves one that the sweep wakes again.
What it had entered by then is found as left behind, so nobody is forgotten and nobody gets it twice.
"""

import threading
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from broadcasts import ledger
from broadcasts.channels import CHANNELS, channel_of
from broadcasts.engine import endings, slots
from broadcasts.models import Broadcast, Courier, Recipient
from broadcasts.rules.hours import allowed_at, zones_of
from whatsapp.wake import wake

CARRY = "broadcasts.tasks.carry"
MOST_AT_ONCE = 100
# A run is over in a second or two; so long after its worker's death it is somebody else's.
LEASE = timedelta(seconds=10)
# After a run that sent nothing, and until a process may have a place.
REST_SECONDS = 0.25
# So long at most what was entered waits for its slot: who pauses a broadcast waits no longer for that.
PATIENCE_SECONDS = 0.5
SHORTEST_REST_SECONDS = 0.05
# So much one courier carries even on a busy machine; a slow lane has fewer of them.
EACH_PER_SECOND = 30
# A wake-up may come a little before its time.
EARLY = timedelta(seconds=0.02)
# Whose wake-up has not come for so long gets another one.
LATE = timedelta(seconds=1)

_places = threading.BoundedSemaphore(settings.BROADCAST_COURIERS_PER_PROCESS)


def wake_all(pace):
    """There is something to carry."""
    _wake(_needed().filter(pace=pace))


def carry(courier_id, ticket):
    """One run of one courier, if this is its ticket and this process has a place for it."""
    if not _places.acquire(blocking=False):
        wake(CARRY, courier_id, ticket, queue="bulk", after_seconds=REST_SECONDS)
        return
    try:
        courier = _claim(courier_id, ticket)
        if courier:
            _go_on_later(courier, run(courier.pace, place=courier.place))
    finally:
        _places.release()


def _claim(courier_id, ticket):
    due = Courier.objects.filter(pk=courier_id, ticket=ticket, due_at__lte=Now() + EARLY)
    if not due.update(due_at=Now() + LEASE, ticket=ticket + 1):
        return None
    return Courier.objects.select_related("pace").get(pk=courier_id)


def _go_on_later(courier, after_seconds):
    """None: there is nothing to carry now; whoever brings something wakes it, or the sweep does."""
    Courier.objects.filter(pk=courier.pk).update(due_at=Now() + timedelta(seconds=after_seconds or 0))
    if after_seconds is not None:
        wake(CARRY, courier.pk, courier.ticket, queue="bulk", after_seconds=after_seconds)


def _needed():
    """The couriers that their lanes' rates ask for."""
    most = (F("pace__per_second") + EACH_PER_SECOND - 1) / EACH_PER_SECOND
    return Courier.objects.filter(place__lt=most)


def _share(pace):
    """What one courier may have on its way: all of a lane's together a second's worth."""
    couriers = min(-(-pace.per_second // EACH_PER_SECOND), settings.BROADCAST_COURIERS)
    return min(-(-pace.per_second // couriers), MOST_AT_ONCE)


def _wake(idle):
    for courier_id, ticket in idle.order_by("place").values_list("pk", "ticket"):
        wake(CARRY, courier_id, ticket, queue="bulk")


def run(pace, now=None, place=0):
    """Carry what is due in this lane. Returns after how many seconds to come back; None when nothing is due.

    Slots are taken when messages are ready to leave, so whoever sleeps or is skipped uses none, and a courier that was
    held up does not crowd in with the next one. With a `now` that is given nobody waits: it does not pass.
    """
    started_at, share = now or timezone.now(), _share(pace)
    free, wait_seconds = slots.free(pace.pk, place, share, started_at)
    if wait_seconds:
        return _rest(wait_seconds)
    channel = CHANNELS[pace.key.partition(":")[0]]
    left = channel.left_behind(pace.key, share, started_at)
    broadcasts = [one for one in under_way(pace.key) if may_go_on(one, channel, started_at)]
    due = sum(count_due(one, share, started_at) for one in broadcasts)
    wanted = len(left) + due
    count = min(wanted, free, share)
    # Whatever keeps those back that were left behind, the others have half of it.
    again = left[: count - min(due, count // 2)]
    entered = again + enter(broadcasts, count - len(again), started_at)
    wait_seconds = leave(pace, channel, entered, now) if entered else REST_SECONDS
    finish(broadcasts)
    return _rest(wait_seconds) if wanted else None


def _rest(wait_seconds):
    """A wake-up for every few milliseconds would cost more than it brings."""
    return max(wait_seconds, SHORTEST_REST_SECONDS) if wait_seconds else 0


def leave(pace, channel, entered, now=None):
    """Send what was entered as slots come by; what gets none in time is for a later run. Returns the seconds until the
    next slots are free."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        count, wait_seconds = slots.take(pace.pk, len(entered), channel, now or timezone.now())
        refused = channel.leave(pace.key, entered[:count]) if count else []
        entered = entered[count:]
        if refused:
            slots.slow_down(pace.pk, refused, now or timezone.now())
        if refused or not entered or now or time.monotonic() + wait_seconds > until:
            channel.stay(entered, now or timezone.now())
            return wait_seconds
        time.sleep(wait_seconds)


def finish(broadcasts):
    for broadcast in broadcasts:
        endings.finish(broadcast.pk)


def under_way(lane):
    """The lane's broadcasts, whoever waits longest for their turn first."""
    sending = Broadcast.objects.filter(lane=lane, status=Broadcast.Status.SENDING)
    return list(sending.select_related("number__account").order_by(F("served_at").asc(nulls_first=True), "pk"))


def may_go_on(broadcast, channel, now):
    """False where nothing of it can leave; what a person has to mend first pauses it."""
    if channel.is_held(broadcast) or endings.stop(broadcast):
        return False
    obstacle = channel.obstacle(broadcast)
    if obstacle:
        endings.pause(broadcast, obstacle.reason, obstacle.words)
    return obstacle is None


def count_due(broadcast, most, now):
    due = Recipient.objects.filter(broadcast=broadcast, status=Recipient.Status.QUEUED, due_at__lte=now)
    return len(due.order_by("due_at", "pk").values_list("pk", flat=True)[:most])


def enter(broadcasts, count, now):
    """Make up to `count` recipients into what is to leave; the broadcasts share fairly. Returns that."""
    entered = []
    for place, broadcast in enumerate(broadcasts):
        share = -(-(count - len(entered)) // (len(broadcasts) - place))
        if share > 0:
            entered += enter_some(broadcast, share, now)
    return entered


@transaction.atomic
def enter_some(broadcast, count, now):
    is_sending = Broadcast.objects.filter(pk=broadcast.pk, status=Broadcast.Status.SENDING).update(served_at=now)
    recipients = _awake(broadcast, count, now) if is_sending else []
    return channel_of(broadcast).enter(broadcast, recipients, now) if recipients else []


def _awake(broadcast, count, now):
    """Up to so many who are next; who sleeps is put off, many at a time, so that they hold nobody up."""
    if not _has_hours(broadcast):
        return ledger.take_next(broadcast, count, now)
    recipients = ledger.take_next(broadcast, max(count, MOST_AT_ONCE), now)
    asleep = [(recipient, until) for recipient in recipients if (until := awake_at(broadcast, recipient, now)) > now]
    ledger.put_off(asleep, now)
    sleeping = {recipient.pk for recipient, _ in asleep}
    return [recipient for recipient in recipients if recipient.pk not in sleeping][:count]


def _has_hours(broadcast):
    return broadcast.earliest_hour is not None or broadcast.latest_hour is not None


def awake_at(broadcast, recipient, now):
    hours = (broadcast.earliest_hour or 0, broadcast.latest_hour or 24)
    return allowed_at(now, zones_of(recipient.address), broadcast.time_zone, *hours)


def sweep():
    """Wake the couriers of lanes where something is under way and nobody comes."""
    sending = Broadcast.objects.filter(lane=OuterRef("pace__key"), status=Broadcast.Status.SENDING)
    _wake(_needed().filter(Exists(sending), due_at__lte=Now() - LATE))
