"""Say something that nobody typed: with its rights, its reason log, and the stop where two machines talk."""

from django.db.models import Q

from automation import log
from automation.rules import occasions
from automation.rules.loops import WITHIN, would_be_too_many
from inbox.actions.refusals import Refusal, refusing_content
from inbox.actions.sending.drafts import Draft, put
from inbox.actions.sending.files import copy_of
from inbox.models import Attachment, Event, Message
from whatsapp import content as contents

MACHINES = (Message.Author.AUTOMATION, Message.Author.BOT)


def say(change, automation, occasion, content, *, attachment=None, on_answer=None, **data):
    """Queue a silent automatic message and settle the occasion: done, or refused with the reason.

    `automation` is a kind; `content` of whatsapp.content. Returns the Message, None where it was refused.
    """
    if is_among_machines(change):
        stop(change, automation)
        log.refused(change, automation, occasion, "two_machines")
        return None
    draft = Draft(
        content,
        author_kind=Message.Author.AUTOMATION,
        attachment=attachment,
        bump=False,
        on_answer=on_answer or {},
    )
    try:
        message = put(change, draft)
    except Refusal as refusal:
        log.refused(change, automation, occasion, refusal.code, words=refusal.words)
        return None
    log.done(change, automation, occasion, message=message, **data)
    return message


def say_own(change, automation, occasion, content=None):
    """Say what an Automation row is set to say (or `content` in its place), with a copy of its file."""
    try:
        content = content or content_of(automation)
        attachment = file_of(automation)
    except Refusal as refusal:
        log.refused(change, automation.kind, occasion, refusal.code, words=refusal.words)
        return None
    return say(change, automation.kind, occasion, content, attachment=attachment)


def content_of(automation):
    """The content of an Automation. Raises Refusal for what WhatsApp would refuse."""
    with refusing_content():
        return contents.load(automation.content_kind, automation.content)


def file_of(automation):
    """A copy of an Automation's file for a message, None where it has none. Raises Refusal when it is gone."""
    if automation.attachment_id:
        return copy_of(Attachment.objects.get(pk=automation.attachment_id))
    header = automation.content.get("header") or {}
    if automation.content_kind in contents.MEDIA_KINDS or header.get("type") in contents.HEADER_MEDIA:
        raise Refusal("file_missing", "Its file is gone. Choose another one in the number's settings.")
    return None


def is_among_machines(change, besides=None):
    """Whether one more automatic message to this contact would be one too many: of automations, bots and workflows.
    `besides` is a message that is not counted, because it is the one in question."""
    by_machine = Q(author_kind__in=MACHINES) | Q(context__has_key="relay")
    sent = Message.objects.filter(by_machine, thread__contact=change.thread.contact_id)
    sent = sent.exclude(pk=besides.pk) if besides else sent
    return would_be_too_many(sent.filter(at__gt=change.now - WITHIN).values_list("at", flat=True), change.now)


def stop(change, automation):
    """Automation ends for this conversation, with a line in the thread. `automation` is the kind that was about to
    speak."""
    conversation = change.conversation
    if conversation is None:
        return
    change.record(Event.Kind.AUTOMATION_STOPPED)
    log.refused(change, automation, occasions.stopped(conversation.pk), "two_machines")
