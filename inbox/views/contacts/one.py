"""A contact's page: what we know, what they refused, their groups and conversations; made and changed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from inbox import consent, queries
from inbox.actions import contacts as actions
from inbox.actions import groups
from inbox.actions.refusals import Refusal
from inbox.consent import Channel, Said, Source
from inbox.models import Contact, Group
from inbox.views.contacts.forms import ContactForm
from inbox.views.pages import ask_for_supervisor, page_of_inbox

MOST_CONSENTS = 50


def seen_contact(request, contact_id):
    """The contact if this agent sees it, else 404."""
    try:
        return queries.contact_for(request.user, contact_id)
    except Contact.DoesNotExist as error:
        raise Http404("No such contact") from error


@page_of_inbox
def contact(request, contact_id):
    found = seen_contact(request, contact_id)
    kept = list(found.consents.select_related("by").order_by("-at", "-pk")[:MOST_CONSENTS])
    member_of = list(found.groups.all())
    context = {
        "contact": found,
        "channels": [_channel(found, channel, kept) for channel in Channel],
        "consents": kept,
        "identities": found.identities.order_by("kind", "pk"),
        "conversations": queries.conversations_with(request.user, found),
        "known_on": found.threads.select_related("number").order_by("number__name"),
        "member_of": member_of,
        "sets": [group for group in Group.objects.filter(filter=None) if group not in member_of],
    }
    return render(request, "contacts/contact.html", context)


def _channel(contact, channel, kept):
    """A channel as the page shows it, with the newest of the registry."""
    return {
        "channel": channel,
        "field": consent.FIELDS[channel],
        "stored": consent.stored(contact, channel),
        "last": next((one for one in kept if one.channel == channel), None),
    }


@login_required
def new(request):
    """A contact is written down by supervisors and admins: it is known on the number that they choose."""
    ask_for_supervisor(request.user)
    return _edit(request, ContactForm(request.user, data=request.POST or None))


@login_required
def edit(request, contact_id):
    return _edit(request, ContactForm(request.user, seen_contact(request, contact_id), data=request.POST or None))


def _edit(request, form):
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        if saved:
            messages.success(request, "Saved.")
            return redirect("contact", saved.pk)
    return render(request, "contacts/form.html", {"form": form, "contact": form.contact}, status=_status(form))


def _status(form):
    return 400 if form.errors else 200


@login_required
@require_POST
def notes(request, contact_id):
    actions.keep_notes(seen_contact(request, contact_id), request.POST.get("notes", ""))
    messages.success(request, "Notes saved.")
    return redirect("contact", contact_id)


@login_required
@require_POST
def change_consent(request, contact_id):
    """POST {channel, wanted}: what the customer told this agent."""
    found = seen_contact(request, contact_id)
    channel, wanted = request.POST.get("channel"), request.POST.get("wanted")
    if channel not in Channel.values or wanted not in Contact.OptOut.values:
        messages.error(request, "Choose what the customer wants.")
    else:
        consent.choose(found, Channel(channel), wanted, Said(Source.AGENT, by=request.user))
        messages.success(request, f"{Channel(channel).label}: {Contact.OptOut(wanted).label.lower()}. It is kept.")
    return redirect("contact", contact_id)


@login_required
@require_POST
def change_groups(request, contact_id):
    """POST {add: group} or {remove: group}."""
    found = seen_contact(request, contact_id)
    try:
        for name, change in (("add", _add), ("remove", _remove)):
            group_id = queries.number_in(request.POST.get(name, ""))
            group = group_id and Group.objects.filter(pk=group_id).first()
            if group:
                change(group, found, request.user)
                messages.success(request, f"{'Added to' if name == 'add' else 'Taken out of'} “{group}”.")
    except Refusal as refusal:
        messages.error(request, refusal.words)
    return redirect("contact", contact_id)


def _add(group, contact, by):
    groups.add_contacts(group, Contact.objects.filter(pk=contact.pk), by)


def _remove(group, contact, by):
    groups.remove_contacts(group, [contact.pk], by)
