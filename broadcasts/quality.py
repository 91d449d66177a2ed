"""Broadcasts stand still where Meta thinks badly of their number. A person resumes them."""

from datetime import timedelta

from django.utils import timezone

from broadcasts.engine import endings
from broadcasts.models import Broadcast
from broadcasts.rules.quality import Alarm, Rating, alarm
from whatsapp import standing
from whatsapp.models import Number

# Meta tells by webhook when it flags a number or moves its limit; how it rates the quality has to be asked.
ASKED_EVERY = timedelta(minutes=5)
RESTRICTED = Alarm(
    "account_restricted",
    "Meta has restricted this WhatsApp business account: it may answer, but not begin. See in WhatsApp Manager why and "
    "until when, and resume afterwards.",
)


def watch(number, before):
    """Pause what `number` sends where Meta sees it worse than `before` (whatsapp.signals.number_rated)."""
    stood = Rating(before["quality_rating"], before["messaging_limit"], before["status"])
    found = alarm(stood, Rating(number.quality_rating, number.messaging_limit, number.status))
    if found:
        _pause([number.pk], found)


def restricted(account):
    """Nothing that an account begins would be taken any more."""
    _pause(account.numbers.values("pk"), RESTRICTED)


def _pause(number_ids, found):
    sending = Broadcast.objects.filter(number__in=number_ids, status=Broadcast.Status.SENDING)
    for broadcast in sending.filter(pauses_on_low_quality=True):
        endings.pause(broadcast, found.reason, found.words)


def look_again(now=None):
    """Ask Meta about the numbers that are sending broadcasts."""
    now = now or timezone.now()
    sending = Broadcast.objects.filter(channel=Broadcast.Channel.WHATSAPP, status=Broadcast.Status.SENDING)
    for number in Number.objects.filter(pk__in=sending.values("number")).select_related("account"):
        if number.checked_at is None or number.checked_at <= now - ASKED_EVERY:
            standing.look(number, now)
