"""The end of a conversation, and its way back."""

from datetime import timedelta

from inbox import moves
from inbox.actions.permission import ask_for_move, ask_to_act, ask_to_see, ask_to_serve
from inbox.actions.refusals import NotAllowed, Refusal
from inbox.changes import change_conversation
from inbox.models import Conversation, Event
from inbox.rules import transitions

UNDO_SECONDS = 60


def close(conversation_id, by=None, by_rule="", now=None):
    """Close an open conversation. `by_rule` names the rule that did it where nobody did."""
    with change_conversation(conversation_id, now) as change:
        ask_to_act(change, by)
        close_within(change, by, by_rule)
    return change.conversation


def close_within(change, by=None, by_rule="", **data):
    """Close as a part of a larger change. Whoever closes took part, and sees it afterwards. `data` goes into the line
    (auto_close: minutes)."""
    ask_for_move(change, transitions.CLOSE)
    if by:
        moves.take_part(change.conversation, by)
    was = moves.shut(change, by)
    moves.write_line(change, Event.Kind.CLOSED, by, was=was, **({"by_rule": by_rule} if by_rule else {}), **data)


def undo_close(conversation_id, by, now=None):
    """Within 60 s the one who closed it (or a supervisor) makes it exactly what it was."""
    with change_conversation(conversation_id, now) as change:
        ask_to_see(change, by)
        ask_for_move(change, transitions.UNDO_CLOSE)
        _ask_to_undo(change, by)
        closing = change.conversation.events.filter(kind=Event.Kind.CLOSED).latest("pk")
        if "was" not in closing.data:
            raise Refusal("joined", "It was closed because its contact was joined with another. Reopen it instead.")
        moves.restore(change, closing.data["was"])
        moves.write_line(change, Event.Kind.REOPENED, by, undone=True)
    return change.conversation


def reopen(conversation_id, by, now=None):
    """Open a closed conversation again: it becomes `by`'s."""
    with change_conversation(conversation_id, now) as change:
        ask_to_act(change, by)
        _reopen_for(change, by)
        moves.write_line(change, Event.Kind.REOPENED, by, **moves.named(by))
    return change.conversation


def reopen_by_program(conversation_id, agent, now=None):
    """Open a closed conversation again, for `agent` to serve. Raises Refusal; they have to serve its number."""
    with change_conversation(conversation_id, now) as change:
        ask_to_serve(agent, change.thread.number, field="agent")
        _reopen_for(change, agent)
        moves.write_line(change, Event.Kind.REOPENED, why="api", **moves.named(agent))
    return change.conversation


def _reopen_for(change, agent):
    ask_for_move(change, transitions.REOPEN)
    _ask_for_room(change)
    # Also when it was theirs: at the top of the list again.
    change.conversation.assignee = None
    moves.give_to(change, agent)


def _ask_to_undo(change, by):
    conversation = change.conversation
    if conversation.closed_by_id != by.pk and not by.is_supervisor:
        raise NotAllowed("Only whoever closed it can undo that. Reopen it instead.")
    if change.now - conversation.closed_at > timedelta(seconds=UNDO_SECONDS):
        raise Refusal("too_late_to_undo", "It was closed more than a minute ago. Reopen it instead.")
    _ask_for_room(change)


def _ask_for_room(change):
    """At most one conversation of a thread is open."""
    if change.thread.conversations.exclude(status=Conversation.Status.CLOSED).exists():
        raise Refusal("another_open", "This customer has a newer conversation that is open. Go on there.")
