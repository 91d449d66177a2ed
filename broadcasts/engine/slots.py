"""A lane's slots, taken under the lock of its Pace row; what is decided is in broadcasts.rules.pacing."""

from django.db import transaction

from broadcasts.models import Pace
from broadcasts.rules import pacing

FIELDS = ("next_slot_at", "slowed_to", "slowed_at")


def free(pace_id, place, wanted, now):
    """(how many slots are free for the courier at this place, seconds until some are): a look without a promise."""
    rate = _rate(Pace.objects.get(pk=pace_id))
    return pacing.free(rate, now, place), pacing.wait_seconds(rate, wanted, now, place)


def take(pace_id, wanted, channel, now):
    """(how many slots of those wanted, seconds until more are free). What others used meanwhile counts first."""
    with transaction.atomic():
        pace = Pace.objects.select_for_update().get(pk=pace_id)
        used = channel.used_slots(pace, now - pacing.KEPT)
        taken, rate = pacing.take(_rate(pace), wanted, now, used)
        _save(pace, rate)
    return taken, pacing.wait_seconds(rate, wanted - taken or wanted, now)


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
