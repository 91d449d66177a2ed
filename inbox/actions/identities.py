"""Who writes: the contact behind a phone, a user id (BSUID), or both (product: "Identity").

Identity rows are locked before threads. Two payloads that make the same identity at once meet at its unique constraint:
the gateway tries the later one again, and then it finds the contact.
"""

from django.db.models import Q

from inbox.actions.joining import join
from inbox.models import Contact, Identity, Thread

Kind = Identity.Kind
NAME_LIMIT = 200
USERNAME_LIMIT = 100


def contact_for(sender, number, now):
    """(contact, identity) of a gateway Sender on this number; made when new, joined when it shows two to be one.

    The identity is where an answer goes: the phone's where it is told, else the user id. Run it in a transaction.
    """
    account = number.account
    phone, user_id = find(sender.wa_id, sender.bsuid, account)
    if phone and sender.bsuid and not (user_id and user_id.contact_id == phone.contact_id):
        phone, user_id = told_together(phone, user_id, sender, account, now)
    known = phone or user_id
    contact = known.contact if known else stranger(sender, account)
    if sender.wa_id and not phone:
        phone = Identity.objects.create(contact=contact, kind=Kind.WA_ID, value=sender.wa_id)
    if sender.bsuid and not user_id:
        scope = account.identity_scope
        user_id = Identity.objects.create(contact=contact, kind=Kind.BSUID, scope=scope, value=sender.bsuid)
    introduce(contact, sender)
    return contact, phone or user_id


def find(wa_id, bsuid, account):
    """The two identities as far as they are known, locked: (phone's or None, user id's or None).

    One that goes to another contact at this very moment seems unknown; making it anew then meets its constraint.
    """
    asked = Q(kind=Kind.WA_ID, scope="", value=wa_id) if wa_id else Q(pk=None)
    if bsuid:
        asked |= Q(kind=Kind.BSUID, scope__in=scopes(account), value=bsuid)
    locked = Identity.objects.select_for_update(no_key=True, of=("self",)).select_related("contact")
    found = {row.kind: row for row in locked.filter(asked).order_by("pk")}
    return found.get(Kind.WA_ID), found.get(Kind.BSUID)


def scopes(account):
    """Where this account's user ids are valid; those met before its portfolio was known stand under the account."""
    return {account.identity_scope, account.waba_id}


def told_together(phone, user_id, sender, account, now):
    """A payload with both, that do not yet belong to one contact: join them, unless the phone has a new owner."""
    if has_another_user_id(phone.contact_id, sender.bsuid, account):
        let_go(phone)
        phone.contact = user_id.contact if user_id else Contact.objects.create()
        phone.save(update_fields=["contact"])
    elif user_id:
        keep, absorb = sorted([phone.contact, user_id.contact], key=lambda contact: contact.pk)
        join(keep, absorb, now)
        phone.contact = user_id.contact = keep
    return phone, user_id


def has_another_user_id(contact_id, bsuid, account):
    """True: the number went to another person, since a person's user id changes only with a notice."""
    others = Identity.objects.filter(contact_id=contact_id, kind=Kind.BSUID, scope__in=scopes(account))
    return others.exclude(value=bsuid).exists() and not others.filter(value=bsuid).exists()


def let_go(phone):
    """The contact no longer has this number: answers to its threads go to what is left of it."""
    left = Identity.objects.filter(contact_id=phone.contact_id).exclude(pk=phone.pk).order_by("-pk").first()
    Thread.objects.filter(contact_id=phone.contact_id, reply_identity=phone).update(reply_identity=left)
    Contact.objects.filter(pk=phone.contact_id, phone=f"+{phone.value}").update(phone="")


def stranger(sender, account):
    """Nobody with these identities: a contact that was written down with this phone, else a new one."""
    if sender.phone:
        written_down = Contact.objects.filter(phone__iexact=sender.phone, merged_into=None).order_by("pk")
        for contact in written_down[:5]:
            if not (sender.bsuid and has_another_user_id(contact.pk, sender.bsuid, account)):
                return contact
    return Contact.objects.create(phone=sender.phone)


def introduce(contact, sender):
    """Keep what the customer calls themselves, and the phone where we had none."""
    told = {"profile_name": sender.name[:NAME_LIMIT], "username": sender.username[:USERNAME_LIMIT]}
    changed = {field: value for field, value in told.items() if value and value != getattr(contact, field)}
    if sender.phone and not contact.phone:
        changed["phone"] = sender.phone
    if changed:
        Contact.objects.filter(pk=contact.pk).update(**changed)
        vars(contact).update(changed)
