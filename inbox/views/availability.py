"""The agent's own switch: available or away, and what becomes of open conversations."""

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from inbox.actions import presence
from inbox.actions.refusals import Refusal
from inbox.models import Agent
from inbox.views import panes
from inbox.views.answers import action, sent_data, sent_id


@action
def availability(request):
    """POST {availability, conversations: keep|give_back|an agent's id}: available or away."""
    data = sent_data(request)
    if data.get("availability") not in Agent.Availability.values:
        raise Refusal("no_availability", "Choose Available or Away.", field="availability", status_code=400)
    chosen = data.get("conversations") or "keep"
    conversations = chosen if chosen in ("keep", "give_back") else sent_id(data, "conversations")
    presence.set_availability(request.user, data["availability"], by=request.user, conversations=conversations)
    return JsonResponse({"availability": data["availability"]})


@login_required
@require_GET
def leaving(request):
    """The question of an agent who goes away with open conversations: keep, give back, or hand to whom."""
    return render(request, "inbox/_leaving.html", panes.leaving_context(request.user))
