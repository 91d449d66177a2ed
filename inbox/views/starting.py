"""New conversation: choose a number, find the customer or type a phone, send a message template (S4-12 to S4-16)."""

from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse

from inbox import queries
from inbox.actions import sending
from inbox.actions.refusals import Refusal
from inbox.models import Contact
from inbox.queries.folders import contacts_like
from inbox.views.composing import client_id_in
from inbox.views.pages import page_of_inbox
from inbox.views.picking import chosen_template, served_number
from inbox.views.posted import action, sent_data, sent_id

MOST_FOUND = 8
LONGEST_WORDS = 100


def new(request):
    """GET: the dialog. POST {number, contact | phone, content: {template, values}, client_id}: start it."""
    return _start(request) if request.method == "POST" else _dialog(request)


@page_of_inbox
def _dialog(request):
    """With `contact` that customer is chosen already, if the agent sees them."""
    contact_id = queries.number_in(request.GET.get("contact", ""))
    chosen = queries.contacts_for(request.user).filter(pk=contact_id).first() if contact_id else None
    context = {"numbers": queries.numbers_of(request.user), "chosen": chosen, "found": [chosen] if chosen else []}
    return render(request, "inbox/starting/_dialog.html", context)


@page_of_inbox
def customers(request):
    """Customers whom the agent sees, by a part of name or phone, and the typed phone where it is a valid one."""
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_WORDS]
    number_id = queries.number_in(request.GET.get("number", ""))
    number = served_number(request.user, number_id) if number_id else None
    phone, why_not = _phone(typed, number)
    found = list(_found(request.user, typed))
    if any(contact.phone == phone for contact in found):
        phone = ""
    context = {"typed": typed, "found": found, "phone": phone, "why_not": why_not}
    return render(request, "inbox/starting/_customers.html", context)


def _found(agent, typed):
    if not typed:
        return Contact.objects.none()
    seen = queries.contacts_for(agent)
    return seen.filter(pk__in=contacts_like(typed)).order_by("name", "pk")[:MOST_FOUND]


def _phone(typed, number):
    """(E.164 or "", why it is none or "") of what may be a phone."""
    if not any(character.isdecimal() for character in typed) or any(character.isalpha() for character in typed):
        return "", ""
    try:
        return sending.valid_phone(typed, number), ""
    except Refusal as refusal:
        return "", refusal.words


@action
def _start(request):
    data = sent_data(request)
    number = served_number(request.user, sent_id(data, "number") or 0)
    customer = _customer(request.user, data)
    template, files = chosen_template(request.user, number, data)
    message = sending.start_conversation(
        number, customer, template, request.user, client_id=client_id_in(data), attachment_ids=files
    )
    answer = {"conversation": message.conversation_id, "url": reverse("conversation", args=[message.conversation_id])}
    return JsonResponse(answer, status=201)


def _customer(agent, data):
    """A Contact whom the agent sees, or the phone as typed."""
    contact_id = sent_id(data, "contact")
    if contact_id is None:
        phone = data.get("phone")
        return phone if isinstance(phone, str) else ""
    contact = queries.contacts_for(agent).filter(pk=contact_id).first()
    if contact is None:
        raise Refusal("contact_unknown", "This customer is not there any more. Choose another one.", "contact", 400)
    return contact
