"""A conversation whose customer never answers closes silently after the number's days."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox import timers
from inbox.actions.assignment import assign
from inbox.actions.opening import Wanted, open_conversation
from inbox.models import Bot, Conversation, Message, Timer
from inbox.sentences import sentence
from tests.factories import make_agent, taps, writes
from tests.moving import move_back

pytestmark = pytest.mark.django_db
Status = Conversation.Status


@pytest.fixture
def pending(amira, berlin, lena):
    return open_conversation(amira, berlin, Wanted(agent=lena, assign_on_handover=True))[0]


def status_after(conversation, **time):
    move_back(conversation, **time)
    timers.fire_due()
    conversation.refresh_from_db()
    return conversation.status


def test_it_closes_after_thirty_days_without_a_word(pending):
    assert status_after(pending, days=29) == Status.PENDING
    assert status_after(pending, days=1, minutes=1) == Status.CLOSED
    assert not Message.objects.exists()
    line = pending.events.get(kind="closed")
    assert sentence("closed", "", line.data) == "Closed: the customer did not answer"


def test_the_days_are_the_numbers_own_and_empty_is_never(pending, berlin, amira, lena):
    berlin.reception.pending_days = None
    berlin.reception.save()
    assert status_after(pending, days=400) == Status.PENDING


def test_a_change_of_the_days_holds_for_those_who_wait(pending, berlin, monkeypatch):
    woken = []
    monkeypatch.setattr("automation.receivers.wake", lambda *args, **kwargs: woken.append(args))
    berlin.reception.pending_days = 3
    berlin.reception.save()
    assert woken == [("automation.tasks.retime_number", berlin.pk)]


def test_a_workflow_that_goes_on_is_waited_for(pending, berlin, amira):
    """Its last word counts, not the day it began."""
    Message.objects.create(
        thread=pending.thread,
        conversation=pending,
        author_kind="integration",
        kind="buttons",
        content={"body": "?", "buttons": [{"id": "Yes", "title": "Yes"}]},
        status="sent",
        wamid="wamid.asked",
        on_answer={"relay": True},
    )
    move_back(pending, days=20)
    taps(amira, berlin, "wamid.asked")
    assert status_after(pending, days=20) == Status.PENDING
    assert status_after(pending, days=11) == Status.CLOSED


def test_a_bots_conversation_in_which_nobody_says_a_word_closes_as_well(amira, berlin):
    berlin.reception.bot = Bot.objects.create(name="Order desk")
    berlin.reception.save()
    conversation, _ = open_conversation(amira, berlin, Wanted())
    assert conversation.status == Status.BOT
    assert status_after(conversation, days=29) == Status.BOT
    assert status_after(conversation, days=1, minutes=1) == Status.CLOSED
    line = conversation.events.get(kind="closed")
    assert sentence("closed", "", line.data) == "Closed: the customer did not answer"


def test_a_bots_conversation_whose_customer_wrote_is_the_bots_to_end(amira, berlin):
    berlin.reception.bot = Bot.objects.create(name="Order desk")
    berlin.reception.save()
    conversation, _ = open_conversation(amira, berlin, Wanted())
    writes(amira, berlin)
    assert not Timer.objects.filter(conversation=conversation, kind="pending_expiry").exists()


def test_an_assigned_one_expires_never(pending, lena):
    from_pending = Timer.objects.filter(conversation=pending, kind="pending_expiry")
    assert from_pending.get().due_at > timezone.now() + timedelta(days=29)
    other = make_agent("Ben", numbers=[pending.thread.number])
    assign(pending.pk, other)
    assert not from_pending.exists()


def test_admins_set_the_days_on_the_numbers_page(client, berlin):
    client.force_login(make_agent(role="admin"), "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/admin/whatsapp/number/{berlin.pk}/change/").content.decode()
    assert 'name="reception-0-pending_days"' in page
