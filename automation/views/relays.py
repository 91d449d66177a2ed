"""What went to programs from one conversation, and what came of it: for supervisors."""

from django.shortcuts import render

from automation.models import Relay
from inbox.views.pages import ask_for_supervisor, page_of_inbox, seen_conversation

NEWEST = 10


@page_of_inbox
def panel(request, conversation_id):
    """The panel "Workflow" beside the thread; without words where nothing was ever relayed."""
    conversation = seen_conversation(request, conversation_id)
    ask_for_supervisor(request.user)
    relays = list(Relay.objects.filter(conversation=conversation).order_by("-pk")[: NEWEST + 1])
    context = {"relays": relays[:NEWEST], "has_more": len(relays) > NEWEST}
    return render(request, "automation/_relays.html", context)
