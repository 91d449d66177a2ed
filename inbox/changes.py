"""One way to change a thread: lock it, change its rows, give them one version, tell the screens after commit.

    with change_conversation(conversation_id, now) as change:
        change.conversation.status = ...
        change.record(Event.Kind.CLAIMED, actor=agent)

Everything that a screen shows is changed inside such a block, so that a version never skips a change, two changes of a
thread never overlap, and nothing is told before it is true. Lock order everywhere: assignment lock, threads by id,
agents by id.
"""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from inbox import events, signals
from inbox.models import Conversation, Event, Thread
from inbox.models.conversations import CurrentTransaction
from inbox.queries.whereabouts import whereabouts
from inbox.rules.visibility import Whereabouts


@dataclass
class Change:
    """A locked thread with its conversation (the open one, or the one asked for; None when there is none)."""

    thread: Thread
    now: datetime
    conversation: Conversation | None = None
    before: Whereabouts | None = None
    version: int = 0
    # The fields of the conversation as it was found; empty when it is new.
    stood: dict = field(default_factory=dict)

    def look_at(self, conversation):
        """Make `conversation` (of this thread) the one being changed; remembers where it was before."""
        self.conversation = conversation
        conversation.thread = self.thread
        self.before = whereabouts(conversation) if conversation.pk else None
        self.stood = _fields(conversation) if conversation.pk else {}
        return conversation

    def record(self, kind, actor=None, conversation=None, at=None, **data):
        """Write a small line into the thread. `data` is JSON: names as they are now, reasons; no words of customers."""
        return Event.objects.create(
            thread=self.thread,
            conversation=conversation or self.conversation,
            kind=kind,
            actor=actor,
            data=data,
            at=at or self.now,
            version=self.version,
        )

    def moved(self, *names):
        """Whether this change is about a new conversation, or has changed one of these fields of it."""
        now = _fields(self.conversation)
        return any(name not in self.stood or self.stood[name] != now[name] for name in names)

    def save(self, message):
        """Save a message (new or changed) with this change's version."""
        message.thread = self.thread
        message.version = self.version
        message.save()
        return message


@contextmanager
def change_thread(thread_id, now=None):
    """Lock a thread and yield a Change on its open conversation. Raises Thread.DoesNotExist."""
    with transaction.atomic():
        threads = Thread.objects.select_related("contact", "number__reception")
        thread = threads.select_for_update(of=("self",)).get(pk=thread_id)
        change = Change(thread=thread, now=now or timezone.now(), version=thread.version + 1)
        conversation = thread.conversations.exclude(status=Conversation.Status.CLOSED).first()
        if conversation:
            change.look_at(conversation)
        yield change
        _finish(change)


@contextmanager
def change_conversation(conversation_id, now=None):
    """Lock the thread of a conversation and yield a Change on that conversation. Raises Conversation.DoesNotExist."""
    rows = Conversation.objects.select_related("assignee", "team").filter(pk=conversation_id)
    with change_thread_of(rows, now) as (change, conversation):
        change.look_at(conversation)
        yield change


@contextmanager
def change_thread_of(rows, now=None):
    """Lock the thread of the one message or conversation in `rows` and yield (Change, row). Raises DoesNotExist.

    Two contacts may be joined while we wait for the lock: then the row stands in another thread, which is locked too.
    """
    with ExitStack() as locked:
        thread_id, locked_id = rows.values_list("thread_id", flat=True).get(), None
        while thread_id != locked_id:
            change = locked.enter_context(change_thread(thread_id, now))
            row, locked_id = rows.get(), thread_id
            thread_id = row.thread_id
        yield change, row


def _fields(conversation):
    return {field.attname: getattr(conversation, field.attname) for field in conversation._meta.concrete_fields}


def _finish(change):
    conversation = change.conversation
    if conversation:
        conversation.thread = change.thread
        conversation.save()
    change.thread.version = change.version
    change.thread.changed_xid = CurrentTransaction()
    change.thread.save()
    if conversation:
        news = {"conversation": conversation, "before": change.before, "now": change.now, "change": change}
        signals.conversation_changed.send(Conversation, **news)
    events.publish(change.thread, conversation, change.before, change.version)
