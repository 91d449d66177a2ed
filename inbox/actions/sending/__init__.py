"""Everything a person, a rule or a program says to a customer goes through here. Raises Refusal; sends nothing itself:
a message is accepted as a row, and inbox.delivery brings it to Meta.
"""

from inbox.actions.sending.drafts import Composed
from inbox.actions.sending.files import TO_COME, send_files, twin_of, with_header
from inbox.actions.sending.messages import send, send_again, send_message
from inbox.actions.sending.notes import write_note
from inbox.actions.sending.reactions import react
from inbox.actions.sending.starting import start_conversation, valid_phone

__all__ = [
    "TO_COME",
    "Composed",
    "react",
    "send",
    "send_again",
    "send_files",
    "send_message",
    "start_conversation",
    "twin_of",
    "valid_phone",
    "with_header",
    "write_note",
]
