"""Available or away, and what becomes of an agent's conversations when they leave."""

from inbox import events, presence
from inbox.actions.assignment import return_within, transfer
from inbox.actions.refusals import NotAllowed, Refusal
from inbox.changes import change_conversation
from inbox.models import Agent, Conversation
from inbox.moves import FILL_PLACES
from inbox.queries import managed_by, numbers_of
from whatsapp.models import Number
from whatsapp.wake import wake

KEEP = "keep"
GIVE_BACK = "give_back"


def set_availability(agent, availability, by=None, conversations=KEEP, now=None):
    """Set available or away; `by` another than the agent must be a supervisor of theirs.

    `conversations` says what becomes of the agent's open ones: "keep", "give_back", or the id of the agent to get them.
    """
    by = by or agent
    _ask_to_manage(agent, by)
    return _set(agent, availability, by, conversations, now)


def set_by_program(agent, availability, conversations=KEEP, now=None):
    """The same for a program, which asks nobody; what the agent last chose stays as it is."""
    return _set(agent, availability, None, conversations, now)


def logged_in(agent, now=None):
    """Logging in makes available, unless the agent's own last word was away."""
    if not agent.chose_away and agent.availability != Agent.Availability.AVAILABLE:
        _save(agent, Agent.Availability.AVAILABLE, agent)
    return agent


def logged_out(agent, conversations=KEEP, now=None):
    """Absent at once; `conversations` as in set_availability. What they last chose stays as it is."""
    heir = _heir(agent, conversations)
    presence.disconnect(agent, now)
    hand_on(agent, agent, conversations=heir or conversations, now=now)
    return agent


def hand_on(agent, by, conversations=KEEP, why="agent", now=None):
    """Keep, give back, or hand to an Agent everything that `agent` serves. Each is a change of its own."""
    if conversations == KEEP:
        return 0
    conversation_ids = _served_by(agent)
    for conversation_id in conversation_ids:
        if isinstance(conversations, Agent):
            transfer(conversation_id, by, to_agent=conversations, now=now)
        else:
            _return(conversation_id, agent, by, why, now)
    return len(conversation_ids)


def empty_inbox(agent, by, now=None):
    """A supervisor returns everything that an agent serves to the line. Returns how many there were."""
    ask_to_supervise(agent, by)
    return hand_on(agent, by, conversations=GIVE_BACK, why="supervisor", now=now)


def deactivate(agent, by, now=None):
    """The agent may log in no more; first their conversations return to the line."""
    ask_to_supervise(agent, by)
    if agent.pk == by.pk:
        raise Refusal("yourself", "You cannot deactivate yourself. Ask a colleague.")
    Agent.objects.filter(pk=agent.pk).update(is_active=False, connected_until=None)
    agent.refresh_from_db()
    hand_on(agent, by, conversations=GIVE_BACK, why="deactivated", now=now)
    events.agent_changed(agent)
    return agent


def activate(agent, by):
    """The agent may log in again, and is absent until then."""
    ask_to_supervise(agent, by)
    agent.is_active = True
    Agent.objects.filter(pk=agent.pk).update(is_active=True)
    events.agent_changed(agent)
    return agent


def _set(agent, availability, by, conversations, now):
    if availability not in Agent.Availability.values:
        raise Refusal("unknown_availability", "Choose available or away.", field="availability", status_code=400)
    heir = _heir(agent, conversations)
    _save(agent, availability, by)
    hand_on(agent, by, conversations=heir or conversations, why="agent" if by else "api", now=now)
    return agent


def _save(agent, availability, by):
    agent.availability = availability
    if by and by.pk == agent.pk:
        agent.chose_away = availability == Agent.Availability.AWAY
    Agent.objects.filter(pk=agent.pk).update(availability=availability, chose_away=agent.chose_away)
    wake(FILL_PLACES)
    events.agent_changed(agent)


def _heir(agent, conversations):
    """The agent whom `conversations` names, or None. Raises Refusal when there is no such choice, or who cannot serve
    all of them."""
    if conversations in (KEEP, GIVE_BACK):
        return None
    try:
        heir = Agent.objects.exclude(pk=agent.pk).get(pk=conversations, is_active=True)
    except (Agent.DoesNotExist, ValueError, TypeError) as error:
        words = "Keep them, give them back, or choose a colleague."
        raise Refusal("unknown_choice", words, field="conversations", status_code=400) from error
    numbers = Number.objects.filter(threads__conversations__in=_served_by(agent))
    if numbers.exclude(pk__in=numbers_of(heir)).exists():
        words = f"{heir} does not serve all of these conversations' numbers. Choose somebody who does."
        raise Refusal("cannot_serve", words, field="conversations", status_code=400)
    return heir


def _served_by(agent):
    mine = Conversation.objects.filter(assignee=agent, status=Conversation.Status.ASSIGNED)
    return list(mine.order_by("assigned_at", "pk").values_list("pk", flat=True))


def _return(conversation_id, agent, by, why, now):
    with change_conversation(conversation_id, now) as change:
        if change.conversation.is_open and change.conversation.assignee_id == agent.pk:
            return_within(change, by, why=why)


def _ask_to_manage(agent, by):
    if agent.pk != by.pk:
        ask_to_supervise(agent, by)


def ask_to_supervise(agent, by):
    """Raise NotAllowed unless `by` manages this agent."""
    if not managed_by(by).filter(pk=agent.pk).exists():
        raise NotAllowed(f"Only a supervisor of {agent}'s numbers can do that.")
