"""How far an agent has read. A mark is the agent's own: no line, only their other tabs hear of it."""

from django.db.models import F
from django.db.models.functions import Greatest

from inbox import events
from inbox.models import Conversation, ReadMark


def mark_read(conversation_id, agent):
    """The agent has read everything that is there now; never moves back what a later look has set."""
    conversation = Conversation.objects.get(pk=conversation_id)
    _set(conversation, agent, Greatest(F("message_id"), conversation.last_inbound_id), conversation.last_inbound_id)
    return conversation


def mark_unread(conversation_id, agent):
    """The customer's last word is news again."""
    conversation = Conversation.objects.get(pk=conversation_id)
    before_last = max(conversation.last_inbound_id - 1, 0)
    _set(conversation, agent, before_last, before_last)
    return conversation


def _set(conversation, agent, moved, new):
    mark, is_new = ReadMark.objects.get_or_create(conversation=conversation, agent=agent, defaults={"message_id": new})
    if not is_new:
        ReadMark.objects.filter(pk=mark.pk).update(message_id=moved)
    events.read_changed(agent.pk, conversation.pk, new)
