"""Where an event belongs: its number, its thread, its moment."""

from datetime import timedelta

from inbox.models import Thread
from whatsapp.models import Number
from whatsapp.signals import Unusable

ARRIVALS_PER_SECOND = 1_000_000
# Decrypting costs more than the rest of the look-up.
NOT_NEEDED = ("account__access_token", "account__app_secret", "account__verify_token", "profile")


def number_of(event):
    """The number, its account and reception. Raises Unusable for a number that is not connected here."""
    numbers = Number.objects.select_related("account", "reception").defer(*NOT_NEEDED)
    number = numbers.filter(phone_number_id=event.phone_number_id).first()
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
