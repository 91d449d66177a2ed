"""Labels on conversations (S4-19 to S4-25). Tagging does not claim."""

from django.db import IntegrityError, transaction

from inbox.actions.permission import ask_to_act
from inbox.actions.refusals import Refusal
from inbox.changes import change_conversation
from inbox.models import Event, Tag
from inbox.moves import note_update, write_line


def tag_named(name):
    """The Tag of this name, in whatever letters. Raises Refusal (400)."""
    tag = Tag.objects.filter(name__iexact=name).first()
    if tag is None:
        raise Refusal("tag_unknown", f"There is no tag “{name}”.", "tag", 400)
    return tag


def save_tag(tag, **told):
    """Give a new Tag, or one that is there, what is told of it: name, colour. Raises Refusal (409) for a name that
    another one has."""
    for name, value in told.items():
        setattr(tag, name, value)
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError as error:
        raise Refusal("tag_exists", f"There is a tag “{tag}” already.", "name", 409) from error
    return tag


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
