"""The one door for messages: send_message, and send_again by hand."""

from inbox.actions.refusals import Refusal
from inbox.actions.sending.drafts import Composed, Draft, put, sent_before
from inbox.actions.sending.entering import ask_not_closed, enter, load, opened, quoted_message
from inbox.actions.sending.files import copy_of, header_file
from inbox.changes import change_thread_of
from inbox.models import Message

Status = Message.Status
AGAIN = (Status.FAILED, Status.UNCONFIRMED)


def send_message(where, content, by=None, *, now=None, **how):
    """Queue `content` (of whatsapp.content) into a conversation (or its id), or into a Thread, and return the Message.

    `how` are the fields of Composed: client_id, quoted_id, attachment_ids, bump, on_answer, as_helper, author_kind,
    template.
    """
    return send(where, Composed(content, by, **how), now)


def send(where, composed, now=None):
    """The same for what is Composed already.

    Writing into a waiting conversation claims it; into a colleague's or a bot's only `as_helper`. `attachment_ids`
    names the file of content that has one as its header, with TO_COME for its id; files by themselves are sent by
    `send_files`. Without `by` it claims nothing and asks nobody. Raises Refusal, its `field` naming what is wrong with
    content.
    """
    with opened(where, now) as change:
        message = sent_before(composed.by, composed.client_id)
        if message:
            return message
        enter(change, composed.by, composed.as_helper)
        quoted = quoted_message(change.thread, composed.quoted_id)
        attachment = header_file(composed.content, composed.attachment_ids, composed.owner)
        return put(change, composed.draft(composed.content, quoted=quoted, attachment=attachment))


def send_again(message_id, by, now=None):
    """Send a failed or unconfirmed message once more, as a new one with `retry_of`. Pressed twice it is sent once.

    It goes into the thread's open conversation under the rules for writing; without `by`, a program's hand, as the
    integration's. Raises Refusal.
    """
    with change_thread_of(Message.objects.filter(pk=message_id).get, now) as (change, original):
        retry = original.retries.first()
        if retry:
            return retry
        if original.status not in AGAIN:
            raise Refusal("not_failed", "This message did not fail, so it is not sent again.")
        enter(change, by, as_helper=bool(by) and original.author_id == by.pk)
        ask_not_closed(change.conversation)
        return put(change, _draft_again(original, by))


def _draft_again(original, by):
    attachment = original.attachments.first()
    return Draft(
        load(original.kind, original.content),
        by,
        f"again:{original.pk}",
        author_kind=Message.Author.AGENT if by else Message.Author.INTEGRATION,
        quoted=original.quoted,
        attachment=attachment and copy_of(attachment),
        retry_of=original,
        on_answer=original.on_answer,
        api_key=original.api_key,
    )
