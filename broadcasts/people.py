"""Whose address it is: an email address or a phone that a broadcast writes to, and the contacts it belongs to.

An address may belong to nobody; who refuses gets a contact, so that it has a place to be kept.
"""

from django.db import connection, transaction
from django.db.models.functions import Upper

from inbox import consent
from inbox.models import Consent, Contact

Channel = Consent.Channel
LOCK = 7_340_051


def contacts_at(channel, address):
    """All contacts with this address, oldest first; those that were merged away are not asked."""
    named = {"email__iexact": address} if channel == Channel.EMAIL else {"phone": address}
    return Contact.objects.filter(merged_into=None, **named).order_by("pk") if address else Contact.objects.none()


def contact_at(channel, address):
    """The oldest contact with this address, a new one where there is none. Two workers who ask at once get the same."""
    found = contacts_at(channel, address).first()
    if found:
        return found
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, address.lower()])
        named = {"email": address} if channel == Channel.EMAIL else {"phone": address}
        return contacts_at(channel, address).first() or Contact.objects.create(**named)


def living(contact_id):
    """The contact of this id, or the one it was merged into; None where it is gone."""
    contact = Contact.objects.filter(pk=contact_id).first()
    while contact is not None and contact.merged_into_id:
        contact = contact.merged_into
    return contact


def joined_to(contact_ids):
    """{contact id: which of these it is}: these themselves, and whoever was joined to them, however often."""
    found = newest = {contact_id: contact_id for contact_id in contact_ids}
    while newest:
        joined = Contact.objects.filter(merged_into__in=newest).exclude(pk__in=found)
        newest = {contact_id: found[into] for contact_id, into in joined.values_list("pk", "merged_into")}
        found = found | newest
    return found


def has_refused(channel, address, contact=None):
    """Whether anybody at this address wants nothing of this channel that we start (S3-54)."""
    field = consent.FIELDS[Channel(channel)]
    if contact is not None and getattr(contact, field):
        return True
    return contacts_at(channel, address).exclude(**{field: ""}).exists()


def refusing(channel, addresses):
    """Those of these addresses at which anybody refuses it, in upper case."""
    name = "email" if channel == Channel.EMAIL else "phone"
    contacts = Contact.objects.filter(merged_into=None).exclude(**{consent.FIELDS[Channel(channel)]: ""})
    at = contacts.annotate(address=Upper(name)).filter(address__in={address.upper() for address in addresses})
    return set(at.values_list("address", flat=True))


def refuse_at(channel, address, said, contact=None):
    """Everybody at this address wants no more; a contact is made where there is none. Returns those."""
    concerned = {one.pk: one for one in (contact, *contacts_at(channel, address)) if one is not None}
    people = list(concerned.values()) or [contact_at(channel, address)]
    for person in people:
        consent.refuse(person, channel, said)
    return people


def agree_at(channel, address, said, contact=None):
    """Everybody at this address takes back what they refused. Returns those who had."""
    field = consent.FIELDS[Channel(channel)]
    concerned = {one.pk: one for one in (contact, *contacts_at(channel, address)) if one is not None}
    people = [person for person in concerned.values() if getattr(person, field)]
    for person in people:
        consent.agree(person, channel, said)
    return people
