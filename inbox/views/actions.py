"""What an agent does with a conversation. Each view only translates: the actions ask and decide."""

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from inbox.actions import answers, assignment, closing, contacts, following, reading
from inbox.actions import tags as tagging
from inbox.actions.refusals import Refusal
from inbox.models import Agent, Tag, Team
from inbox.views import panes
from inbox.views.pages import seen_conversation
from inbox.views.posted import action, sent_data, sent_id

PLAIN = {
    "claim": assignment.claim,
    "take-over": assignment.take_over,
    "give-back": assignment.give_back,
    "undo-close": closing.undo_close,
    "reopen": closing.reopen,
    "follow": following.follow,
    "unfollow": following.unfollow,
    "waive": answers.waive_answer,
}


@action
def act(request, conversation_id, name):
    """One of PLAIN, or closing; answers {conversation, status, assignee}."""
    seen_conversation(request, conversation_id)
    if name == "close":
        return _done(closing.close(conversation_id, by=request.user))
    return _done(PLAIN[name](conversation_id, request.user))


@login_required
@require_http_methods(["GET", "POST"])
def transfer(request, conversation_id):
    """GET: whom it may go to. POST {agent} or {team}: pass it on."""
    if request.method == "POST":
        return _transfer(request, conversation_id)
    found = seen_conversation(request, conversation_id)
    return render(request, "inbox/_transfer_menu.html", panes.transfer_context(request.user, found))


@action
def _transfer(request, conversation_id):
    seen_conversation(request, conversation_id)
    data = sent_data(request)
    agent = _chosen(Agent.objects.filter(is_active=True), sent_id(data, "agent"))
    team = _chosen(Team.objects.all(), sent_id(data, "team"))
    return _done(assignment.transfer(conversation_id, request.user, to_agent=agent, to_team=team))


@action
def tags(request, conversation_id):
    """POST {tag, on}: put a tag on or take it off (S4-23 to S4-25)."""
    seen_conversation(request, conversation_id)
    data = sent_data(request)
    tag = _chosen(Tag.objects.all(), sent_id(data, "tag"))
    if tag is None:
        raise Refusal("no_tag", "Choose a tag.", field="tag", status_code=400)
    change = tagging.add_tag if data.get("on") in (True, "true", "1", "on") else tagging.remove_tag
    return _done(change(conversation_id, tag, request.user))


@action
def read(request, conversation_id):
    """This agent has seen everything that is there now."""
    seen_conversation(request, conversation_id)
    reading.mark_read(conversation_id, request.user)
    return JsonResponse({"conversation": conversation_id, "unread": False})


@action
def unread(request, conversation_id):
    """The conversation is news again for this agent (only)."""
    seen_conversation(request, conversation_id)
    reading.mark_unread(conversation_id, request.user)
    return JsonResponse({"conversation": conversation_id, "unread": True})


@action
def notes(request, conversation_id):
    """POST {notes}: what the team keeps about the customer."""
    contact = seen_conversation(request, conversation_id).thread.contact
    return JsonResponse({"notes": contacts.keep_notes(contact, sent_data(request).get("notes", "")).notes})


def _chosen(rows, row_id):
    if row_id is None:
        return None
    found = rows.filter(pk=row_id).first()
    if found is None:
        raise Refusal("gone", "This choice is not there any more. Reload the page.", status_code=400)
    return found


def _done(conversation):
    return JsonResponse(
        {"conversation": conversation.pk, "status": conversation.status, "assignee": conversation.assignee_id}
    )
