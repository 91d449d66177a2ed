"""A deadline shows in the head of its thread; the list row tells the open head when it is out of date."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inbox import timers
from inbox.models import Timer
from inbox.templatetags.wording import head_state
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """One kind that screens show and one that they do not."""
    monkeypatch.setattr(timers, "_handlers", {})
    monkeypatch.setattr(timers, "_labels", {})
    timers.register("ends", lambda change, timer: None, label="closes")
    timers.register("silent", lambda change, timer: None)


@pytest.fixture
def mira():
    return factories.make_agent("Mira", role="supervisor")


@pytest.fixture
def conversation(mira):
    number = factories.make_number()
    number.reception.agents.add(mira)
    return factories.make_conversation("assigned", number=number, assignee=mira, unanswered_since=None)


def head(client, mira, conversation):
    client.force_login(mira, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse("conversation_head", args=[conversation.pk])).content.decode()


def timer(conversation, kind="ends", *, hours=3, of_thread=False):
    return Timer.objects.create(
        thread=conversation.thread,
        conversation=None if of_thread else conversation,
        kind=kind,
        due_at=NOW + timedelta(hours=hours),
    )


def test_the_head_says_what_is_due_and_when_for_eyes_and_for_screen_readers(client, mira, conversation):
    due = timer(conversation).due_at.isoformat()
    shown = head(client, mira, conversation)
    assert f'closes <time datetime="{due}" data-format="countdown">' in shown
    assert f'<span class="visually-hidden">, <time datetime="{due}" data-format="full">' in shown


def test_a_kind_without_a_label_is_not_shown(client, mira, conversation):
    timer(conversation, "silent")
    assert "deadline" not in head(client, mira, conversation)


def test_of_two_deadlines_the_head_shows_the_sooner_one(client, mira, conversation):
    later = timer(conversation, hours=5)
    sooner = timer(conversation, hours=2, of_thread=True)
    assert timers.shown_of(conversation) == [sooner, later]
    assert later.due_at.isoformat() not in head(client, mira, conversation)


def test_another_conversations_deadline_is_not_shown(client, mira, conversation):
    other = factories.make_conversation("closed", thread=conversation.thread)
    timer(other)
    assert timers.shown_of(conversation) == []


def later(moment):
    return (moment or NOW) + timedelta(minutes=1)


@pytest.mark.parametrize("field", ["unanswered_since", "last_word_at"])
def test_what_deadlines_count_from_outdates_the_head(conversation, field):
    before = head_state(conversation)
    setattr(conversation, field, later(getattr(conversation, field)))
    assert head_state(conversation) != before


def test_further_words_of_a_waiting_customer_do_not_outdate_the_head(conversation):
    conversation.unanswered_since = NOW
    before = head_state(conversation)
    conversation.last_word_at = later(conversation.last_word_at)
    assert head_state(conversation) == before


@pytest.mark.parametrize("field", ["bot_wrote_at", "last_word_at"])
def test_words_with_a_bot_outdate_the_head(field):
    conversation = factories.make_conversation("assigned", assignee=factories.make_agent())
    conversation.status = "bot"
    before = head_state(conversation)
    setattr(conversation, field, later(getattr(conversation, field)))
    assert head_state(conversation) != before
