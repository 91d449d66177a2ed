"""A thread's messages and small lines: its pages backwards, what changed since a version, one message by id."""

from dataclasses import dataclass, field
from operator import attrgetter

from django.db.models import Exists, OuterRef, Q

from inbox.models import Event, Message, Thread
from inbox.queries.pages import read_cursor, write_cursor
from inbox.queries.sight import visible_to

# At the same moment messages stand before events; among their own kind the earlier id comes first.
ORDER = ("at", "rank", "id")
RANKS = {Message: 0, Event: 1}


@dataclass(frozen=True)
class Item:
    """One line of a thread: a message or an event, the other is None."""

    message: Message | None = None
    event: Event | None = None

    @property
    def row(self):
        return self.message or self.event

    @property
    def key(self):
        return (self.row.at, RANKS[type(self.row)], self.row.pk)

    @property
    def at(self):
        return self.row.at

    @property
    def conversation_id(self):
        return self.row.conversation_id


@dataclass(frozen=True)
class ThreadPage:
    """`items` oldest first; `earlier` is the cursor of the page before, empty at the thread's beginning.

    `version` was the thread's when the items were read, or older: ask thread_changes from there.
    """

    items: list[Item]
    earlier: str
    version: int


@dataclass(frozen=True)
class ThreadChanges:
    """`items` changed since, oldest first. Not complete: too much changed, load the newest page instead."""

    items: list[Item] = field(default_factory=list)
    version: int = 0
    is_complete: bool = True


def thread_page(thread, before=None, limit=40):
    """The newest `limit` messages (notes too) and events of a thread, or before a cursor; at most five queries."""
    version = _version(thread)
    values = read_cursor(before, ORDER) if before else None
    messages = _messages(thread).order_by("-at", "-id")
    events = _events(thread).order_by("-at", "-id")
    if values:
        messages, events = (_before(rows, RANKS[rows.model], *values) for rows in (messages, events))
    items = _items(thread, messages[: limit + 1], events[: limit + 1])
    shown = items[-limit:]
    return ThreadPage(shown, write_cursor(ORDER, shown[0].key) if len(items) > limit else "", version)


def _before(rows, rank, at, other_rank, row_id):
    earlier = Q(at__lt=at)
    if rank == other_rank:
        earlier |= Q(at=at, pk__lt=row_id)
    elif rank < other_rank:
        earlier |= Q(at=at)
    return rows.filter(earlier, at__lte=at)


def thread_changes(thread, since_version, limit=200):
    """What a screen that shows `since_version` lacks; a version from the future (another database) is not complete."""
    version = _version(thread)
    if since_version > version:
        return ThreadChanges(version=version, is_complete=False)
    since = {"version__gt": since_version}
    items = _items(
        thread,
        _messages(thread).filter(**since)[: limit + 1],
        _events(thread).filter(**since)[: limit + 1],
    )
    if len(items) > limit:
        return ThreadChanges(version=version, is_complete=False)
    return ThreadChanges(items, version)


def items_of_version(thread, version):
    """What changed in exactly this version, oldest first."""
    return _items(
        thread,
        _messages(thread).filter(version=version),
        _events(thread).filter(version=version),
    )


def items_of_rows(rows):
    """Messages and events at hand as items, in the thread's order, without asking for anything."""
    shown = [row for row in rows if type(row) is Event or row.kind not in Message.ANNOTATIONS]
    items = [Item(event=row) if type(row) is Event else Item(message=row) for row in shown]
    return sorted(items, key=attrgetter("key"))


def items_of_messages(thread, message_ids):
    """These messages of the thread as items, in the thread's order."""
    return _items(thread, _messages(thread).filter(pk__in=message_ids), [])


def message_for(agent, message_id):
    """A message whose thread the agent sees. Raises Message.DoesNotExist."""
    seen = visible_to(agent).filter(thread=OuterRef("thread"))
    return Message.objects.select_related("thread", "conversation").filter(Exists(seen)).get(pk=message_id)


def _version(thread):
    """Read before the rows: a change that commits in between is told once more rather than lost."""
    return Thread.objects.values_list("version", flat=True).get(pk=thread.pk)


def _messages(thread):
    return (
        Message.objects.filter(thread=thread)
        .exclude(kind__in=Message.ANNOTATIONS)
        .select_related("author", "quoted__author")
        .prefetch_related("attachments", "quoted__attachments")
        .defer("raw", "quoted__raw")
    )


def _events(thread):
    return Event.objects.filter(thread=thread).select_related("actor")


def _items(thread, messages, events):
    items = [Item(message=message) for message in messages] + [Item(event=event) for event in events]
    for item in items:
        item.row.thread = thread
    return sorted(items, key=attrgetter("key"))
