"""Labels on conversations (S4-19 to S4-25). Tagging does not claim."""

from inbox.actions.permission import ask_to_act
from inbox.changes import change_conversation
from inbox.models import Event
from inbox.moves import note_update, write_line


def add_tag(conversation_id, tag, by, now=None):
    """Put `tag` on a conversation; twice is once."""
    with change_conversation(conversation_id, now) as change:
        ask_to_act(change, by)
        if not change.conversation.tags.filter(pk=tag.pk).exists():
            change.conversation.tags.add(tag)
            note_update(change)
            write_line(change, Event.Kind.TAGGED, by, tag=tag.name, colour=tag.colour)
    return change.conversation


def remove_tag(conversation_id, tag, by, now=None):
    """Take `tag` off a conversation."""
    with change_conversation(conversation_id, now) as change:
        ask_to_act(change, by)
        if change.conversation.tags.filter(pk=tag.pk).exists():
            change.conversation.tags.remove(tag)
            note_update(change)
            write_line(change, Event.Kind.UNTAGGED, by, tag=tag.name, colour=tag.colour)
    return change.conversation
