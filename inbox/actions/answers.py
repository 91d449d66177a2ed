"""The agent's "no answer needed"."""

from inbox.actions.permission import ask_for_move, ask_to_act
from inbox.actions.refusals import Refusal
from inbox.changes import change_conversation
from inbox.models import Event
from inbox.moves import write_line
from inbox.rules import transitions


def waive_answer(conversation_id, by, now=None):
    """The customer's last words need no answer: as if they had been answered, with a line in the thread."""
    with change_conversation(conversation_id, now) as change:
        ask_to_act(change, by)
        ask_for_move(change, transitions.WAIVE_ANSWER)
        if change.conversation.unanswered_since is None:
            raise Refusal("nothing_unanswered", "Everything the customer wrote is answered.")
        change.conversation.unanswered_since = None
        write_line(change, Event.Kind.ANSWER_WAIVED, by)
    return change.conversation
