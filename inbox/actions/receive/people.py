"""News about customers themselves: another number or user id, another choice about marketing."""

from inbox import consent
from inbox.actions.identities import contact_for, find
from inbox.actions.joining import join
from inbox.actions.receive.places import number_of, thread_of
from inbox.changes import change_thread
from inbox.consent import Channel, Said, Source
from inbox.models import Consent, Contact, Event, Identity, Thread
from inbox.rules.consent import ALL, MARKETING
from whatsapp.inbound import Sender

OF_MARKETING = "marketing_messages"


def receive_identity_change(event, now, arrival=0):
    """The person stays the same contact: the new number or user id takes the place of the old one, in every thread.

    Returns the contact, or None when we never knew the person or the change was applied before.
    """
    account = number_of(event).account
    old_phone, old_user_id = find(event.old_wa_id, event.old_bsuid, account)
    new_phone, new_user_id = find(event.new_wa_id, event.new_bsuid, account)
    changes = [(old_phone, new_phone, event.new_wa_id), (old_user_id, new_user_id, event.new_bsuid)]
    changes = [(old, new, value) for old, new, value in changes if old and value and old.value != value]
    if not changes:
        return None
    contact = changes[0][0].contact
    for old, new, value in changes:
        contact = replace_identity(contact, old, new, value, now)
    record_change(contact, old_phone, event, now)
    return contact


def replace_identity(contact, old, new, value, now):
    """Returns the contact that has it afterwards: a contact made by an earlier word from the new identity is joined."""
    if new and new.contact_id != contact.pk:
        contact, absorbed = sorted([contact, new.contact], key=lambda one: one.pk)
        join(contact, absorbed, now)
    if new:
        Thread.objects.filter(reply_identity=old).update(reply_identity=new)
        old.delete()
    else:
        Identity.objects.filter(pk=old.pk).update(value=value)
    return contact


def record_change(contact, old_phone, event, now):
    """A line in each of the person's threads, and the number that the team sees."""
    told = {}
    if event.new_wa_id and old_phone:
        told = {"from": f"+{event.old_wa_id}", "to": f"+{event.new_wa_id}"}
        Contact.objects.filter(pk=contact.pk, phone__in=["", told["from"]]).update(phone=told["to"])
    for thread_id in contact.threads.order_by("pk").values_list("pk", flat=True):
        with change_thread(thread_id, now) as change:
            change.record(Event.Kind.NUMBER_CHANGED, **told)


def receive_preference(event, now, arrival=0):
    """Meta's own marketing opt-out and its withdrawal. It never lowers a refusal of all messages.

    Returns the contact; None for a choice that is not about marketing, is not ours to keep, or is older than the last.
    """
    if event.category != OF_MARKETING or event.value not in CHOICES:
        return None
    number = number_of(event)
    phone = f"+{event.wa_id}" if event.wa_id else ""
    contact, _ = contact_for(Sender(phone=phone, wa_id=event.wa_id, bsuid=event.bsuid), number, now)
    with change_thread(thread_of(contact.pk, number), now) as change:
        contact.refresh_from_db(fields=["whatsapp_optout"])
        if contact.whatsapp_optout == ALL or has_later_choice(contact, event.changed_at):
            return None
        is_kept = CHOICES[event.value](contact, Said(Source.META, at=event.changed_at), change)
    return contact if is_kept else None


def _stop(contact, said, change):
    return consent.refuse(contact, Channel.WHATSAPP, said, MARKETING, within=change)


def _resume(contact, said, change):
    """It takes back what was refused; by itself it is no agreement."""
    return contact.whatsapp_optout == MARKETING and consent.agree(contact, Channel.WHATSAPP, said, within=change)


CHOICES = {"stop": _stop, "resume": _resume}


def has_later_choice(contact, changed_at):
    own = Consent.objects.filter(contact=contact, channel=Channel.WHATSAPP, source__in=Consent.OWN)
    return own.filter(at__gte=changed_at).exists()
