"""Broadcasts made in one line, and what workers would do for them."""

from datetime import timedelta

from django.utils import timezone

from broadcasts import actions, ledger
from broadcasts.engine import couriers, planning
from broadcasts.models import Broadcast, Pace
from inbox import delivery
from inbox.models import Message
from whatsapp.inbound import Fault, StatusReported

MOST_RUNS = 200
NOTICE = {
    "name": "delivery_notice",
    "language": "en",
    "components": [
        {
            "type": "body",
            "parameters": [
                *({"type": "text", "text": f"{{{{ {name} }}}}"} for name in ("name", "date", "from", "to")),
                {"type": "text", "text": "+31367606600"},
            ],
        }
    ],
}
VALUES = {"name": "Ida", "date": "1 May", "from": "9:00", "to": "12:00"}


def phone_of(place):
    """A valid German mobile number."""
    return f"+491522881{place:04}"


def make_broadcast(number, phones=(), own=VALUES, content=NOTICE, **fields):
    """A draft to these phones, everybody with the same values of their own."""
    broadcast = Broadcast.objects.create(number=number, name="Delivery notice", content=content, **fields)
    ledger.add(broadcast, [ledger.Entry(phone, params=own) for phone in phones], timezone.now())
    return broadcast


def carry_all(broadcast, now=None):
    """Plan and carry until nothing is due, as if the time that pacing takes had passed."""
    now = now or timezone.now()
    planning.plan(broadcast.pk, now)
    pace = Pace.objects.get(key=Broadcast.objects.get(pk=broadcast.pk).lane)
    for _ in range(MOST_RUNS):
        now += timedelta(seconds=1)
        if couriers.run(pace, now) is None:
            break
    broadcast.refresh_from_db()
    return broadcast


def send(broadcast, now=None):
    """Launch it and carry it to its end."""
    actions.launch(broadcast.pk, now)
    return carry_all(broadcast, now)


def standing(broadcast):
    """{status: how many} without those that nobody has, as kept; the ledger itself must say the same."""
    kept = {status: count for status, count in ledger.totals(broadcast).items() if count}
    counted = {}
    for status in broadcast.recipients.values_list("status", flat=True):
        counted[status] = counted.get(status, 0) + 1
    assert kept == counted
    return kept


def report(message, word, code=None):
    """WhatsApp reports what became of a message."""
    message = Message.objects.select_related("thread__number__account").get(pk=message.pk)
    number = message.thread.number
    delivery.record_receipt(
        StatusReported(
            number.account.waba_id,
            number.phone_number_id,
            wamid=message.wamid or f"wamid.{message.pk}",
            status=word,
            reported_at=timezone.now(),
            callback_data=f"m:{message.pk}",
            error=Fault(code) if code else None,
        )
    )
