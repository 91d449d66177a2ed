"""Who is meant by a broadcast, and what is known of them.

`Broadcast.audience`, all parts together and each contact once:
    {"groups": [ids], "contacts": [ids], "filter": {...} (inbox.rules.audience.Audience), "all": true}
It is {"source": "api"} or {} where recipients were named one by one. Groups and filters are evaluated when the
broadcast fires, among those whom its author sees.
"""

from functools import reduce
from operator import or_

from django.db.models import Q

from inbox.models import Contact, Group
from inbox.queries.audience import contacts_for, members
from inbox.queries.audience import contacts_of as contacts_meant_by
from inbox.rules.audience import read


def contacts_of(broadcast):
    """The contacts meant, in no order. Raises Refusal for a filter that is none any more."""
    author = broadcast.created_by
    among = contacts_for(author) if author else Contact.objects.filter(merged_into=None)
    meant = broadcast.audience
    if meant.get("all"):
        return among
    parts = [Q(pk__in=meant.get("contacts", ()))]
    parts += [Q(pk__in=members(group).values("pk")) for group in Group.objects.filter(pk__in=meant.get("groups", ()))]
    if meant.get("filter"):
        parts.append(Q(pk__in=contacts_meant_by(read(meant["filter"])).values("pk")))
    return among.filter(reduce(or_, parts))


def has_audience(broadcast):
    return bool(set(broadcast.audience) - {"source"})


def values_of(contact):
    """What placeholders can name of a contact: name, first_name, phone, email, username, and each attribute."""
    name = contact.name or contact.profile_name
    known = {
        "name": name,
        "first_name": name.split()[0] if name.split() else "",
        "phone": contact.phone,
        "email": contact.email,
        "username": contact.username,
    }
    return {**contact.attributes, **known}
