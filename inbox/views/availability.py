"""The agent's own switch: available or away, and what becomes of open conversations."""

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from inbox.actions.availability import GIVE_BACK, KEEP, set_availability
from inbox.views import panes
from inbox.views.posted import action, sent_data, sent_id


@action
def availability(request):
    """POST {availability, conversations: keep|give_back|an agent's id}: available or away."""
    data = sent_data(request)
    chosen = data.get("conversations") or KEEP
    named = chosen in (KEEP, GIVE_BACK)
    conversations = chosen if named else sent_id(data, "conversations")
    set_availability(request.user, data.get("availability"), conversations=conversations)
    return JsonResponse({"availability": data["availability"]})


@login_required
@require_GET
def leaving(request):
    """The question of an agent who goes away with open conversations: keep, give back, or hand to whom."""
    return render(request, "inbox/_leaving.html", panes.leaving_context(request.user))
