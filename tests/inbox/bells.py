"""A kind of timer for tests: it notes each time that it fires, and does what the test tells it."""

import pytest

from inbox import timers
from inbox.changes import change_conversation, change_thread


class Bell:
    """A registered kind. `rings`: the ids of the conversations (None: of threads as a whole) that it fired for."""

    def __init__(self, kind="bell"):
        self.kind = kind
        self.rings = []
        self.does = lambda change, timer: None
        timers.register(kind, self)

    def __call__(self, change, timer):
        self.does(change, timer)
        self.rings.append(timer.conversation_id)

    def set(self, conversation, due_at):
        with change_conversation(conversation.pk, due_at) as change:
            return timers.set_timers(change, change.conversation, {self.kind: due_at}, among=[self.kind])

    def set_for_thread(self, thread, due_at):
        with change_thread(thread.pk, due_at) as change:
            timers.set_timers(change, None, {self.kind: due_at}, among=[self.kind])


@pytest.fixture
def bell(monkeypatch):
    monkeypatch.setattr(timers, "_handlers", {})
    monkeypatch.setattr(timers, "_labels", {})
    return Bell()
