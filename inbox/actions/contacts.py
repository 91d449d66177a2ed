"""What the team keeps about a customer. No line and no frame: nobody else's screen jumps while one types."""

from inbox.actions.refusals import Refusal
from whatsapp.inbound import storable

NOTES_LIMIT = 10_000


def keep_notes(contact, notes):
    """Replace the notes about a contact; the caller has asked whether the agent sees it. Returns the contact."""
    if not isinstance(notes, str):
        raise Refusal("not_text", "Notes are text.", field="notes", status_code=400)
    contact.notes = storable(notes[:NOTES_LIMIT])
    contact.save(update_fields=["notes"])
    return contact
