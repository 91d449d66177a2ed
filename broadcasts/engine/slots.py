"""A lane's slots, taken under the lock of its Pace row; what is decided is in broadcasts.rules.pacing."""

from django.db import transaction

from broadcasts.models import Pace
from broadcasts.rules import pacing

FIELDS = ("next_slot_at", "slowed_to", "slowed_at")


def take(pace_id, wanted, channel, now):
    """(how many slots, seconds until the next one comes by)."""
    with transaction.atomic():
        pace = Pace.objects.select_for_update().get(pk=pace_id)
        taken, rate = pacing.take(_rate(pace), wanted, now, channel.used_slots(pace))
        _save(pace, rate)
    return taken, pacing.wait_seconds(rate, now)


def slow_down(pace_id, codes, now):
    """The far end would not take some: go slower where that is the lane's fault."""
    with transaction.atomic():
        pace = Pace.objects.select_for_update().get(pk=pace_id)
        rate = _rate(pace)
        for code in codes:
            rate = pacing.refused(rate, code, now)
        _save(pace, rate)


def _rate(pace):
    return pacing.Rate(float(pace.per_second), **{field: getattr(pace, field) for field in FIELDS})


def _save(pace, rate):
    for field in FIELDS:
        setattr(pace, field, getattr(rate, field))
    pace.save(update_fields=[*FIELDS, "seen_message_id"])
