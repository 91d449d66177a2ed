"""A broadcast's message comes live to whoever looks into the thread, also where no conversation is open."""

import json

import pytest

from broadcasts import actions
from inbox import events
from inbox.models import Message
from tests.broadcasts.sending import carry_all, make_broadcast, phone_of
from tests.factories import make_contact, make_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch, django_capture_on_commit_callbacks):
    """Carry a broadcast, and return what the screens were told."""
    frames = []
    monkeypatch.setattr(events.wire, "send", frames.append)
    monkeypatch.setattr(events.wire, "is_heard", lambda: True)

    def carried(broadcast):
        with django_capture_on_commit_callbacks(execute=True):
            actions.launch(broadcast.pk)
        with django_capture_on_commit_callbacks(execute=True):
            carry_all(broadcast)
        return [frame.split("\n") for frame in frames]

    return carried


def known(berlin, *places):
    """Customers whose conversations are closed."""
    for place in places:
        make_conversation("closed", contact=make_contact(f"Customer {place}", phone_of(place)), number=berlin)
    return [phone_of(place) for place in places]


def test_a_message_to_a_few_comes_live_with_its_tick(berlin, meta, told):
    """Issue 5, 8: broadcast messages stand in the contact's thread."""
    frames = told(make_broadcast(berlin, known(berlin, 1)))
    message = Message.objects.get()
    told_of_thread = [json.loads(frame[2]) for frame in frames if json.loads(frame[0])["kind"] == "change"]
    assert [one["thread"] for one in told_of_thread] == [message.thread_id] * 2
    assert "your parcel comes on 1 May" in told_of_thread[-1]["items"]
    assert not any("refresh" in frame[0] for frame in frames)


def test_a_broadcast_to_many_does_not_flood_the_screens(berlin, meta, told):
    phones = known(berlin, *range(1, events.MOST_FRAMES + 2))
    assert told(make_broadcast(berlin, phones)) == []
    assert len(meta.sent()) == len(phones)
