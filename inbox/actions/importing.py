"""Bring a table of contacts in: first judged line by line against what is there, then written, many lines at a time.

Whoever has the phone or the id of a line is that contact and is changed; cells that are empty change nothing.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from inbox import consent
from inbox.actions.refusals import NotAllowed, Refusal
from inbox.actions.sending.starting import valid_phone
from inbox.consent import Said, Source
from inbox.models import Agent, Consent, Contact, Identity, Thread
from inbox.queries import can_serve, contacts_for
from inbox.rules.contact_table import OPTOUTS

AT_ONCE = 500
CREATED, UPDATED, UNCHANGED, REFUSED = "created", "updated", "unchanged", "refused"
PLAIN = ("name", "phone", "email", "external_id", "notes")
CHANNEL_OF = {field: channel for channel, field in consent.FIELDS.items()}
SEVERAL = "Its phone and its id belong to two different contacts. Correct one of them."
ELSEWHERE = "This id or email belongs to a customer whom only another number knows. Name their phone as well."
MEANWHILE = "Somebody changed one of these contacts at the same moment. Bring the file in again: nothing is doubled."


@dataclass(frozen=True)
class Planned:
    """What becomes of a line: created, updated, unchanged or refused; `changes` names what is changed."""

    number: int
    verdict: str
    told: dict = field(default_factory=dict)
    contact: Contact | None = None
    changes: tuple = ()
    words: str = ""


def plan(lines, number, by):
    """Judge the lines of a table (rules.contact_table) for a number. Returns [Planned] in their order; a handful of
    queries, however many there are. Raises NotAllowed."""
    if not by.is_supervisor or not can_serve(by, number.pk):
        raise NotAllowed("Only supervisors of this number and admins bring contacts in.")
    clean = [_cleaned(line, number) for line in lines]
    known = _Known([told for told, trouble in clean if not trouble], by)
    judged, seen = [], {}
    for line, (told, trouble) in zip(lines, clean, strict=True):
        judged.append(_judged(line.number, told, trouble or _again(line.number, told, seen), known))
    return judged


def _cleaned(line, number):
    """({field: value}, what is wrong): the phone as E.164, the email checked."""
    told = dict(line.told)
    try:
        if told.get("phone") and not line.trouble:
            told["phone"] = valid_phone(told["phone"], number)
        if told.get("email") and not line.trouble:
            validate_email(told["email"])
    except Refusal as refusal:
        return told, refusal.words
    except ValidationError:
        return told, f"“{told['email']}” is no email address."
    return told, line.trouble


def _keys(told):
    """What makes two lines the same contact."""
    keys = [(name, told[name]) for name in ("phone", "external_id") if told.get(name)]
    return keys or [("email", told["email"].lower())]


def _again(number, told, seen):
    for key in _keys(told) if any(told.get(name) for name in ("phone", "external_id", "email")) else ():
        first = seen.setdefault(key, number)
        if first != number:
            return f"The same {key[0].replace('_', ' ')} stands in line {first} already."
    return ""


class _Known:
    """Who is there already, by phone, id and email; asked once for all lines."""

    def __init__(self, tolds, by):
        values = {name: {told[name] for told in tolds if told.get(name)} for name in (*PLAIN, "owner")}
        self.phones, self.external, self.emails = {}, {}, defaultdict(set)
        self._read_phones(values["phone"])
        for one in Contact.objects.filter(external_id__in=values["external_id"], merged_into=None):
            self.external[one.external_id] = one
        lower = {email.lower() for email in values["email"]}
        mailed = Contact.objects.filter(merged_into=None).exclude(email="").annotate(lower=Lower("email"))
        for one in mailed.filter(lower__in=lower):
            self.emails[one.lower].add(one)
        self.owners = {agent.email.lower(): agent for agent in Agent.objects.filter(is_active=True)}
        found = {*self.phones.values(), *self.external.values()}.union(*self.emails.values())
        self.seen = set(contacts_for(by).filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))

    def _read_phones(self, phones):
        written = Contact.objects.filter(phone__in=phones, merged_into=None)
        self.phones = {one.phone: one for one in written.order_by("-pk")}
        digits = [phone.removeprefix("+") for phone in phones]
        identities = Identity.objects.filter(kind=Identity.Kind.WA_ID, value__in=digits, contact__merged_into=None)
        self.phones |= {f"+{one.value}": one.contact for one in identities.select_related("contact")}

    def who(self, told):
        """(Contact or None, why it cannot be told)"""
        found = {self.phones.get(told.get("phone")), self.external.get(told.get("external_id"))} - {None}
        if not found and not told.get("phone") and not told.get("external_id"):
            found = self.emails.get(told["email"].lower(), set())
            if len(found) > 1:
                return None, "Several contacts have this email. Name the phone as well."
        if len(found) > 1:
            return None, SEVERAL
        contact = next(iter(found), None)
        if contact and contact.pk not in self.seen and not told.get("phone"):
            return None, ELSEWHERE
        return contact, ""


def _judged(number, told, trouble, known):
    if not trouble and told.get("owner") and told["owner"].lower() not in known.owners:
        trouble = f"Nobody here has the email “{told['owner']}”: the owner is named by it."
    contact, why_not = known.who(told) if not trouble else (None, "")
    if trouble or why_not:
        return Planned(number, REFUSED, told, words=trouble or why_not)
    told = told | ({"owner": known.owners[told["owner"].lower()].pk} if told.get("owner") else {})
    if contact is None:
        return Planned(number, CREATED, told)
    changes = tuple(_changes(contact, told))
    return Planned(number, UPDATED if changes else UNCHANGED, told, contact, changes)


def _changes(contact, told):
    yield from (name for name in (*PLAIN, *OPTOUTS) if name in told and getattr(contact, name) != told[name])
    if "owner" in told and contact.owner_id != told["owner"]:
        yield "owner"
    yield from (name for name, value in told.get("attributes", {}).items() if contact.attributes.get(name) != value)


def counts(planned):
    """{"created": n, "updated": n, "unchanged": n, "refused": n}"""
    found = Counter(one.verdict for one in planned)
    return {verdict: found[verdict] for verdict in (CREATED, UPDATED, UNCHANGED, REFUSED)}


def bring_in(planned, number, by):
    """Write what was planned, AT_ONCE lines in a transaction; returns the ids of the contacts. Raises Refusal."""
    ids = []
    lines = [one for one in planned if one.verdict != REFUSED]
    try:
        for start in range(0, len(lines), AT_ONCE):
            with transaction.atomic():
                ids += _write(lines[start : start + AT_ONCE], number, by)
    except IntegrityError as error:
        raise Refusal("meanwhile", MEANWHILE) from error
    return ids


def _write(lines, number, by):
    new = [one for one in lines if one.verdict == CREATED]
    made = Contact.objects.bulk_create(_new(one.told) for one in new)
    _note_choices(made, by)
    changed = _change([one for one in lines if one.verdict != CREATED], by)
    told = [one.told for one in (*new, *(one for one in lines if one.verdict != CREATED))]
    _make_known([*made, *changed], told, number)
    return [contact.pk for contact in (*made, *changed)]


def _new(told):
    return Contact(
        **{name: told[name] for name in (*PLAIN, *OPTOUTS) if name in told},
        owner_id=told.get("owner"),
        attributes=told.get("attributes", {}),
    )


def _note_choices(made, by):
    """The registry of new contacts; they have no thread yet to write a line into."""
    now = timezone.now()
    Consent.objects.bulk_create(
        Consent(contact=one, channel=channel, state=getattr(one, name), source=Source.IMPORT, by=by, at=now)
        for one in made
        for name, channel in CHANNEL_OF.items()
        if getattr(one, name)
    )


def _change(lines, by):
    """The contacts of these lines, changed where a line says something else."""
    locked = Contact.objects.select_for_update(no_key=True).order_by("pk")
    fresh = {one.pk: one for one in locked.filter(pk__in=[line.contact.pk for line in lines])}
    changed = [fresh[line.contact.pk] for line in lines]
    for contact, line in zip(changed, lines, strict=True):
        for name in PLAIN:
            setattr(contact, name, line.told.get(name, getattr(contact, name)))
        contact.owner_id = line.told.get("owner", contact.owner_id)
        contact.attributes = contact.attributes | line.told.get("attributes", {})
    Contact.objects.bulk_update(changed, [*PLAIN, "owner", "attributes"])
    for contact, line in zip(changed, lines, strict=True):
        for name in OPTOUTS:
            if name in line.told:
                consent.choose(contact, CHANNEL_OF[name], line.told[name], Said(Source.IMPORT, by=by))
    return changed


def _make_known(contacts, tolds, number):
    """Their phones find them from now on, and the number knows them."""
    Identity.objects.bulk_create(
        (
            Identity(contact=one, kind=Identity.Kind.WA_ID, value=told["phone"].removeprefix("+"))
            for one, told in zip(contacts, tolds, strict=True)
            if told.get("phone")
        ),
        ignore_conflicts=True,
    )
    Thread.objects.bulk_create((Thread(contact=one, number=number) for one in contacts), ignore_conflicts=True)
