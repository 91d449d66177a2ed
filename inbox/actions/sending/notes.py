"""Internal notes: seen by the team, never by the customer; they claim nothing, answer nothing, bump nothing."""

from inbox.actions.permission import ask_to_act
from inbox.actions.refusals import refusing_content
from inbox.actions.sending.drafts import sent_before
from inbox.changes import change_conversation
from inbox.models import Message
from whatsapp.content import Text


def write_note(conversation_id, text, by, client_id=None, now=None):
    """Write a note into a conversation and return its Message; the same `client_id` again returns the first one."""
    with change_conversation(conversation_id, now) as change:
        note = sent_before(by, client_id)
        if note:
            return note
        ask_to_act(change, by)
        return change.save(
            Message(
                conversation=change.conversation,
                author_kind=Message.Author.AGENT,
                author=by,
                kind="note",
                content={"text": _checked(text)},
                text=text,
                status=Message.Status.NOTED,
                at=change.now,
                created_at=change.now,
                client_id=client_id,
            )
        )


def _checked(text):
    with refusing_content():
        return Text(text).text
