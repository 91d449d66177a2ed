"""What happens by itself in one conversation: what is due, and what was decided, newest first, with the reasons."""

from django.db.models import Q
from django.shortcuts import render

from automation.models import Decision
from inbox import queries, timers
from inbox.views.pages import ask_for_supervisor, page_of_inbox, seen_conversation

NEWEST = 5
ON_PAGE = 50


@page_of_inbox
def panel(request, conversation_id):
    """The panel "Automation" beside the thread; without words where nothing is due and nothing was decided."""
    conversation = seen_conversation(request, conversation_id)
    decisions = list(decisions_of(conversation)[: NEWEST + 1])
    context = {
        "conversation": conversation,
        "deadlines": timers.shown_of(conversation),
        "decisions": decisions[:NEWEST],
        "has_more": len(decisions) > NEWEST,
    }
    return render(request, "automation/_panel.html", context)


@page_of_inbox
def reasons(request, conversation_id):
    """All decisions of a conversation; with a cursor the page after it."""
    conversation = seen_conversation(request, conversation_id)
    ask_for_supervisor(request.user)
    page = queries.page(decisions_of(conversation), request.GET.get("cursor", ""), limit=ON_PAGE)
    context = {"conversation": conversation, "deadlines": timers.shown_of(conversation), "page": page}
    return render(request, "automation/reasons.html", context)


def decisions_of(conversation):
    """What was decided for a conversation, and for its thread as a whole, newest first."""
    of_both = Q(conversation=conversation) | Q(conversation=None, thread=conversation.thread_id)
    return Decision.objects.filter(of_both).select_related("number", "message").order_by("-id")
