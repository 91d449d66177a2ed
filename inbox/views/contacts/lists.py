"""The list of contacts: searched, filtered, page by page, taken away as a table."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from inbox import queries
from inbox.actions.refusals import Refusal
from inbox.models import Agent, Group, Tag
from inbox.rules.audience import address
from inbox.rules.contact_table import COLUMNS
from inbox.views.contacts.choosing import asked, chosen_contacts
from inbox.views.contacts.words import in_words
from inbox.views.pages import page_of_inbox
from inbox.views.tables import MARK, download, written

ON_PAGE = 50
CONSENTS = [
    ("whatsapp", "May get WhatsApp messages"),
    ("no_whatsapp", "Opted out on WhatsApp"),
    ("email", "May get email"),
    ("no_email", "Opted out of email"),
    ("sms", "May get SMS"),
    ("no_sms", "Opted out of SMS"),
]


@page_of_inbox
def contacts(request):
    """The page; with a cursor only the following rows."""
    return listing(request, asked(request.user, request.GET), reverse("contacts"))


def listing(request, found, path, template="contacts/list.html", **more):
    """A page of the contacts of an Asked, under the address `path`."""
    page = queries.page(queries.listed(found.contacts), request.GET.get("cursor", ""), limit=ON_PAGE)
    narrowed = f"{found.query}&" if found.query else ""
    context = {
        "page": page,
        "next_page": f"{path}?{narrowed}cursor={page.cursor}" if page.cursor else "",
        "asked": found,
        "path": path,
        **more,
    }
    if request.GET.get("cursor"):
        return render(request, "contacts/_rows.html", context)
    response = render(request, template, context | _around(request.user, found))
    # The address without the fields that ask nothing.
    response["HX-Push-Url"] = f"{path}?{found.query}" if found.query else path
    return response


def _around(agent, found):
    """The count, and what the filters offer."""
    count, has_more = queries.counted(found.contacts)
    return {
        "count": count,
        "has_more": has_more,
        "told": address(found.audience),
        "in_words": in_words(found.audience) if found.is_narrowed else "",
        "tags": Tag.objects.all(),
        "numbers": queries.numbers_of(agent),
        "agents": Agent.objects.filter(is_active=True),
        "groups": Group.objects.all() if agent.is_supervisor else Group.objects.none(),
        "consents": CONSENTS,
        "attributes_more": found.audience.attributes[1:],
    }


@login_required
def export(request):
    """The table of those who were ticked or match (POST), or of those that the address asks for (GET)."""
    try:
        found = chosen_contacts(request) if request.method == "POST" else asked(request.user, request.GET).contacts
    except Refusal as refusal:
        messages.error(request, refusal.words)
        return redirect("contacts")
    return download(request, f"contacts {timezone.now():%Y-%m-%d}.csv", _pieces(found))


def _pieces(found):
    """Text of the table, batch by batch; every attribute that one of them has is a column of its own."""
    names = _attribute_names(found)
    yield MARK + written([[*COLUMNS, *names]])
    columns = ("pk", *(("owner__email" if name == "owner" else name) for name in COLUMNS), "attributes")
    for batch in queries.in_batches(found, columns=columns):
        yield written([*row[1:-1], *(_cell(row[-1].get(name)) for name in names)] for row in batch)


def _attribute_names(found):
    names = {name for batch in queries.in_batches(found, columns=("pk", "attributes")) for name in batch_names(batch)}
    return sorted(names - set(COLUMNS))


def batch_names(batch):
    return {name for _, attributes in batch for name in attributes}


def _cell(value):
    return "" if value is None else value if isinstance(value, str) else str(value)
