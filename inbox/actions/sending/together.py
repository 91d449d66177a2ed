"""Many messages of one number at once, each into a thread of its own: what broadcasts are made of.

The rights are the same four as for one message; what they look at is read once for all.
"""

from contextlib import contextmanager

from inbox import sending_rights
from inbox.actions.sending.drafts import row_of
from inbox.changes import change_together
from inbox.models import FeedKind, Thread
from inbox.rules import rights
from whatsapp.content import Template


@contextmanager
def writing_together(thread_ids, number, now):
    """Yield {thread id: Change} of these threads of `number` (its account and reception at hand), locked by the
    transaction that this runs in. Their conversations stay as they are, and no timer moves."""
    threads = list(
        Thread.objects.select_related("contact", "reply_identity")
        .select_for_update(of=("self",))
        .filter(pk__in=thread_ids)
        .order_by("pk")
    )
    for thread in threads:
        thread.number = number
    with change_together(threads, (), now) as changes:
        yield {change.thread.pk: change for change in changes}


def put_together(change, draft):
    """Ask the four rights and enter the Draft's message, which has its id when `writing_together` ends. Returns
    (Message, None), or (None, the rules.rights.Reason why not). Whether a Template fits the stored one is the caller's
    to have asked: with thousands of messages it is the dearest of the rights, and asked once more as each leaves.

    It bumps nothing, answers nothing and begins nothing (no `message_queued`): only a broadcast's Draft is written so.
    Nobody is woken to deliver it.
    """
    reason = rights.refusal(facts(change, draft.content), draft.content, change.now, fits=True)
    if reason:
        return None, reason
    change.hush_if_many()
    message = change.enter(row_of(change, draft, change.thread.number))
    change.tell(FeedKind.MESSAGE_CREATED, message=message)
    return message, None


def facts(change, content):
    account = change.thread.number.account
    template = None
    if isinstance(content, Template):
        key = ("template", content.name, content.language)
        template = change.together.once(key, lambda: sending_rights.stored_template(account, content))
    return sending_rights.facts_at_hand(change.thread, template)
