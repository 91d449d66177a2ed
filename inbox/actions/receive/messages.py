"""A customer's message: where it stands in its thread, what files it brings, whether it opens the window."""

import uuid

from inbox import moves, signals
from inbox.actions.identities import contact_for
from inbox.actions.receive.annotations import NOT_READ, settle
from inbox.actions.receive.answered import answered_message, end_awaiting
from inbox.actions.receive.conversations import act, decision_on, mark_word
from inbox.actions.receive.places import moment, number_and_known
from inbox.changes import change_thread, change_thread_with
from inbox.media.uploads import shown_name
from inbox.models import Attachment, FeedKind, Message
from inbox.rules.search_text import searchable
from whatsapp import window
from whatsapp.content import MEDIA_KINDS
from whatsapp.wake import wake

FETCH = "inbox.tasks.fetch_attachment"


def receive_message(event, now, arrival=0):
    """Returns the Message, or None when it was here already."""
    number, known_id = number_and_known(event)
    if known_id:
        return receive_again(known_id, event, now)
    contact, identity = contact_for(event.sender, number, now)
    with change_thread_with(contact, number, now) as change:
        number = change.thread.number
        was_open = change.thread.is_window_open(now)
        open_window(change.thread, identity, event.sent_at, now)
        quoted = answered_message(change.thread, event)
        decision = decision_on(change, number, event, quoted)
        answered = end_awaiting(change.thread, event, quoted) if decision.is_word else quoted
        at = moment(event.sent_at, arrival)
        conversation = act(change, decision, number, at)
        message = insert(change, event, quoted, at, conversation, decision.consent)
        if decision.is_word:
            mark_word(change, message, decision.is_silent)
            if conversation.is_waiting and not was_open:
                wake(moves.FILL_PLACES)
        change.tell(FeedKind.MESSAGE_RECEIVED, message=message)
        heard_by = conversation if decision.is_word else None
        news = {"message": message, "conversation": heard_by, "decision": decision, "answered": answered}
        signals.message_received.send(Message, **news, change=change)
    return message


def open_window(thread, identity, sent_at, now):
    """The window counts from Meta's time and never moves back; answers go to the identity that wrote last."""
    until = window.closes_at(min(sent_at, now))
    if thread.window_until is None or until >= thread.window_until:
        thread.window_until, thread.reply_identity = until, identity


def insert(change, event, quoted, at, conversation, consent):
    """`consent`: what it says of that (Decision.consent) is kept with it, for whoever reads the words later."""
    message = change.save(
        Message(
            conversation=conversation,
            author_kind=Message.Author.CUSTOMER,
            status=Message.Status.RECEIVED,
            kind=event.kind,
            content=event.content,
            context={**event.context, "consent": consent} if consent else event.context,
            text=searchable(event.kind, event.content),
            raw=event.raw if event.kind in NOT_READ else None,
            at=at,
            created_at=change.now,
            wamid=event.wamid,
            quoted=quoted,
            quoted_wamid=event.quoted_wamid,
        )
    )
    attach(message)
    settle(change, message)
    return message


def attach(message):
    """The file is still at Meta: a row waits for it, a worker is woken."""
    content = message.content
    if message.kind not in MEDIA_KINDS or not content.get("media_id"):
        return
    attachment = Attachment.objects.create(
        message=message,
        token=uuid.uuid4(),
        status=Attachment.Status.PENDING,
        kind=message.kind,
        mime_type=content.get("mime_type", "")[:150],
        filename=shown_name(content["filename"]) if content.get("filename") else "",
        media_id=content["media_id"][:100],
        sha256=content.get("sha256", "")[:100],
        retry_at=message.created_at,
    )
    wake(FETCH, attachment.pk)


def receive_again(known_id, event, now):
    """Nothing to do, unless what could not be read before can be read now."""
    known = Message.objects.only("kind", "thread_id").get(pk=known_id)
    return replace(known, event, now) if known.kind in NOT_READ and event.kind not in NOT_READ else None


def replace(known, event, now):
    """The readable copy of a message that stands in its thread already: only its content changes."""
    with change_thread(known.thread_id, now) as change:
        message = Message.objects.get(pk=known.pk)
        message.kind, message.content, message.raw = event.kind, event.content, None
        message.text = searchable(event.kind, event.content)
        attach(change.save(message))
    return message
