"""Receive what the gateway reports: one function for each thing that can happen on the customer's side."""

from django.utils import timezone

from inbox.actions.receive.annotations import receive_deletion, receive_edit, receive_reaction
from inbox.actions.receive.chats import open_chat, receive_echo
from inbox.actions.receive.messages import receive_message
from inbox.actions.receive.people import receive_identity_change, receive_preference
from whatsapp import inbound

__all__ = [
    "open_chat",
    "receive",
    "receive_deletion",
    "receive_echo",
    "receive_edit",
    "receive_identity_change",
    "receive_message",
    "receive_preference",
    "receive_reaction",
]

ACTIONS = {
    inbound.ChatOpened: open_chat,
    inbound.IdentityChanged: receive_identity_change,
    inbound.MessageDeleted: receive_deletion,
    inbound.MessageEchoed: receive_echo,
    inbound.MessageEdited: receive_edit,
    inbound.MessageReceived: receive_message,
    inbound.PreferenceChanged: receive_preference,
    inbound.ReactionReceived: receive_reaction,
}


def receive(event, *, now=None, arrival=0):
    """Apply one event of whatsapp.inbound; receiving it again changes nothing. Events of other layers are left alone.

    `arrival` is the number of the webhook call it came in: it orders messages of the same second, since Meta's times
    are whole seconds. Raises whatsapp.signals.Unusable for an event that cannot be used, with words for a person.
    """
    action = ACTIONS.get(type(event))
    return action(event, now or timezone.now(), arrival) if action else None
