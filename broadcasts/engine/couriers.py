"""Couriers carry what is due, a short run at a time: take slots, make recipients into messages, send them, come back.

A courier is a row that is claimed until its run must be over; a worker that dies leaves one that the sweep wakes again.
What it had entered by then is found as left behind, so nobody is forgotten and nobody gets it twice.
"""

import threading
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
# Between two runs: slots gather, and the process has a hand free for replies.
REST_SECONDS = 0.25
# So much one courier carries while Meta takes its time; a slow lane has fewer of them.
EACH_PER_SECOND = 40
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
            _go_on_later(courier, run(courier.pace))
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


def _wake(idle):
    for courier_id, ticket in idle.order_by("place").values_list("pk", "ticket"):
        wake(CARRY, courier_id, ticket, queue="bulk")


def run(pace, now=None):
    """Carry what is due in this lane. Returns after how many seconds to come back; None when nothing is due."""
    now = now or timezone.now()
    channel = CHANNELS[pace.key.partition(":")[0]]
    left = channel.left_behind(pace.key, MOST_AT_ONCE, now)
    broadcasts = [one for one in under_way(pace.key) if may_go_on(one, channel, now)]
    wanted = min(MOST_AT_ONCE, len(left) + sum(count_due(one, MOST_AT_ONCE, now) for one in broadcasts))
    if not wanted:
        finish(broadcasts)
        return None
    count, wait_seconds = slots.take(pace.pk, wanted, channel, now)
    entered = left[:count] + enter(broadcasts, count - len(left[:count]), now)
    refused = channel.leave(pace.key, entered) if entered else []
    if refused:
        slots.slow_down(pace.pk, refused, timezone.now())
    finish(broadcasts)
    return 0 if count == MOST_AT_ONCE else max(wait_seconds, REST_SECONDS)


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
    recipients = ledger.take_next(broadcast, count, now) if is_sending else []
    asleep = [(recipient, until) for recipient in recipients if (until := awake_at(broadcast, recipient, now)) > now]
    ledger.put_off(asleep, now)
    sleeping = {recipient.pk for recipient, _ in asleep}
    awake = [recipient for recipient in recipients if recipient.pk not in sleeping]
    return channel_of(broadcast).enter(broadcast, awake, now) if awake else []


def awake_at(broadcast, recipient, now):
    if broadcast.earliest_hour is None and broadcast.latest_hour is None:
        return now
    hours = (broadcast.earliest_hour or 0, broadcast.latest_hour or 24)
    return allowed_at(now, zones_of(recipient.address), broadcast.time_zone, *hours)


def sweep():
    """Wake the couriers of lanes where something is under way and nobody comes."""
    sending = Broadcast.objects.filter(lane=OuterRef("pace__key"), status=Broadcast.Status.SENDING)
    _wake(_needed().filter(Exists(sending), due_at__lte=Now() - LATE))
