"""The chat itself: opened by the customer for the first time, or used by our people on the phone app."""

from inbox import moves, signals
from inbox.actions.identities import contact_for
from inbox.actions.receive.conversations import show_newest
from inbox.actions.receive.messages import attach, open_window
from inbox.actions.receive.places import moment, number_and_known, number_of
from inbox.changes import change_thread_with
from inbox.models import Event, FeedKind, Message, Thread
from inbox.rules.search_text import searchable


def open_chat(event, now, arrival=0):
    """`request_welcome` opens the window and may draw the welcome, nothing else."""
    number = number_of(event)
    contact, identity = contact_for(event.sender, number, now)
    with change_thread_with(contact, number, now) as change:
        open_window(change.thread, identity, event.sent_at, now)
        opened = change.thread.events.filter(kind=Event.Kind.OPENED_CHAT, data__wamid=event.wamid)
        if not opened.exists():
            change.record(Event.Kind.OPENED_CHAT, at=moment(event.sent_at, arrival), wamid=event.wamid)
            signals.thread_opened.send(Thread, thread=change.thread, at=event.sent_at, change=change)
    return change.thread


def receive_echo(event, now, arrival=0):
    """Our people answered from the phone app: it stands in the thread, and the customer waits no longer."""
    number, known_id = number_and_known(event)
    if known_id:
        return None
    contact, _ = contact_for(event.recipient, number, now)
    with change_thread_with(contact, number, now) as change:
        message = change.save(
            Message(
                conversation=change.conversation,
                author_kind=Message.Author.PHONE_APP,
                status=Message.Status.SENT,
                kind=event.kind,
                content=event.content,
                text=searchable(event.kind, event.content),
                at=moment(event.sent_at, arrival),
                sent_at=event.sent_at,
                wamid=event.wamid,
            )
        )
        attach(message)
        if change.conversation:
            change.conversation.unanswered_since = None
            moves.note_word(change.conversation, message.author_kind, now)
            show_newest(change.conversation, message)
        change.tell(FeedKind.MESSAGE_CREATED, message=message)
    return message
