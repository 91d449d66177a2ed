"""What the customer sees of us: that their words were read, and that somebody is typing.

A courtesy: throttled, never retried, and a failure is only counted in the log.
"""

import logging

from django.core.cache import cache
from django.utils import timezone

from inbox.models import Conversation, Message
from whatsapp.client import GraphClient
from whatsapp.errors import GraphError

logger = logging.getLogger(__name__)
# Meta shows "typing…" for 25 seconds.
TYPING_SECONDS = 20
READ_KEPT_SECONDS = 30 * 24 * 3600


def mark_read_on_whatsapp(conversation_id, agent_id=None):
    """Show the customer that all they wrote was read, once per newest word, where the number does that.

    With `agent_id` only if that agent serves the conversation: a supervisor's look sends no read mark.
    """
    conversation = _served(conversation_id, agent_id)
    newest = conversation and _newest_word(conversation)
    if newest and cache.add(f"read:{newest.pk}", 1, READ_KEPT_SECONDS):
        _tell(conversation, newest, typing=False)


def typing(conversation_id, agent_id=None):
    """Show the customer that somebody is typing. Meta ties this to the read mark, so the same setting governs it."""
    conversation = _served(conversation_id, agent_id)
    newest = conversation and _newest_word(conversation)
    is_open = newest and conversation.thread.is_window_open(timezone.now())
    if is_open and cache.add(f"typing:{conversation_id}", 1, TYPING_SECONDS):
        _tell(conversation, newest, typing=True)


def _served(conversation_id, agent_id):
    """The conversation, if an agent (this agent) serves it and its number sends read marks."""
    served = Conversation.objects.select_related("thread__number__account").filter(
        pk=conversation_id,
        status=Conversation.Status.ASSIGNED,
        thread__number__reception__sends_read_marks=True,
        thread__number__held_at=None,
    )
    return (served.filter(assignee=agent_id) if agent_id else served).first()


def _newest_word(conversation):
    words = Message.objects.filter(thread=conversation.thread_id, author_kind=Message.Author.CUSTOMER)
    return words.exclude(wamid=None).order_by("-at", "-pk").only("pk", "wamid").first()


def _tell(conversation, message, typing):
    number = conversation.thread.number
    try:
        GraphClient(number.account.access_token).mark_read(number.phone_number_id, message.wamid, typing)
    except GraphError as error:
        logger.info("Read mark of conversation %s: %s %s", conversation.pk, type(error).__name__, error.code)
