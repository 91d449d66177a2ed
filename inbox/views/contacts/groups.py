"""Groups of contacts: who is in them, made from a selection or a filter, renamed, emptied, deleted."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from inbox.actions import groups as actions
from inbox.actions.refusals import Refusal
from inbox.models import Group
from inbox.queries import contacts_for, number_in
from inbox.rules.audience import read
from inbox.views.contacts.choosing import asked, chosen_contacts
from inbox.views.contacts.lists import listing
from inbox.views.contacts.words import Names, in_words
from inbox.views.pages import page_for_supervisors


@page_for_supervisors
def groups(request):
    """All of them; what a filter asks stands in words, of a set how many of its people the agent sees."""
    names = Names()
    seen = Count("contacts", filter=Q(contacts__in=contacts_for(request.user)))
    rows = [{"group": group, "asks": _asks(group, names)} for group in Group.objects.annotate(size=seen)]
    return render(request, "contacts/groups.html", {"rows": rows})


@page_for_supervisors
def group(request, group_id):
    """Whom it holds now, of those that the agent sees; searched and filtered like all contacts."""
    found = get_object_or_404(Group, pk=group_id)
    path = reverse("contact_group", args=[found.pk])
    narrowed = asked(request.user, request.GET, found)
    return listing(request, narrowed, path, "contacts/group.html", group=found, asks=_asks(found, Names()))


def _asks(group, names):
    if not group.is_filter:
        return ""
    try:
        return in_words(read(group.filter), names)
    except Refusal:
        return "a filter that cannot be read any more"


def _changing(view):
    """A POST of a page; a refusal is said where the person is led to."""

    @login_required
    @require_POST
    @wraps(view)
    def changed(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            messages.error(request, refusal.words)
            return redirect(_back(request))

    return changed


@_changing
def new(request):
    """POST {name, ids} or {name, query}: a set; {name, query, kind: filter}: the filter itself."""
    name = request.POST.get("name", "")
    if request.POST.get("kind") == "filter":
        made = actions.save_filter(name, _filter(request), request.user)
    else:
        made = actions.save_set(name, chosen_contacts(request), request.user)
    messages.success(request, f"The group “{made}” is there.")
    return redirect("contact_group", made.pk)


def _filter(request):
    found = asked(request.user, QueryDict(request.POST.get("query", "")))
    if found.refusal:
        raise found.refusal
    if found.group:
        words = "A filter within a group cannot be saved. Save these contacts as a set."
        raise Refusal("filter_of_group", words, status_code=400)
    return found.audience


@_changing
def add(request):
    """POST {group, ids | query}."""
    found = get_object_or_404(Group, pk=number_in(request.POST.get("group", "")))
    count = actions.add_contacts(found, chosen_contacts(request), request.user)
    messages.success(request, f"{count} new in “{found}”." if count else f"All of them were in “{found}” already.")
    return redirect("contact_group", found.pk)


@_changing
def remove(request, group_id):
    """POST {ids | query}: out of this group."""
    found = get_object_or_404(Group, pk=group_id)
    count = actions.remove_contacts(found, chosen_contacts(request).values("pk"), request.user)
    messages.success(request, f"{count} taken out of “{found}”.")
    return redirect("contact_group", found.pk)


@_changing
def rename(request, group_id):
    actions.rename(get_object_or_404(Group, pk=group_id), request.POST.get("name", ""), request.user)
    messages.success(request, "Renamed.")
    return redirect("contact_group", group_id)


@_changing
def delete(request, group_id):
    found = get_object_or_404(Group, pk=group_id)
    name = str(found)
    actions.delete(found, request.user)
    messages.success(request, f"The group “{name}” is deleted. Its contacts stay.")
    return redirect("contact_groups")


def _back(request):
    """To the page that posted, if it is one of ours."""
    came_from = request.headers.get("Referer", "")
    own = request.build_absolute_uri("/contacts/")
    return came_from if came_from.startswith(own) else reverse("contacts")
