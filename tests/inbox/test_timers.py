"""Stored deadlines: set from facts, fired once, and what becomes of one whose handler breaks."""

from datetime import timedelta

import pytest

from inbox.changes import change_conversation
from inbox.models import Event, Timer
from tests.factories import make_agent, make_conversation, make_number
from tests.moving import move_back

pytestmark = pytest.mark.django_db


def test_moving_back_moves_all_that_belongs_to_the_thread_and_nothing_else():
    number = make_number()
    lena = make_agent("Lena", numbers=[number])
    conversation, other = make_conversation("assigned", number=number, assignee=lena), make_conversation(number=number)
    with change_conversation(conversation.pk) as change:
        change.record(Event.Kind.CLOSED, was={"waiting_since": "2026-03-01T10:00:00+00:00", "status": "queued"})
        timer = Timer.objects.create(
            thread=conversation.thread, conversation=conversation, kind="x", due_at=conversation.bumped_at
        )
    opened_at, window_until = conversation.opened_at, conversation.thread.window_until
    moved = move_back(conversation, hours=2)
    assert opened_at - moved.opened_at == timedelta(hours=2)
    assert window_until - moved.thread.window_until == timedelta(hours=2)
    timer.refresh_from_db()
    assert timer.due_at == moved.bumped_at
    assert moved.events.get().data["was"] == {"waiting_since": "2026-03-01T08:00:00+00:00", "status": "queued"}
    before = other.opened_at
    other.refresh_from_db()
    assert other.opened_at == before
