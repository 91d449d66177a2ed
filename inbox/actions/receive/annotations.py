"""Reactions, edits and deletions: they change a bubble, never a status, an order or a timer.

Each is kept as a row of its own that names its target, so that a repeat is recognised, the newest wins whatever order
they arrive in, and one that comes before its target waits for it.
"""

from inbox.actions.identities import contact_for
from inbox.actions.receive.places import moment, number_and_known, thread_of
from inbox.changes import change_thread
from inbox.models import FeedKind, Message
from inbox.rules.edits import edited
from inbox.rules.search_text import searchable

# What could not be read stays as Meta sent it. A readable copy under the same id may follow (Meta: error 131060).
NOT_READ = ("unsupported", "unknown")


def receive_reaction(event, now, arrival=0):
    return receive_annotation(event, "reaction", {"emoji": event.emoji, "target": event.target_wamid}, now, arrival)


def receive_edit(event, now, arrival=0):
    content = {"kind": event.kind, "content": event.content, "target": event.target_wamid}
    return receive_annotation(event, "edit", content, now, arrival)


def receive_deletion(event, now, arrival=0):
    return receive_annotation(event, "deletion", {"target": event.target_wamid}, now, arrival)


def receive_annotation(event, kind, content, now, arrival):
    """Keep it and show it on its target, if that is here. Returns its row, or None when it was here already."""
    number, known_id = number_and_known(event)
    if known_id:
        return None
    target = Message.objects.filter(wamid=event.target_wamid, thread__number=number).only("thread_id").first()
    thread_id = target.thread_id if target else thread_of(contact_for(event.sender, number, now)[0].pk, number)
    with change_thread(thread_id, now) as change:
        row = change.save(
            Message(
                author_kind=Message.Author.CUSTOMER,
                status=Message.Status.RECEIVED,
                kind=kind,
                content=content,
                at=moment(event.sent_at, arrival),
                created_at=now,
                wamid=event.wamid,
                quoted_wamid=event.target_wamid,
            )
        )
        if target:
            settle_on(change, Message.objects.get(pk=target.pk), [row])
        change.tell(FeedKind.MESSAGE_RECEIVED, message=row)
    return row


def settle(change, message):
    """A message has arrived: whatever named it before, belongs to it now."""
    waiting = Message.objects.filter(quoted_wamid=message.wamid, thread=change.thread, quoted=None)
    if not waiting.exists():
        return
    annotations = list(waiting.filter(kind__in=Message.ANNOTATIONS).order_by("at", "pk"))
    if annotations:
        settle_on(change, message, annotations)
    waiting.update(quoted=message, version=change.version)
    change.shows_more()


def settle_on(change, target, annotations):
    for row in annotations:
        SETTLE[row.kind](target, row)
        row.quoted = target
        row.save(update_fields=["quoted"])
    change.save(target)


def settle_reaction(target, row):
    """The newest of the customer's reactions stands; an empty one takes it away."""
    rows = Message.objects.filter(quoted_wamid=target.wamid, kind="reaction", author_kind=row.author_kind)
    newest = rows.order_by("-at", "-pk").first()
    target.reactions.pop("customer", None)
    if newest.content["emoji"]:
        target.reactions["customer"] = newest.content["emoji"]


def settle_edit(target, row):
    kind, content = row.content["kind"], row.content["content"]
    words = searchable(kind, content)
    is_newest, target.revisions = edited(target.text, target.revisions, words, row.at.isoformat())
    if is_newest and kind not in NOT_READ:
        target.kind, target.content, target.text = kind, content, words


def settle_deletion(target, row):
    """Nobody finds the words any more; the bubble says that they were deleted."""
    target.deleted_at = target.deleted_at or row.at
    target.text = ""


SETTLE = {"reaction": settle_reaction, "edit": settle_edit, "deletion": settle_deletion}
