"""Followers see a conversation under Mine > Following without serving it."""

from django.db.models import Q

from inbox.actions.permission import ask_to_see
from inbox.changes import change_conversation
from inbox.models import Event, Participant
from inbox.moves import write_line

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
        part, is_new = Participant.objects.get_or_create(
            conversation=change.conversation, agent=by, defaults={"is_following": True}
        )
        if is_new or not part.is_following:
            part.is_following = True
            part.save()
            write_line(change, Event.Kind.FOLLOWED, by)
    return change.conversation


def unfollow(conversation_id, by, now=None):
    """Stop following. Who only followed took no part, and sees it no longer than everybody else."""
    with change_conversation(conversation_id, now) as change:
        part = Participant.objects.filter(conversation=change.conversation, agent=by, is_following=True).first()
        if part:
            part.is_following = False
            part.save() if took_part(change.conversation, by) else part.delete()
            write_line(change, Event.Kind.UNFOLLOWED, by)
    return change.conversation


def took_part(conversation, agent):
    """True when the agent serves, served, closed or wrote in this conversation."""
    served = Q(kind__in=_SERVED, data__to_id=agent.pk) | Q(kind=Event.Kind.CLOSED, actor=agent)
    return (
        conversation.assignee_id == agent.pk
        or conversation.events.filter(served).exists()
        or conversation.messages.filter(author=agent).exists()
    )
