"""May this agent write here, and what writing here does first."""

from inbox.actions.assignment import claim_within
from inbox.actions.permission import ask_to_act, ask_to_see
from inbox.actions.refusals import Refusal, refusing_content
from inbox.changes import change_conversation, change_thread
from inbox.models import Conversation, Thread
from whatsapp import content as contents


def load(kind, stored):
    """whatsapp.content.load with Refusal (400) in place of ContentError."""
    with refusing_content():
        return contents.load(kind, stored)


def opened(where, now=None):
    """The change of a Thread, a Conversation or a conversation's id."""
    if isinstance(where, Thread):
        return change_thread(where.pk, now)
    if isinstance(where, Conversation):
        return change_conversation(where.pk, now, where.thread_id)
    return change_conversation(where, now)


def enter(change, by, as_helper=False):
    """Let `by` write here: claims a waiting conversation. Programs (`by` None) write where they are told to, but for a
    closed conversation."""
    conversation = change.conversation
    if by is None:
        if conversation:
            ask_not_closed(conversation)
        return
    ask_for_open(conversation)
    if conversation.is_waiting:
        claim_within(change, by)
    elif conversation.assignee_id == by.pk:
        ask_to_act(change, by)
    elif not as_helper:
        server = conversation.assignee or conversation.bot
        words = f"{server} is serving this conversation. Take it over, or answer as a helper."
        raise Refusal("not_yours", words, status_code=409)
    else:
        ask_to_see(change, by)


def quoted_message(thread, quoted_id):
    if not quoted_id:
        return None
    quoted = thread.messages.filter(pk=quoted_id).exclude(wamid=None).first()
    if quoted is None:
        raise Refusal("quoted_unknown", "The message to answer to is not on WhatsApp yet.", "quoted_id", 400)
    return quoted


def ask_not_closed(conversation):
    if conversation is None or not conversation.is_open:
        raise Refusal("conversation_closed", "This conversation is closed. Reopen it first, or start a new one.")


def ask_for_open(conversation):
    """Raise Refusal for a conversation that nobody can write into as it is."""
    ask_not_closed(conversation)
    if conversation.status == Conversation.Status.PENDING:
        raise Refusal("conversation_pending", "This conversation waits for the customer. Assign it to yourself first.")
