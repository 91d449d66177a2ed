"""Saved sets and saved filters of contacts: made, renamed, filled, emptied. For supervisors and admins."""

from django.db import IntegrityError, transaction

from inbox.actions.refusals import NotAllowed, Refusal
from inbox.models import Group
from inbox.queries import contacts_for, in_batches

NAME_LIMIT = 80


def save_set(name, contacts, by):
    """Make a Group of these contacts (a QuerySet), as far as `by` sees them. Raises Refusal."""
    group = _new(name, by)
    add_contacts(group, contacts, by)
    return group


def save_filter(name, audience, by):
    """Make a Group that is evaluated whenever it is used. Raises Refusal for a filter that asks nothing."""
    if audience.is_empty:
        raise Refusal("filter_empty", "Choose a filter first: a group of everybody needs no name.", "filter", 400)
    return _new(name, by, filter=audience.as_dict())


def rename(group, name, by):
    """Give a group another name. Raises Refusal."""
    ask_to_change(by)
    group.name = _checked(name)
    return _saved(group)


def delete(group, by):
    """The group goes, its contacts stay."""
    ask_to_change(by)
    group.delete()


@transaction.atomic
def add_contacts(group, contacts, by):
    """Put contacts (a QuerySet) into a set, as far as `by` sees them; who is in it stays once. Returns how many are
    new."""
    ask_for_set(group, by)
    through, before = group.contacts.through, group.contacts.count()
    seen = contacts.filter(pk__in=contacts_for(by).values("pk"))
    for batch in in_batches(seen):
        rows = [through(group_id=group.pk, contact_id=contact_id) for (contact_id,) in batch]
        through.objects.bulk_create(rows, ignore_conflicts=True)
    return group.contacts.count() - before


def remove_contacts(group, contact_ids, by):
    """Take contacts out of a set, as far as `by` sees them. Returns how many were in it."""
    ask_for_set(group, by)
    seen = contacts_for(by).filter(pk__in=contact_ids).values("pk")
    return group.contacts.through.objects.filter(group=group, contact__in=seen).delete()[0]


def ask_to_change(by):
    """Raise NotAllowed for whoever is neither supervisor nor admin."""
    if not by.is_supervisor:
        raise NotAllowed("Only supervisors and admins make and change groups.")


def ask_for_set(group, by):
    ask_to_change(by)
    if group.is_filter:
        raise Refusal("group_is_filter", "This group is a filter: whoever matches it is in it.")


def _new(name, by, **fields):
    ask_to_change(by)
    return _saved(Group(name=_checked(name), created_by=by, **fields))


def _checked(name):
    name = " ".join(name.replace("\x00", "").split()) if isinstance(name, str) else ""
    if not name:
        raise Refusal("name_missing", "Give the group a name.", "name", 400)
    if len(name) > NAME_LIMIT:
        raise Refusal("name_long", f"A name has up to {NAME_LIMIT} characters.", "name", 400)
    return name


def _saved(group):
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise Refusal("name_taken", f"There is a group “{group.name}” already.", "name", 400) from error
    return group
