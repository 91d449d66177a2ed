"""One way to change a thread: lock it, change its rows, give them one version, tell the screens after commit.

    with change_conversation(conversation_id, now) as change:
        change.conversation.status = ...
        change.record(Event.Kind.CLAIMED, actor=agent)

Everything that a screen shows is changed inside such a block, so that a version never skips a change, two changes of a
thread never overlap, and nothing is told before it is true. Lock order everywhere: assignment lock, threads by id,
agents by id. Where many threads change at once (`change_together`) each has a Change of its own, and what they read and
write is read and written for all of them together; whoever acts on one need not know.
"""

from collections import defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import F, OuterRef, Q
from django.utils import timezone

from inbox import events, feed, signals
from inbox.frames import News
from inbox.models import Conversation, Event, Message, Participant, Thread
from inbox.models.conversations import CurrentTransaction
from inbox.models.feed import FEED_KIND_OF_LINE
from inbox.queries.whereabouts import whereabouts
from inbox.rules.visibility import Whereabouts
from whatsapp.prepared import Place, Prepared, update
from whatsapp.wake import waking_once


class Together:
    """The changes of one transaction, one or a hundred, and what is done once for all of them."""

    def __init__(self):
        self.changes = []
        self._memory = {}
        self._rows = []
        self._writers = {}
        self._tellings = []

    @cached_property
    def is_heard(self):
        """Whether any program listens: asked once at most, and only where there is something to tell."""
        return feed.somebody_listens()

    def tell(self, telling):
        self._tellings.append(telling)

    def once(self, key, read):
        """What `read()` returns: asked once for all these changes, and once more when their rows are written."""
        if key not in self._memory:
            self._memory[key] = read()
        return self._memory[key]

    def at_end(self, write):
        """Call `write(changes)` once, when all receivers have had their say."""
        self._writers[write] = None

    def add(self, row):
        self._rows.append(row)
        return row

    def insert(self):
        """Write the new rows, those of a model together; what was read before may be otherwise now."""
        rows, self._rows, self._memory = self._rows, [], {}
        for model in dict.fromkeys(type(row) for row in rows):
            model.objects.bulk_create([row for row in rows if type(row) is model])

    def finish(self):
        for write in self._writers:
            write(self.changes)
        self.insert()
        if self._tellings and self.is_heard:
            feed.write(self._tellings)


@dataclass
class Change:
    """A locked thread with its conversation (the open one, or the one asked for; None when there is none)."""

    thread: Thread
    now: datetime
    together: Together
    conversation: Conversation | None = None
    before: Whereabouts | None = None
    # The fields of thread and conversation as they were found; empty when the conversation is new.
    thread_stood: dict = field(default_factory=dict)
    stood: dict = field(default_factory=dict)
    # What inbox.timers has read, and is to write at the end.
    deadlines: object = None
    # No screen is told: nothing that a list shows has changed. Whoever looks into the thread sees it the next time.
    is_quiet: bool = False
    # The messages and lines of this version; not all of them once `shows_more` was called.
    _items: list = field(default_factory=list)
    _has_more: bool = False

    def __post_init__(self):
        self.version = self.thread.version + 1
        self.thread_stood = fields_of(self.thread)
        self.together.changes.append(self)

    def look_at(self, conversation, participant_ids=None):
        """Make `conversation` (of this thread) the one being changed; remembers where it was before."""
        self.conversation = conversation
        conversation.thread = self.thread
        self.before = whereabouts(conversation, participant_ids) if conversation.pk else None
        self.stood = fields_of(conversation) if conversation.pk else {}
        return conversation

    def hush_if_many(self):
        """Where many threads change at once, those whose change no list shows tell no screen: a broadcast would flood
        them. A few are told as ever, to whoever looks into the thread just then."""
        self.is_quiet = self.conversation is None and len(self.together.changes) > events.MOST_FRAMES

    def record(self, kind, actor=None, conversation=None, at=None, **data):
        """Write a small line into the thread. `data` is JSON: names as they are now, reasons; no words of customers."""
        line = Event(
            thread=self.thread,
            conversation=conversation or self.conversation,
            kind=kind,
            actor=actor,
            data=data,
            at=at or self.now,
            version=self.version,
        )
        self._items.append(line)
        if kind in FEED_KIND_OF_LINE:
            self.tell(FEED_KIND_OF_LINE[kind], conversation=line.conversation, details=feed.details_of(line))
        return self.add(line)

    def tell(self, kind, conversation=None, **about):
        """Tell the programs that listen (FeedKind), in this transaction, of the conversation looked at or another one.

        `about`: a Message as `message`, shown as it is when the change ends; other names with what JSON can say. The
        contact, the conversation and the number are told with every event.
        """
        self.together.tell(feed.Telling(kind, self.thread, conversation or self.conversation, self.now, about))

    def add(self, row):
        """Insert `row` when the change ends, with others of its kind, and return it. Until then it has no id."""
        return self.together.add(row)

    def moved(self, *names):
        """Whether this change is about a new conversation, or has changed one of these fields of it."""
        now = fields_of(self.conversation)
        return any(name not in self.stood or self.stood[name] != now[name] for name in names)

    @property
    def is_news(self):
        """Whether there is something to store and to show: a line, a message, another field."""
        if self._items or self._has_more or fields_of(self.thread) != self.thread_stood:
            return True
        return self.conversation is not None and fields_of(self.conversation) != self.stood

    def save(self, message, stood=None):
        """Save a message (new or changed) with this change's version.

        `stood` holds its fields as they were read (fields_of): only those with another value are written then.
        """
        message.thread = self.thread
        message.version = self.version
        if stood:
            update(Message, [message.pk], changed_since(stood, message))
        else:
            message.save()
        self._items = [row for row in self._items if row != message] + [message]
        return message

    def enter(self, message):
        """Save a new message with this change's version when the change ends, with others. Until then it has no id."""
        message.thread = self.thread
        message.version = self.version
        self._items.append(message)
        return self.add(message)

    def wrote(self, message):
        """The same for a message that is written by the caller, with others, inside of this transaction."""
        message.thread = self.thread
        message.version = self.version
        self._items.append(message)

    def shows_more(self):
        """Something that this change does not save itself is shown with it: rows of its version, names."""
        self._has_more = True

    @property
    def news(self):
        """What it tells the screens, once all is written."""
        items = None if self._has_more else tuple(self._items)
        return News(self.thread, self.conversation, self.before, self.version, items)


@contextmanager
def change_thread(thread_id, now=None):
    """Lock a thread and yield a Change on its open conversation. Raises Thread.DoesNotExist."""
    with transaction.atomic(), _changing(LOCKED.get(pk=thread_id), now) as change:
        yield change


@contextmanager
def change_thread_with(contact, number, now=None):
    """The same for the thread of a contact on a number, made when there is none. Runs in a transaction of the caller,
    who gives that up when this fails."""
    which = {"contact": contact, "number": number}
    with transaction.atomic(savepoint=False):
        thread = LOCKED_OF.first(contact=contact.pk, number=number.pk)
        if thread is None:
            # Two workers at once make one.
            thread = LOCKED.get(pk=Thread.objects.get_or_create(**which)[0].pk)
        with _changing(thread, now) as change:
            yield change


def _locked():
    return Thread.objects.select_related("contact", "number__reception").select_for_update(of=("self",))


LOCKED = Prepared(lambda: _locked().filter(pk=Place("pk")))
LOCKED_OF = Prepared(lambda: _locked().filter(contact=Place("contact"), number=Place("number")))


@contextmanager
def _changing(thread, now):
    change = Change(thread, now or timezone.now(), Together())
    conversation = OPEN.first(thread=thread.pk)
    if conversation:
        change.look_at(conversation, conversation.participant_ids)
    yield change
    _finish(change.together, [change])


@contextmanager
def change_together(threads, conversation_ids, now):
    """Yield a Change for each of these threads (contact and number's reception at hand), locked by the transaction that
    this runs in: on that of its conversations which is among `conversation_ids`, else on its open one.

    A change that brings no news leaves its thread's version as it was and tells nobody.
    """
    together = Together()
    changes = {thread.pk: Change(thread, now, together) for thread in threads}
    for conversation in _conversations_of(changes, conversation_ids):
        change = changes[conversation.thread_id]
        if change.conversation is None or conversation.pk in conversation_ids:
            change.look_at(conversation, conversation.participant_ids)
    with waking_once():
        yield list(changes.values())
        _finish(together, [change for change in changes.values() if change.is_news])


def _conversations_of(thread_ids, conversation_ids):
    """Those asked for and the open ones."""
    wanted = ~Q(status=Conversation.Status.CLOSED) | Q(pk__in=conversation_ids)
    return _with_participants().filter(wanted, thread__in=thread_ids)


def _with_participants():
    """Conversations with `participant_ids` and who serves them."""
    participants = Participant.objects.filter(conversation=OuterRef("pk")).values("agent_id")
    return Conversation.objects.select_related("assignee").annotate(participant_ids=ArraySubquery(participants))


NAMED = Prepared(lambda: _with_participants().filter(pk=Place("pk")))
OPEN = Prepared(
    lambda: _with_participants().exclude(status=Conversation.Status.CLOSED).filter(thread=Place("thread")).order_by()
)


@contextmanager
def change_conversation(conversation_id, now=None, thread_id=None):
    """Lock the thread of a conversation and yield a Change on that conversation. Raises Conversation.DoesNotExist.

    `thread_id` is the one in which it stood a moment ago, where the caller knows.
    """

    def asked_for(change):
        is_open_one = change.conversation and change.conversation.pk == conversation_id
        return change.conversation if is_open_one else NAMED.get(pk=conversation_id)

    if thread_id is None:
        thread_id = Conversation.objects.values_list("thread_id", flat=True).get(pk=conversation_id)
    with _change_where(thread_id, asked_for, now) as (change, conversation):
        if conversation is not change.conversation:
            change.look_at(conversation, conversation.participant_ids)
        yield change


@contextmanager
def change_thread_of(read, now=None, thread_id=None):
    """Lock the thread of the message or conversation that `read()` returns and yield (Change, row), which is read again
    then. Raises what `read` raises, DoesNotExist.

    `thread_id` is the one in which it stood a moment ago, where the caller knows.
    """
    with _change_where(thread_id or read().thread_id, lambda change: read(), now) as found:
        yield found


@contextmanager
def _change_where(thread_id, read, now):
    """Two contacts may be joined while we wait for the lock: then what is read stands in another thread, which is
    locked too."""
    with ExitStack() as locked:
        locked_id = None
        while thread_id != locked_id:
            change = locked.enter_context(change_thread(thread_id, now))
            row, locked_id = read(change), thread_id
            thread_id = row.thread_id
        yield change, row


def fields_of(row):
    """{field: value} of a row as it is now."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def changed_since(stood, row):
    """Those of a row that are not what they were (`stood`, of fields_of)."""
    return {name: value for name, value in fields_of(row).items() if stood[name] != value}


def _finish(together, changes):
    """Save what these changes made of their rows, let the upper layers react, and tell the screens after commit."""
    for change in changes:
        if change.conversation:
            change.conversation.thread = change.thread
    if len(changes) == 1:
        _save(*changes)
    elif changes:
        _save_many(changes)
    together.insert()
    for change in changes:
        _announce(change)
    together.finish()
    events.publish_all([change.news for change in changes if not change.is_quiet])


def _save(change):
    if change.conversation:
        _save_alike([(change.conversation, change.stood)], {"updated_at": change.now})
    change.thread.version = change.version
    if not change.is_quiet:
        change.thread.changed_xid = CurrentTransaction()
    _save_alike([(change.thread, change.thread_stood)])


def _save_many(changes):
    conversations = [(change.conversation, change.stood) for change in changes if change.conversation]
    _save_alike(conversations, {"updated_at": changes[0].now})
    shown = [(change.thread, change.thread_stood) for change in changes if not change.is_quiet]
    quiet = [(change.thread, change.thread_stood) for change in changes if change.is_quiet]
    _save_alike(shown, version=F("version") + 1, changed_xid=CurrentTransaction())
    _save_alike(quiet, version=F("version") + 1)
    for change in changes:
        change.thread.version = change.version


def _save_alike(rows, stamp=None, **also):
    """`rows`: [(row, {field: value} as it was read)] of one model. Only what changed is written, and with it `stamp`.
    Where the same became of many, one statement saves them: a hundred that are closed by the same rule."""
    alike = defaultdict(list)
    for row, stood in rows:
        if not stood:
            row.save()
        else:
            alike[type(row), tuple(changed_since(stood, row).items())].append(row.pk)
    for (model, changed), row_ids in alike.items():
        if changed or also:
            update(model, row_ids, {**dict(changed), **also, **(stamp if stamp and changed else {})})


def _announce(change):
    if change.conversation:
        news = {"conversation": change.conversation, "before": change.before, "now": change.now, "change": change}
        signals.conversation_changed.send(Conversation, **news)
