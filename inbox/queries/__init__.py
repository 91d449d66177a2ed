"""Look-ups that have already asked "may this person see it?". Views, sockets and files read through these only."""

from inbox.queries.audience import contacts_for, contacts_of, in_batches, members
from inbox.queries.contacts import contact_for, conversations_with, counted, listed
from inbox.queries.folders import FOLDERS, Filters, counts, folder, number_in
from inbox.queries.pages import Page, page
from inbox.queries.sight import (
    attachment_for,
    conversation_for,
    viewer,
    visible_to,
)
from inbox.queries.staff import can_serve, managed_by, numbers_of
from inbox.queries.threads import (
    Item,
    ThreadChanges,
    ThreadPage,
    items_of_messages,
    items_of_version,
    message_for,
    thread_changes,
    thread_page,
)

__all__ = [
    "FOLDERS",
    "Filters",
    "Item",
    "Page",
    "ThreadChanges",
    "ThreadPage",
    "attachment_for",
    "can_serve",
    "contact_for",
    "contacts_for",
    "contacts_of",
    "conversation_for",
    "conversations_with",
    "counted",
    "counts",
    "folder",
    "in_batches",
    "items_of_messages",
    "items_of_version",
    "listed",
    "managed_by",
    "members",
    "message_for",
    "number_in",
    "numbers_of",
    "page",
    "thread_changes",
    "thread_page",
    "viewer",
    "visible_to",
]
