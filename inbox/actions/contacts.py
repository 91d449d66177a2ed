"""What the team and its programs keep about a customer. No line, and no frame for notes: nobody else's screen jumps
while one types. Another name or phone is shown at once in the lists.
"""

import json

from django.db import IntegrityError, transaction
from django.db.models import Q

from inbox.actions.identities import scopes
from inbox.actions.refusals import Refusal
from inbox.actions.sending.starting import valid_phone
from inbox.changes import change_thread
from inbox.models import Agent, Contact, Identity, Thread
from inbox.queries.reach import contacts_on, is_stranger_on
from whatsapp.inbound import storable

Kind = Identity.Kind

NOTES_LIMIT = 10_000
# Every event of the feed tells them all.
ATTRIBUTES_BYTES = 64 * 1024


def keep_notes(contact, notes):
    """Replace the notes about a contact; the caller has asked whether the agent sees it. Returns the contact."""
    if not isinstance(notes, str):
        raise Refusal("not_text", "Notes are text.", field="notes", status_code=400)
    contact.notes = storable(notes[:NOTES_LIMIT])
    contact.save(update_fields=["notes"])
    return contact


def save_contact(told, *, contact=None, number=None, account=None):
    """Create or change a contact with what a program tells; returns (Contact, is it new).

    `told`: external_id, phone, user_id, name, email, owner (id), attributes (merged; None takes a key away), notes. The
    contact is found by its external id, its phone or its user id, so the same phone is never a second one (S0-5).
    With `number` it is known there from now on; whom only other numbers have spoken with gets what they lack, and keeps
    what is kept about them. A user id is valid with the business of `account`. Raises Refusal where they name different
    contacts, or none, or one of another number that nothing but the program's own id tells of.
    """
    try:
        return _saved(told, contact, number, account)
    except _Meanwhile:
        # Another call made the same contact at the same moment: now it is found.
        return _saved(told, contact, number, account)


class _Meanwhile(Refusal):
    def __init__(self):
        super().__init__("contact_exists", "Another call made or joined this contact a moment ago. Send yours again.")


@transaction.atomic
def _saved(told, contact, number, account):
    told = dict(told)
    if told.get("phone"):
        told["phone"] = valid_phone(told["phone"], number)
    if told.get("user_id") and account is None:
        raise Refusal("number_required", _WHOSE_USER_ID, field="number", status_code=400)
    found = _found(told, account)
    if contact is not None:
        found.add(contact)
    if len(found) > 1:
        raise Refusal("contact_conflict", _several(found, number))
    is_new = not found
    contact = _locked(found.pop()) if found else _new(told)
    if number and not is_new:
        _ask_for_number(contact, told, number)
    shown_before = _shown_of(contact)
    is_stranger = number and not is_new and is_stranger_on(contact, number.pk)
    _tell(contact, _lacking(contact, told) if is_stranger else told)
    _identify(contact, told, account)
    if number:
        Thread.objects.get_or_create(contact=contact, number=number)
    if not is_new and _shown_of(contact) != shown_before:
        _show(contact)
    return contact, is_new


def _shown_of(contact):
    """What lists and heads of threads call them."""
    return contact.display_name, contact.phone


def _show(contact):
    """Tell the screens of each of their threads."""
    for thread_id in contact.threads.order_by("pk").values_list("pk", flat=True):
        with change_thread(thread_id) as change:
            change.shows_more()


def _several(found, number):
    """Which they are, as far as this number (None: any) may know."""
    known = contacts_on(number and number.pk).filter(pk__in=[one.pk for one in found])
    ids = known.order_by("pk").values_list("pk", flat=True)
    named = f": {' and '.join(map(str, ids))}" if len(ids) == len(found) else ""
    return f"{_SEVERAL}{named}. Merge them, or correct the call."


_SEVERAL = "The phone, the user id and your own id belong to different contacts here"
_WHOSE_USER_ID = "User ids differ from business to business: name one of your numbers, whose business knows this one."
_NOBODY = "Give the contact a phone, a WhatsApp user id, or your own id for it."


def _found(told, account):
    known = set()
    if told.get("external_id"):
        known |= set(Contact.objects.filter(external_id=told["external_id"], merged_into=None))
    if told.get("phone"):
        identified = Q(identities__kind=Kind.WA_ID, identities__value=told["phone"].removeprefix("+"))
        known |= set(Contact.objects.filter(identified | Q(phone=told["phone"]), merged_into=None))
    if told.get("user_id"):
        identified = Q(
            identities__kind=Kind.BSUID, identities__scope__in=scopes(account), identities__value=told["user_id"]
        )
        known |= set(Contact.objects.filter(identified, merged_into=None))
    return known


def _locked(contact):
    """As it stands now, until the end of the transaction: what is told meanwhile, an opt-out, is not written over."""
    contact.refresh_from_db(from_queryset=Contact.objects.select_for_update(no_key=True))
    if contact.merged_into_id:
        raise _Meanwhile
    return contact


def _ask_for_number(contact, told, number):
    """Whom only another number knows is reached by what WhatsApp knows them by, as a person would; not by guessing."""
    numbers = set(contact.threads.values_list("number", flat=True))
    if numbers and number.pk not in numbers and not (told.get("phone") or told.get("user_id")):
        words = "This id belongs to a customer whom only another number knows. Name their phone as well."
        raise Refusal("contact_elsewhere", words, field="external_id", status_code=400)


def _lacking(contact, told):
    """Only what nobody has entered yet, of a customer with whom this number has not had a word."""
    filled = {name for name in told if name != "attributes" and getattr(contact, name, "")}
    attributes = {name: value for name, value in told.get("attributes", {}).items() if name not in contact.attributes}
    return {name: value for name, value in told.items() if name not in filled} | {"attributes": attributes}


def _new(told):
    if not (told.get("external_id") or told.get("phone") or told.get("user_id")):
        raise Refusal("contact_unnamed", _NOBODY, status_code=400)
    return Contact()


def _tell(contact, told):
    for name in ("external_id", "phone", "name", "email", "notes"):
        if name in told:
            setattr(contact, name, told[name])
    if "owner" in told:
        contact.owner = told["owner"] and _owner(told["owner"])
    if "attributes" in told:
        contact.attributes = _merged(contact.attributes, told["attributes"])
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError as error:
        raise _Meanwhile from error


def _merged(attributes, told):
    """None takes one away."""
    merged = {name: value for name, value in {**attributes, **told}.items() if value is not None}
    if len(json.dumps(merged, ensure_ascii=False).encode()) > ATTRIBUTES_BYTES:
        words = f"A contact's attributes have up to {ATTRIBUTES_BYTES // 1024} KiB in all."
        raise Refusal("attributes_too_large", words, field="attributes", status_code=400)
    return merged


def _owner(agent_id):
    agent = Agent.objects.filter(pk=agent_id, is_active=True).first()
    if agent is None:
        raise Refusal("agent_unknown", f"There is no agent {agent_id}.", field="owner", status_code=400)
    return agent


def _identify(contact, told, account):
    """How WhatsApp knows them, so that their words find this contact."""
    if told.get("phone"):
        _known_as(contact, kind=Kind.WA_ID, scope="", value=told["phone"].removeprefix("+"))
    if told.get("user_id"):
        _known_as(contact, kind=Kind.BSUID, scope=account.identity_scope, value=told["user_id"])


def _known_as(contact, **names):
    identity, _ = Identity.objects.get_or_create(**names, defaults={"contact": contact})
    if identity.contact_id != contact.pk:
        raise _Meanwhile
