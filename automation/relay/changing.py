"""A relay is changed under the lock of its conversation's thread, like everything of a conversation."""

from contextlib import ExitStack, contextmanager

from django.core.exceptions import ObjectDoesNotExist

from automation.models import Relay
from inbox.changes import change_conversation

RELATED = ("message", "asked", "api_key")


class Gone(ObjectDoesNotExist):
    """The relay was deleted, most likely with its conversation: there is nothing to do any more."""


@contextmanager
def opened(relay_id, now=None):
    """Yield (change of its conversation, relay); the relay is saved at the end. Raises Gone.

    The relay's own lock makes who deletes its conversation wait: what is written here meanwhile would belong to nobody.
    """
    with ExitStack() as stack:
        try:
            conversation_id = Relay.objects.values_list("conversation", flat=True).get(pk=relay_id)
            change = stack.enter_context(change_conversation(conversation_id, now))
            relay = Relay.objects.select_related(*RELATED).select_for_update(of=("self",)).get(pk=relay_id)
        except ObjectDoesNotExist as error:
            raise Gone(f"Relay {relay_id} is gone.") from error
        yield change, relay
        relay.save()
