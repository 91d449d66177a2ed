"""Where an event belongs: its number, its thread, its moment."""

from datetime import timedelta

from django.db.models import Subquery

from inbox.models import Message, Thread
from whatsapp.models import Number
from whatsapp.signals import Unusable

ARRIVALS_PER_SECOND = 1_000_000
# Where events belong and whose user ids they name; decrypting the rest costs more than the look-up.
NEEDED = ("phone_number_id", "account__waba_id", "account__portfolio_id")


def number_of(event):
    """The number with its account. Raises Unusable for a number that is not connected here."""
    return _found(Number.objects.all(), event)


def number_and_known(event):
    """(number, id of the message that is here under the event's id already, or None)."""
    here = Message.objects.filter(wamid=event.wamid).values("pk")
    number = _found(Number.objects.annotate(known_id=Subquery(here)), event)
    return number, number.known_id


def _found(numbers, event):
    number = numbers.select_related("account").only(*NEEDED).filter(phone_number_id=event.phone_number_id).first()
    if number is None:
        words = f"No number with the id {event.phone_number_id} is connected here. Add it, then replay this call."
        raise Unusable(words)
    return number


def thread_of(contact_id, number):
    """The id of the thread; two workers at once make one."""
    thread, _ = Thread.objects.only("pk").get_or_create(contact_id=contact_id, number=number)
    return thread.pk


def moment(sent_at, arrival):
    """Meta's second, and within it the order of arrival: two workers may reach the thread in the other order."""
    return sent_at + timedelta(microseconds=arrival % ARRIVALS_PER_SECOND)
