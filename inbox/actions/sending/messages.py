"""The one door for messages: send_message, and send_again by hand."""

from inbox.actions.refusals import Refusal
from inbox.actions.sending.drafts import Draft, put, sent_before
from inbox.actions.sending.entering import enter, load, opened, quoted_message
from inbox.actions.sending.files import copy_of, header_file
from inbox.changes import change_thread_of
from inbox.models import Message

Status = Message.Status
AGAIN = (Status.FAILED, Status.UNCONFIRMED)


def send_message(
    where,
    content,
    by=None,
    *,
    client_id=None,
    quoted_id=None,
    attachment_ids=(),
    bump=True,
    on_answer=None,
    as_helper=False,
    author_kind=Message.Author.AGENT,
    now=None,
):
    """Queue `content` (of whatsapp.content) into a conversation (or its id), or into a Thread, and return the Message.

    The same `client_id` of the same agent again returns the first message. Writing into a waiting conversation claims
    it; into a colleague's or a bot's only `as_helper`. `attachment_ids` names the file of content that has one as its
    header, with TO_COME for its id; files by themselves are sent by `send_files`. Without `by` an `author_kind` other
    than agent is needed; it claims nothing and asks nobody. Raises Refusal, its `field` naming what is wrong with
    content.
    """
    with opened(where, now) as change:
        message = sent_before(by, client_id)
        if message:
            return message
        enter(change, by, as_helper)
        return put(
            change,
            Draft(
                content,
                by,
                client_id,
                author_kind,
                attachment=header_file(content, attachment_ids, by),
                quoted=quoted_message(change.thread, quoted_id),
                bump=bump,
                on_answer=on_answer or {},
            ),
        )


def send_again(message_id, by, now=None):
    """Send a failed or unconfirmed message once more, as a new one with `retry_of`. Pressed twice it is sent once.

    It goes into the thread's open conversation under the rules for writing. Raises Refusal.
    """
    with change_thread_of(Message.objects.filter(pk=message_id), now) as (change, original):
        retry = original.retries.first()
        if retry:
            return retry
        if original.status not in AGAIN:
            raise Refusal("not_failed", "This message did not fail, so it is not sent again.")
        enter(change, by, as_helper=original.author_id == by.pk)
        return put(change, _draft_again(original, by))


def _draft_again(original, by):
    attachment = original.attachments.first()
    return Draft(
        load(original.kind, original.content),
        by,
        f"again:{original.pk}",
        quoted=original.quoted,
        attachment=attachment and copy_of(attachment),
        retry_of=original,
        on_answer=original.on_answer,
    )
