"""Which contacts a request is about: those that match what its address asks, or those that somebody ticked."""

from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.http import urlencode

from inbox import queries
from inbox.actions.refusals import Refusal
from inbox.models import Contact, Group
from inbox.rules.audience import Audience, address, read_address

MOST_TICKED = 10_000


@dataclass(frozen=True)
class Asked:
    """A filter and a group as an address names them, and the contacts of those that the agent sees.

    `refusal`: why the address asks nothing that can be answered; then there are no contacts.
    """

    contacts: QuerySet
    audience: Audience = field(default_factory=Audience)
    group: Group | None = None
    refusal: Refusal | None = None

    @property
    def is_filtered(self):
        return not self.audience.is_empty

    @property
    def is_narrowed(self):
        return self.is_filtered or self.group is not None

    @property
    def query(self):
        """The same as an address."""
        return urlencode(address(self.audience) | ({"group": self.group.pk} if self.group else {}))


def asked(agent, query, group=None):
    """What the address's `query` (a QueryDict) asks, among the contacts that the agent sees."""
    seen = queries.contacts_for(agent)
    try:
        audience, group = read_address(query), group or _group(query)
        among = queries.members(group, seen) if group else seen
        return Asked(queries.contacts_of(audience, among), audience, group)
    except Refusal as refusal:
        return Asked(Contact.objects.none(), group=group, refusal=refusal)


def _group(query):
    named = query.get("group", "")
    if not named:
        return None
    group = Group.objects.filter(pk=queries.number_in(named)).first()
    if group is None:
        raise Refusal("group_unknown", "This group is not there any more. Choose another one.", "group", 400)
    return group


def chosen_contacts(request):
    """The contacts that a page has posted, as far as the agent sees them: `query` (all that match), else `ids`.

    Raises Refusal (400) where none are named.
    """
    if "query" in request.POST:
        found = asked(request.user, QueryDict(request.POST["query"]))
        if found.refusal:
            raise found.refusal
        return found.contacts
    ids = [queries.number_in(one) for one in request.POST.get("ids", "").split(",") if one][: MOST_TICKED + 1]
    if not ids or None in ids:
        raise Refusal("nobody_chosen", "Tick the contacts that you mean first.", "ids", 400)
    if len(ids) > MOST_TICKED:
        words = f"Up to {MOST_TICKED:,} contacts can be ticked. Use a filter, and choose all that match."
        raise Refusal("too_many_chosen", words, "ids", 400)
    return queries.contacts_for(request.user).filter(pk__in=ids)
