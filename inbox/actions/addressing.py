"""Whom we write to, many at once: the threads of phones and contacts on a number, made where there are none.

What a person's first message does one by one (`identities.contact_for`, `starting.thread_of`), set by set. Two workers
who make the same contact at once meet at its identity's constraint; the later one takes the earlier one's contact.
"""

from dataclasses import dataclass

from inbox.models import Contact, Identity, Thread

WA_ID = Identity.Kind.WA_ID


@dataclass(frozen=True)
class Addressee:
    """A contact, or whoever has this phone (E.164)."""

    phone: str = ""
    contact_id: int | None = None


def threads_of(addressees, number):
    """[thread id, or None for a contact that is gone]: in the order of `addressees`. Runs in a transaction; identities
    are locked before threads."""
    by_phone = _contacts_of({one.phone for one in addressees if one.contact_id is None})
    kept = _kept({one.contact_id for one in addressees if one.contact_id is not None})
    found = [kept.get(one.contact_id) if one.contact_id else by_phone.get(one.phone) for one in addressees]
    threads = _threads({contact_id for contact_id in found if contact_id is not None}, number)
    return [threads.get(contact_id) for contact_id in found]


def _contacts_of(phones):
    """{phone: contact id}, everybody's."""
    found = _known({phone.removeprefix("+") for phone in phones})
    strangers = sorted(phone for phone in phones if phone.removeprefix("+") not in found)
    if strangers:
        found |= _introduced(strangers)
    return {phone: found[phone.removeprefix("+")] for phone in phones}


def _known(values):
    """{wa_id: contact id}, locked so that nobody is joined to somebody else meanwhile."""
    rows = Identity.objects.filter(kind=WA_ID, scope="", value__in=values).order_by("pk")
    return dict(rows.select_for_update(no_key=True).values_list("value", "contact_id"))


def _introduced(phones):
    """Identities for these: of contacts that were written down with the phone, else of new ones."""
    written_down = Contact.objects.filter(phone__in=phones, merged_into=None).order_by("-pk")
    contacts = {contact.phone: contact for contact in written_down.only("phone")}
    new = {phone: Contact(phone=phone) for phone in phones if phone not in contacts}
    Contact.objects.bulk_create(new.values())
    contacts |= new
    rows = [Identity(contact=contacts[phone], kind=WA_ID, value=phone.removeprefix("+")) for phone in phones]
    Identity.objects.bulk_create(rows, ignore_conflicts=True)
    found = _known({row.value for row in rows})
    taken = [contact.pk for phone, contact in new.items() if found[phone.removeprefix("+")] != contact.pk]
    Contact.objects.filter(pk__in=taken).delete()
    return found


def _kept(contact_ids):
    """{contact id: id of the contact that it is now, after joins: they may have been joined again}."""
    found = dict(Contact.objects.filter(pk__in=contact_ids).values_list("pk", "merged_into"))
    joined = _kept({into for into in found.values() if into}) if any(found.values()) else {}
    return {contact_id: joined.get(into, contact_id) for contact_id, into in found.items()}


def _threads(contact_ids, number):
    """{contact id: thread id} on this number; each has an address as far as one is known."""
    threads = {thread.contact_id: thread for thread in _of_number(contact_ids, number)}
    lacking = contact_ids - threads.keys()
    unaddressed = [contact_id for contact_id, thread in threads.items() if thread.reply_identity_id is None]
    identities = _identities({*lacking, *unaddressed}, number) if lacking or unaddressed else {}
    for contact_id in unaddressed:
        Thread.objects.filter(pk=threads[contact_id].pk, reply_identity=None).update(
            reply_identity=identities.get(contact_id)
        )
    if lacking:
        new = [
            Thread(contact_id=each, number=number, reply_identity_id=identities.get(each)) for each in sorted(lacking)
        ]
        Thread.objects.bulk_create(new, ignore_conflicts=True)
        threads |= {thread.contact_id: thread for thread in _of_number(lacking, number)}
    return {contact_id: thread.pk for contact_id, thread in threads.items()}


def _of_number(contact_ids, number):
    return Thread.objects.filter(number=number, contact__in=contact_ids).only("contact_id", "reply_identity_id")


def _identities(contact_ids, number):
    """{contact id: id of the identity to write to}: the newest phone, else the newest user id."""
    scopes = ("", number.account.identity_scope)
    rows = Identity.objects.filter(contact__in=contact_ids, scope__in=scopes).order_by("kind", "pk")
    return dict(rows.values_list("contact_id", "pk"))
