"""What the customer sees of us: read marks and typing."""

import uuid

import pytest
from django.core.cache import cache
from django.utils import timezone

from inbox import read_marks
from inbox.models import Message
from tests.factories import make_agent, make_contact, make_conversation
from whatsapp.client import GraphClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_cache(settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(uuid.uuid4())}
    }
    cache.clear()


@pytest.fixture
def amira(meta):
    return meta.customer("Amira")


@pytest.fixture
def conversation(berlin, amira):
    ben = make_agent("Ben", numbers=[berlin])
    contact = make_contact("Amira", f"+{amira.phone}")
    conversation = make_conversation("assigned", number=berlin, contact=contact, assignee=ben)
    word(conversation, amira.writes("Where is my parcel?"))
    return conversation


def word(conversation, wamid):
    Message.objects.create(
        thread=conversation.thread,
        conversation=conversation,
        author_kind="customer",
        kind="text",
        status="received",
        wamid=wamid,
        at=timezone.now(),
    )


@pytest.fixture
def told(monkeypatch):
    """The requests that leave: (wamid, typing)."""
    requests, really = [], GraphClient.mark_read

    def mark_read(self, phone_number_id, wamid, typing=False):
        requests.append((wamid, typing))
        really(self, phone_number_id, wamid, typing)

    monkeypatch.setattr(GraphClient, "mark_read", mark_read)
    return requests


def test_a_word_is_marked_as_read_once(conversation, told, amira):
    read_marks.mark_read_on_whatsapp(conversation.pk)
    read_marks.mark_read_on_whatsapp(conversation.pk)
    assert len(told) == 1
    word(conversation, amira.writes("Hello?"))
    read_marks.mark_read_on_whatsapp(conversation.pk)
    assert len(told) == 2


def test_typing_is_told_at_most_every_20_seconds(conversation, told):
    read_marks.typing(conversation.pk)
    read_marks.typing(conversation.pk)
    assert [typing for _, typing in told] == [True]


def test_a_number_that_sends_no_read_marks_tells_nothing(conversation, told, berlin):
    berlin.reception.sends_read_marks = False
    berlin.reception.save()
    read_marks.mark_read_on_whatsapp(conversation.pk)
    read_marks.typing(conversation.pk)
    assert told == []


def test_a_supervisors_look_tells_nothing(conversation, told):
    read_marks.mark_read_on_whatsapp(conversation.pk, make_agent("Sofia", role="supervisor").pk)
    assert told == []
    read_marks.mark_read_on_whatsapp(conversation.pk, conversation.assignee_id)
    assert len(told) == 1


def test_a_waiting_conversation_tells_nothing(berlin, told):
    read_marks.mark_read_on_whatsapp(make_conversation(number=berlin).pk)
    assert told == []


def test_a_failure_is_only_counted(conversation, settings, caplog):
    settings.WHATSAPP_API_URL = "http://127.0.0.1:9"
    caplog.set_level("INFO", logger="inbox.read_marks")
    read_marks.mark_read_on_whatsapp(conversation.pk)
    assert f"Read mark of conversation {conversation.pk}: Unreachable" in caplog.text
