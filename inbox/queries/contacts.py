"""Contacts as their pages show them."""

from django.db.models import DateTimeField, ExpressionWrapper, Max, OuterRef, Subquery

from inbox.models import Thread
from inbox.queries.audience import contacts_for
from inbox.queries.sight import visible_to
from whatsapp.window import WINDOW

ORDER = ("-id",)
# Counting further costs more than anybody learns from it.
MOST_COUNTED = 10_000


def contact_for(agent, contact_id):
    """The contact, if this agent sees it. Raises Contact.DoesNotExist."""
    return contacts_for(agent).select_related("owner").get(pk=contact_id)


def listed(contacts):
    """Contacts as rows, newest first, with `wrote_at`: the last word on any of our numbers."""
    wrote = Thread.objects.filter(contact=OuterRef("pk")).order_by().values("contact").annotate(at=Max("window_until"))
    wrote_at = ExpressionWrapper(Subquery(wrote.values("at")) - WINDOW, output_field=DateTimeField())
    return contacts.annotate(wrote_at=wrote_at).select_related("owner").order_by(*ORDER)


def counted(contacts):
    """(how many, up to MOST_COUNTED; whether there are more)"""
    found = contacts.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return min(found, MOST_COUNTED), found > MOST_COUNTED


def conversations_with(agent, contact, limit=20):
    """The contact's conversations that the agent sees, newest first."""
    seen = visible_to(agent).filter(thread__contact=contact)
    return seen.select_related("thread__number", "assignee", "last_message").order_by("-id")[:limit]
