"""An agent's reaction to a message: travels the lane like any other, and shows on the message at once."""

import emoji as emojis

from inbox.actions.refusals import Refusal
from inbox.actions.sending.drafts import Draft, put, sent_before
from inbox.actions.sending.entering import ask_not_closed, enter
from inbox.changes import change_thread_of
from inbox.models import Message
from whatsapp.content import Reaction


def react(message_id, emoji, by, client_id=None, as_helper=False, now=None):
    """React to a message of the thread's open conversation; "" takes the reaction away. Returns the reaction's Message.

    `by` None is a program, as the integration. A new reaction replaces ours on that message (S: Meta,
    messages/reaction-messages). Raises Refusal.
    """
    if emoji and not emojis.is_emoji(emoji):
        raise Refusal("not_an_emoji", "A reaction is one emoji.", "emoji", 400)
    with change_thread_of(Message.objects.filter(pk=message_id).get, now) as (change, target):
        reaction = sent_before(by, client_id)
        if reaction:
            return reaction
        if not target.wamid or target.deleted_at:
            raise Refusal("cannot_react", "This message is not on WhatsApp, so it takes no reaction.")
        enter(change, by, as_helper)
        ask_not_closed(change.conversation)
        target.reactions = _with(target.reactions, emoji)
        change.save(target)
        author_kind = Message.Author.AGENT if by else Message.Author.INTEGRATION
        return put(change, Draft(Reaction(emoji, target.wamid), by, client_id, author_kind, quoted=target))


def _with(reactions, emoji):
    others = {side: found for side, found in reactions.items() if side != "us"}
    return {**others, "us": emoji} if emoji else others
