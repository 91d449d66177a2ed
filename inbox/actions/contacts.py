"""What the team keeps about a customer. No line and no frame: nobody else's screen jumps while one types."""

from django.db import IntegrityError, transaction
from django.db.models import Q

from inbox.actions.refusals import Refusal
from inbox.actions.sending.starting import valid_phone
from inbox.models import Agent, Contact, Identity
from whatsapp.inbound import storable

Kind = Identity.Kind

NOTES_LIMIT = 10_000


def keep_notes(contact, notes):
    """Replace the notes about a contact; the caller has asked whether the agent sees it. Returns the contact."""
    if not isinstance(notes, str):
        raise Refusal("not_text", "Notes are text.", field="notes", status_code=400)
    contact.notes = storable(notes[:NOTES_LIMIT])
    contact.save(update_fields=["notes"])
    return contact


@transaction.atomic
def save_contact(told, *, contact=None, number=None):
    """Create or change a contact with what a program tells; returns (Contact, is it new).

    `told`: external_id, phone, user_id, name, email, owner (id), attributes (merged; None takes a key away), notes. The
    contact is found by its external id, its phone or its user id, so the same phone is never a second one (S0-5).
    Raises Refusal where they name different contacts, or none.
    """
    told = dict(told)
    if told.get("phone"):
        told["phone"] = valid_phone(told["phone"], number)
    found = _found(told)
    if contact is not None:
        found.add(contact)
    if len(found) > 1:
        raise Refusal("contact_conflict", _SEVERAL.format(" and ".join(sorted(str(one.pk) for one in found))))
    is_new = not found
    contact = found.pop() if found else _new(told)
    _tell(contact, told)
    _identify(contact, told, number)
    return contact, is_new


_SEVERAL = (
    "The phone, the user id and your own id belong to different contacts here: {}. Merge them, or correct the call."
)
_NOBODY = "Name the contact: a phone, a WhatsApp user id, or your own id for it."


def _found(told):
    known = set()
    if told.get("external_id"):
        known |= set(Contact.objects.filter(external_id=told["external_id"], merged_into=None))
    if told.get("phone"):
        identified = Q(identities__kind=Kind.WA_ID, identities__value=told["phone"].removeprefix("+"))
        known |= set(Contact.objects.filter(identified | Q(phone=told["phone"]), merged_into=None))
    if told.get("user_id"):
        identified = Q(identities__kind=Kind.BSUID, identities__value=told["user_id"])
        known |= set(Contact.objects.filter(identified, merged_into=None))
    return known


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
    merged = {**contact.attributes, **told.get("attributes", {})}
    contact.attributes = {name: value for name, value in merged.items() if value is not None}
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError as error:
        raise Refusal("contact_exists", "Another call made this contact a moment ago. Send yours again.") from error


def _owner(agent_id):
    agent = Agent.objects.filter(pk=agent_id, is_active=True).first()
    if agent is None:
        raise Refusal("agent_unknown", f"There is no agent {agent_id}.", field="owner", status_code=400)
    return agent


def _identify(contact, told, number):
    """How WhatsApp knows them, so that their words find this contact."""
    if told.get("phone"):
        Identity.objects.get_or_create(
            kind=Kind.WA_ID, scope="", value=told["phone"].removeprefix("+"), defaults={"contact": contact}
        )
    if told.get("user_id") and number:
        scope = number.account.identity_scope
        Identity.objects.get_or_create(
            kind=Kind.BSUID, scope=scope, value=told["user_id"], defaults={"contact": contact}
        )
