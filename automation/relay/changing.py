"""A relay is changed under the lock of its conversation's thread, like everything of a conversation."""

from contextlib import contextmanager

from automation.models import Relay
from inbox.changes import change_conversation

RELATED = ("message", "asked", "api_key")


@contextmanager
def opened(relay_id, now=None):
    """Yield (change of its conversation, relay); the relay is saved at the end. Raises Relay.DoesNotExist."""
    conversation_id = Relay.objects.values_list("conversation", flat=True).get(pk=relay_id)
    with change_conversation(conversation_id, now) as change:
        relay = Relay.objects.select_related(*RELATED).get(pk=relay_id)
        yield change, relay
        relay.save()
