"""From an audience to rows: in batches, so that a hundred thousand need no more memory than one thousand.

Each batch commits with the place it has come to; whoever plans on after a crash begins there.
"""

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from broadcasts import audience, ledger
from broadcasts.channels import channel_of
from broadcasts.engine import couriers, endings
from broadcasts.models import Broadcast, Pace, Recipient
from inbox.actions.refusals import Refusal
from whatsapp.wake import wake

PLAN = "broadcasts.tasks.plan"
BATCH = 2000
LEASE = timedelta(seconds=30)
LONGEST_RUN_SECONDS = 1.0
TWICE = "This address stands in the broadcast already."
NOWHERE = "No address of this contact is known on this channel."


def plan(broadcast_id, now=None):
    """Write rows for a second or so, then make way for others. True when this broadcast's planning is done.

    A saved filter that is none any more (a tag was deleted) pauses the broadcast, and says so.
    """
    if not _claim(broadcast_id):
        return False
    try:
        return _plan_on(broadcast_id, now)
    except Refusal as refusal:
        _leave(broadcast_id)
        endings.pause(
            Broadcast(pk=broadcast_id), "audience", f"Its recipients cannot be found any more. {refusal.words}"
        )
        return False


def _plan_on(broadcast_id, now):
    until = time.monotonic() + LONGEST_RUN_SECONDS
    while _plan_batch(broadcast_id, now or timezone.now()):
        if time.monotonic() > until:
            _leave(broadcast_id)
            wake(PLAN, broadcast_id, queue="bulk")
            return False
    return True


def _leave(broadcast_id):
    """Somebody else may plan on at once."""
    Broadcast.objects.filter(pk=broadcast_id).update(planning_until=None)


def _claim(broadcast_id):
    free = Q(planning_until=None) | Q(planning_until__lt=Now())
    return Broadcast.objects.filter(
        free, pk=broadcast_id, planned_at=None, status__in=(Broadcast.Status.SENDING, Broadcast.Status.PAUSED)
    ).update(planning_until=Now() + LEASE)


@transaction.atomic
def _plan_batch(broadcast_id, now):
    """False after the last one, and where none is wanted any more."""
    broadcast = Broadcast.objects.select_for_update(of=("self",)).select_related("number").get(pk=broadcast_id)
    if broadcast.is_ended:
        return False  # cancelled since the batch before
    contacts = _next_contacts(broadcast)
    ledger.add(broadcast, _entries(broadcast, contacts), now)
    if contacts:
        broadcast.planned_until = contacts[-1].pk
    is_last = len(contacts) < BATCH
    broadcast.planned_at = now if is_last else None
    broadcast.planning_until = None if is_last else now + LEASE
    broadcast.save(update_fields=["planned_until", "planned_at", "planning_until"])
    if is_last:
        couriers.wake_all(Pace.objects.get(key=broadcast.lane))
    return not is_last


def _next_contacts(broadcast):
    contacts = audience.contacts_of(broadcast).filter(pk__gt=broadcast.planned_until).order_by("pk")
    return list(contacts.only("phone", "email")[:BATCH])


def _entries(broadcast, contacts):
    channel = channel_of(broadcast)
    addresses = [channel.address_of(contact) for contact in contacts]
    taken = Recipient.objects.filter(broadcast=broadcast, address__in=addresses).exclude(reason=Recipient.DUPLICATE)
    known = set(taken.values_list("address", flat=True))
    entries = []
    for contact, address in zip(contacts, addresses, strict=True):
        reason, words = _why_not(address, known)
        entries.append(ledger.Entry(address, contact.pk, {}, reason, words))
        known.add(address)
    return entries


def _why_not(address, known):
    if not address:
        return "no_address", NOWHERE
    return (Recipient.DUPLICATE, TWICE) if address in known else ("", "")


def sweep():
    """Plan on what a dead worker has left."""
    left = Broadcast.objects.filter(
        Q(planning_until=None) | Q(planning_until__lt=Now()), planned_at=None, status=Broadcast.Status.SENDING
    )
    for broadcast_id in left.values_list("pk", flat=True):
        wake(PLAN, broadcast_id, queue="bulk")
