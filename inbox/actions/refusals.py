"""Why an action was refused: a named reason and a sentence saying what happened and what to do.

    raise Refusal("conversation_closed", "This conversation is closed. Reopen it first.")

Views answer with `status_code` and the words; a child exists only where a caller must tell it from the others.
"""

from contextlib import contextmanager

from inbox.rules.refusal import Refusal
from whatsapp.content import ContentError


class NotAllowed(Refusal):
    """The acting agent may see it but not do it (403)."""

    def __init__(self, words, code="not_allowed"):
        super().__init__(code, words, status_code=403)


class AlreadyClaimed(Refusal):
    """Somebody was faster; `winner` is the Agent who serves now."""

    def __init__(self, winner):
        super().__init__("already_claimed", f"{winner} was faster and is serving this conversation.")
        self.winner = winner


@contextmanager
def refusing_content():
    """What WhatsApp would refuse (ContentError) becomes a Refusal (400) with the same words and field."""
    try:
        yield
    except ContentError as error:
        raise Refusal("content", error.message, error.field, 400) from error
