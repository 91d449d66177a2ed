"""Settings > Agents: supervisors see who is here, set limits and availability, and empty an agent's inbox."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from inbox.actions import availability, staff
from inbox.actions.refusals import Refusal
from inbox.models import Conversation
from inbox.queries import managed_by
from inbox.views.pages import ask_for_supervisor


@login_required
@require_GET
def agents(request):
    """The agents of the supervisor's numbers with their load, in the order of their names."""
    now = timezone.now()
    rows = supervised_by(request.user).annotate(
        serves=Count("conversations", Q(conversations__status=Conversation.Status.ASSIGNED))
    )
    for agent in rows:
        agent.is_here = agent.is_connected(now)
    return render(request, "settings/agents.html", {"rows": rows})


@login_required
@require_POST
def change_agent(request, agent_id, name):
    """POST of one of CHANGES for one agent; says what was done, or why not."""
    agent = supervised_by(request.user).filter(pk=agent_id).first()
    if agent is None:
        raise Http404("No such agent among yours")
    try:
        messages.success(request, CHANGES[name](agent, request))
    except Refusal as refusal:
        messages.error(request, refusal.words)
    return redirect("agents")


def supervised_by(supervisor):
    """Active agents whom this supervisor manages; an admin manages all. Raises PermissionDenied for agents."""
    ask_for_supervisor(supervisor)
    return managed_by(supervisor).filter(is_active=True)


def _limit(agent, request):
    typed = request.POST.get("limit", "").strip()
    if typed and not (typed.isascii() and typed.isdecimal() and len(typed) < 6):
        raise Refusal("limit_not_a_number", "Type a number, or leave it empty for no limit.", "limit", 400)
    staff.set_reception_limit(agent, int(typed) if typed else None, request.user)
    return f"The limit of {agent} is saved."


def _availability(agent, request):
    availability.set_availability(agent, request.POST.get("availability", ""), by=request.user)
    return f"{agent} is {agent.get_availability_display().lower()} now."


def _empty(agent, request):
    count = availability.empty_inbox(agent, by=request.user)
    return f"{count} conversation{'' if count == 1 else 's'} of {agent} went back to the line."


CHANGES = {"limit": _limit, "availability": _availability, "empty": _empty}
