"""What a program is told: the conversation, contact and messages in the shapes of the API."""

from django.conf import settings
from django.urls import reverse

from automation.models import Relay
from automation.relay.changing import Gone
from inbox.models import Conversation
from inbox.shapes import ContactSerializer, ConversationSerializer, MessageSerializer, with_shown

TYPES = {
    Relay.Kind.INTERACTION: "relay.response",
    Relay.Kind.MESSAGE: "relay.message",
    Relay.Kind.NO_ANSWER: "relay.no_answer",
    Relay.Kind.BOT: "bot.message",
}


def content_of(relay):
    """The call's content: {"type", "timestamp", "data"} as Standard Webhooks has it. The time is the relay's, so that
    every try says the same. Raises Gone."""
    return {"type": TYPES[relay.kind], "timestamp": relay.created_at.isoformat(), "data": _data(relay)}


def _data(relay):
    conversation = with_shown(Conversation.objects.filter(pk=relay.conversation_id)).first()
    if conversation is None:
        raise Gone(f"The conversation of relay {relay.pk} is gone.")
    return {
        "id": relay.name,
        "relay": relay.pk,
        "correlation": relay.correlation,
        "conversation": ConversationSerializer(conversation).data,
        "contact": ContactSerializer(relay.conversation.thread.contact).data,
        "message": relay.message and MessageSerializer(relay.message).data,
        "asked": relay.asked and MessageSerializer(relay.asked).data,
        "answer_url": settings.SITE_URL.rstrip("/") + reverse("api-relay-answer", args=[relay.pk]),
        "answer_by": relay.deadline_at.isoformat(),
    }
