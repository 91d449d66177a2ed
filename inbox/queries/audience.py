"""The contacts that an audience or a group means, and the ones that an agent sees (product: "Who sees what")."""

import json
from datetime import UTC, datetime
from math import isfinite

from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform

from inbox.models import Agent, Contact, Conversation, Thread
from inbox.queries.folders import contacts_like
from inbox.queries.sight import seen_with, sight_of
from inbox.rules import consent
from inbox.rules.audience import CONTAINS, EQUALS, read
from whatsapp.window import WINDOW

BATCH = 5000


def contacts_for(agent):
    """The contacts that an agent sees: of conversations that they see; supervisors those of their numbers, admins all.
    One query now for who is looking."""
    contacts, sight = Contact.objects.filter(merged_into=None), sight_of(agent.pk)
    if not sight.is_active:
        return contacts.none()
    if sight.viewer.role == Agent.Role.ADMIN:
        return contacts
    if sight.viewer.role == Agent.Role.SUPERVISOR:
        theirs = Thread.objects.filter(contact=OuterRef("pk"), number__in=sight.viewer.number_ids)
        return contacts.filter(Exists(theirs))
    return contacts.filter(Exists(seen_with(sight).filter(thread__contact=OuterRef("pk"))))


def contacts_of(audience, among=None):
    """The contacts that an Audience means, as a QuerySet; `among` narrows it, for example to those an agent sees."""
    contacts = Contact.objects.filter(merged_into=None) if among is None else among
    for condition in _conditions(audience):
        contacts = contacts.filter(condition)
    return contacts


def members(group, among=None):
    """The contacts of a Group now. Raises Refusal for a saved filter that is none any more."""
    if group.is_filter:
        return contacts_of(read(group.filter), among)
    contacts = Contact.objects.filter(merged_into=None) if among is None else among
    membership = group.contacts.through.objects.filter(group=group, contact=OuterRef("pk"))
    return contacts.filter(Exists(membership))


def in_batches(contacts, size=BATCH, columns=("pk",)):
    """Lists of tuples of `columns`, by id, `size` at a time: constant memory and no gap, however many there are.

    The first column is the contact's id.
    """
    rows = contacts.order_by("pk").values_list(*columns)
    batch = list(rows[:size])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1][0])[:size])


def _conditions(audience):
    if audience.words:
        yield Q(pk__in=contacts_like(audience.words)) | Q(email__icontains=audience.words)
    if audience.tag:
        tagged = Conversation.tags.through.objects.filter(tag=audience.tag)
        yield Exists(tagged.filter(conversation__thread__contact=OuterRef("pk")))
    if audience.number:
        yield Exists(Thread.objects.filter(contact=OuterRef("pk"), number=audience.number))
    if audience.owner:
        yield Q(owner=audience.owner)
    if audience.country:
        yield Q(phone__startswith=f"+{audience.country}")
    yield from map(_attribute, audience.attributes)
    yield from _times(audience)
    if audience.consent:
        field = consent.FIELDS[audience.consent.removeprefix("no_")]
        yield ~Q(**{field: ""}) if audience.consent.startswith("no_") else Q(**{field: ""})


def _times(audience):
    if audience.created_after:
        yield Q(created_at__gte=_midnight(audience.created_after))
    if audience.created_before:
        yield Q(created_at__lt=_midnight(audience.created_before))
    # The window closes 24 hours after the customer's last word on a number.
    wrote = Thread.objects.filter(contact=OuterRef("pk"))
    if audience.wrote_after:
        yield Exists(wrote.filter(window_until__gte=_midnight(audience.wrote_after) + WINDOW))
    if audience.wrote_before:
        until = _midnight(audience.wrote_before) + WINDOW
        yield Exists(wrote.filter(window_until__lt=until)) & ~Exists(wrote.filter(window_until__gte=until))


def _midnight(day):
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _attribute(test):
    """Values are text, or the number or truth value that the text says: 3 and "3" are the same to whoever asks."""
    if test.test == EQUALS:
        values = [test.value, *_scalars(test.value)]
        return Q(*(Q(attributes__contains={test.name: value}) for value in values), _connector=Q.OR)
    named = Q(attributes__has_key=test.name)
    if test.test != CONTAINS:
        return named
    like = Contact.objects.alias(said=KeyTextTransform(test.name, "attributes")).filter(said__icontains=test.value)
    return named & Q(pk__in=like.values("pk"))


def _scalars(text):
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [value] if isinstance(value, bool | int | float) and isfinite(value) else []
