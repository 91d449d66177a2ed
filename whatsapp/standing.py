"""How Meta sees a number (quality, limit, state): kept as Meta tells it, and told upward where it changed."""

from django.db import transaction

from whatsapp import signals
from whatsapp.client import GraphClient
from whatsapp.errors import GraphError
from whatsapp.models import Number

WATCHED = ("quality_rating", "messaging_limit", "status")


def keep(number, **changed):
    """Write these columns only: an admin may be saving the others. `number` holds them afterwards."""
    with transaction.atomic():
        stood = Number.objects.select_for_update().filter(pk=number.pk).values(*WATCHED).first()
        for name, value in changed.items():
            setattr(number, name, value)
        Number.objects.filter(pk=number.pk).update(**changed)
        if stood and any(changed.get(name, stood[name]) != stood[name] for name in WATCHED):
            signals.number_rated.send(Number, number=number, before=stood)


def fields_of(told):
    """Meta's answer as columns of Number; what is missing or no text is left out."""
    throughput = told.get("throughput")
    fields = {
        "display_phone_number": told.get("display_phone_number"),
        "verified_name": told.get("verified_name"),
        "quality_rating": told.get("quality_rating"),
        "messaging_limit": told.get("whatsapp_business_manager_messaging_limit"),
        "throughput_level": throughput.get("level") if isinstance(throughput, dict) else None,
        "status": told.get("status"),
    }
    return {name: fitting(name, value) for name, value in fields.items() if isinstance(value, str) and value}


def fitting(name, value):
    """A text as long as its column takes."""
    return value[: Number._meta.get_field(name).max_length]


def look(number, now):
    """Ask Meta how it sees the number now. Nothing is put on hold and nothing is let go: that is a check's, which also
    says why Meta did not answer."""
    try:
        told = GraphClient(number.account.access_token).number(number.phone_number_id)
    except GraphError:
        told = {}
    keep(number, checked_at=now, **fields_of(told))
