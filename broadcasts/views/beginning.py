"""New broadcast, and step one of the wizard: name and channel (S4-36, S4-37)."""

import re
import uuid

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from broadcasts.drafts import lifecycle
from broadcasts.drafts.steps import steps_of
from broadcasts.forms.channel import ChannelForm, initial_of
from broadcasts.models import Broadcast
from broadcasts.views.guards import seen_draft, step
from broadcasts.views.wizard import first_open, go_on, saved, show, step_page
from inbox.queries import contacts_for, number_in

MOST_CHOSEN = 100
PAGE = re.compile(r"[A-Za-z0-9-]{1,64}")


@step
def new(request):
    """GET: step one of a broadcast that is none yet. POST: begin it; with HX-Request it only saves what there is, as
    this page's draft (`client_id`). `contact` (repeated) names recipients (S3-3)."""
    form = ChannelForm(request.user, request.POST or None)
    contacts = _contacts(request)
    if request.method == "POST" and request.htmx:
        return _save_beginning(request, form, contacts)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "contacts": contacts, "client_id": request.POST.get("client_id") or uuid.uuid4()}
        return show(request, "channel", None, context, status=400 if form.errors else 200)
    return go_on(_saved_draft(request, form, contacts), "channel")


def _save_beginning(request, form, contacts):
    """Whoever leaves now finds a draft; of nothing at all none is made."""
    if not _name(request) and not form.choice:
        return HttpResponse(status=204)
    is_new = not Broadcast.objects.filter(created_by=request.user, client_id=_page(request)).exists()
    broadcast = _saved_draft(request, form, contacts)
    template = "broadcasts/wizard/_begun.html" if is_new else "broadcasts/wizard/_saved.html"
    answer = saved(request, broadcast, "channel", template)
    answer["HX-Replace-Url"] = reverse("broadcast_channel", args=[broadcast.pk])
    return answer


@transaction.atomic
def _saved_draft(request, form, contacts):
    """The one draft of this page, with what was typed. One that has begun or was deleted meanwhile stays as it is."""
    begun = lifecycle.begin(request.user, [contact.pk for contact in contacts], _page(request))
    broadcast = Broadcast.objects.select_for_update().get(pk=begun.pk)
    if broadcast.status == Broadcast.Status.DRAFT and not broadcast.deleted_at:
        lifecycle.put_channel(broadcast, _name(request), form.choice)
    return broadcast


def _page(request):
    """What the page calls itself, None where that is no name."""
    named = request.POST.get("client_id", "")
    return named if PAGE.fullmatch(named) else None


def _name(request):
    return " ".join(request.POST.get("name", "").replace("\x00", "").split())[:200]


def _contacts(request):
    named = (request.POST if request.method == "POST" else request.GET).getlist("contact")[:MOST_CHOSEN]
    ids = [pk for pk in (number_in(text) for text in named) if pk]
    return list(contacts_for(request.user).filter(pk__in=ids).order_by("pk")) if ids else []


@step
def resume(request, broadcast_id):
    """Where a draft was left."""
    broadcast = seen_draft(request, broadcast_id)
    if broadcast is None:
        return redirect("broadcast", broadcast_id)
    return redirect(first_open(steps_of(broadcast)).url)


@step_page("channel")
def channel(request, broadcast):
    """Step one. With HX-Request it only saves what there is."""
    if request.method != "POST":
        return show(request, "channel", broadcast, {"form": ChannelForm(request.user, initial=initial_of(broadcast))})
    form = ChannelForm(request.user, request.POST)
    is_valid = form.is_valid()
    if is_valid or request.htmx:
        lifecycle.put_channel(broadcast, _name(request), form.choice)
    if request.htmx:
        return saved(request, broadcast, "channel")
    return go_on(broadcast, "channel") if is_valid else show(request, "channel", broadcast, {"form": form}, status=400)
