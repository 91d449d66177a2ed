"""Followers see a conversation under Mine > Following without serving it."""

from django.db.models import Q

from inbox.actions.permission import ask_to_see, ask_to_serve
from inbox.changes import change_conversation
from inbox.models import Event, Participant
from inbox.moves import named, note_update, write_line

# Lines that say that somebody served: the one who acted, or the one named in `to_id`.
_SERVED = (
    Event.Kind.ASSIGNED,
    Event.Kind.CLAIMED,
    Event.Kind.TRANSFERRED,
    Event.Kind.TAKEN_OVER,
    Event.Kind.HANDED_OVER,
    Event.Kind.REOPENED,
)


def follow(conversation_id, by, now=None):
    with change_conversation(conversation_id, now) as change:
        ask_to_see(change, by)
        if _begin_to_follow(change, by):
            write_line(change, Event.Kind.FOLLOWED, by)
    return change.conversation


def follow_by_program(conversation_id, agent, now=None):
    """A program lets `agent` follow; twice is once. Raises Refusal where they do not serve the number."""
    with change_conversation(conversation_id, now) as change:
        ask_to_serve(agent, change.thread.number, field="agent")
        if _begin_to_follow(change, agent):
            write_line(change, Event.Kind.FOLLOWED, why="api", **named(agent))
    return change.conversation


def unfollow(conversation_id, by, now=None):
    """Stop following. Who only followed took no part, and sees it no longer than everybody else."""
    with change_conversation(conversation_id, now) as change:
        if _stop_following(change, by):
            write_line(change, Event.Kind.UNFOLLOWED, by)
    return change.conversation


def unfollow_by_program(conversation_id, agent, now=None):
    """A program lets `agent` follow no longer; where they do not, nothing happens."""
    with change_conversation(conversation_id, now) as change:
        if _stop_following(change, agent):
            write_line(change, Event.Kind.UNFOLLOWED, why="api", **named(agent))
    return change.conversation


def _begin_to_follow(change, agent):
    """True where they did not follow yet."""
    part, is_new = Participant.objects.get_or_create(
        conversation=change.conversation, agent=agent, defaults={"is_following": True}
    )
    if part.is_following and not is_new:
        return False
    part.is_following = True
    part.save()
    note_update(change)
    return True


def _stop_following(change, agent):
    """True where they did follow."""
    conversation = change.conversation
    part = Participant.objects.filter(conversation=conversation, agent=agent, is_following=True).first()
    if part is None:
        return False
    part.is_following = False
    part.save() if took_part(conversation, agent) else part.delete()
    note_update(change)
    return True


def took_part(conversation, agent):
    """True when the agent serves, served, closed or wrote in this conversation."""
    served = Q(kind__in=_SERVED, data__to_id=agent.pk) | Q(kind=Event.Kind.CLOSED, actor=agent)
    return (
        conversation.assignee_id == agent.pk
        or conversation.events.filter(served).exists()
        or conversation.messages.filter(author=agent).exists()
    )
