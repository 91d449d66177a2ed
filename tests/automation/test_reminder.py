"""The reminder to a customer whose agent is slow (S1-32)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from automation.models import Decision
from automation.sentences import decision_sentence
from inbox.actions.answers import waive_answer
from inbox.actions.assignment import give_back, transfer
from inbox.actions.closing import close
from inbox.actions.sending import send_message
from inbox.models import Message, Timer
from tests.automation.numbers import WORDS, decided, open_on_weekdays, said, turn_on, wait, work
from tests.factories import make_agent, writes
from tests.moving import move_back
from whatsapp.content import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting_for_lena(berlin, lena, amira):
    """Lena serves Amira, who waits for an answer; a reminder is set to five minutes."""
    turn_on(berlin, "reminder", minutes=5)
    conversation = writes(amira, berlin).conversation
    work()
    conversation.refresh_from_db()
    assert conversation.assignee == lena
    return conversation


def test_s1_32_a_customer_without_an_answer_is_told_that_we_have_not_forgotten(waiting_for_lena):
    wait(waiting_for_lena, minutes=5)
    assert said(waiting_for_lena.thread) == [WORDS["reminder"]]
    assert decided(waiting_for_lena.thread) == [("reminder", "done", "")]


def test_s1_33_it_waits_as_long_as_the_number_says(waiting_for_lena):
    wait(waiting_for_lena, minutes=4, seconds=55)
    assert said(waiting_for_lena.thread) == []
    waiting_for_lena.thread.number.automations.update(minutes=30)
    wait(waiting_for_lena, minutes=24)
    assert said(waiting_for_lena.thread) == []
    wait(waiting_for_lena, minutes=2)
    assert said(waiting_for_lena.thread) == [WORDS["reminder"]]


@pytest.mark.parametrize(
    "kind, content",
    [
        ("buttons", {"text": "Still there?", "buttons": [{"id": "button-1", "title": "Yes"}]}),
        ("link", {"text": "Meanwhile", "label": "Answers", "url": "https://example.com/faq"}),
    ],
)
def test_s1_34_it_may_have_buttons(waiting_for_lena, kind, content):
    waiting_for_lena.thread.number.automations.update(content_kind=kind, content=content)
    wait(waiting_for_lena, minutes=6)
    message = waiting_for_lena.messages.get(author_kind="automation")
    assert (message.kind, message.content) == (kind, content)


def test_an_answer_in_time_spares_it_and_the_log_says_who_replied(waiting_for_lena, lena):
    move_back(waiting_for_lena, minutes=4)
    send_message(waiting_for_lena, Text("Here I am"), lena)
    wait(waiting_for_lena, minutes=10)
    assert said(waiting_for_lena.thread) == []
    decision = Decision.objects.get()
    assert decision_sentence(decision) == "Reminder not sent: Lena Brandt replied."


def test_no_answer_needed_spares_it(waiting_for_lena, lena):
    waive_answer(waiting_for_lena.pk, lena)
    wait(waiting_for_lena, minutes=10)
    assert said(waiting_for_lena.thread) == []
    assert decided(waiting_for_lena.thread) == [("reminder", "withdrawn", "answered")]


def test_an_automatic_message_and_a_note_of_a_bot_spare_nothing(waiting_for_lena):
    send_message(waiting_for_lena, Text("Hi"), author_kind=Message.Author.AUTOMATION, bump=False)
    wait(waiting_for_lena, minutes=6)
    assert WORDS["reminder"] in said(waiting_for_lena.thread)


def test_once_for_each_stretch_without_an_answer(waiting_for_lena, berlin, lena, amira):
    wait(waiting_for_lena, minutes=6)
    writes(amira, berlin, "Hello?")
    wait(waiting_for_lena, minutes=30)
    assert said(waiting_for_lena.thread) == [WORDS["reminder"]]
    send_message(waiting_for_lena, Text("Here I am"), lena)
    writes(amira, berlin, "Good")
    wait(waiting_for_lena, minutes=6)
    assert said(waiting_for_lena.thread) == [WORDS["reminder"]] * 2


def test_a_transfer_does_not_restart_it(waiting_for_lena, berlin, lena):
    move_back(waiting_for_lena, minutes=3)
    transfer(waiting_for_lena.pk, lena, to_agent=make_agent("Ben", numbers=[berlin]))
    wait(waiting_for_lena, minutes=2)
    assert said(waiting_for_lena.thread) == [WORDS["reminder"]]


def test_one_that_is_due_within_a_minute_of_a_transfer_waits_that_minute(waiting_for_lena, berlin, lena):
    move_back(waiting_for_lena, minutes=4, seconds=50)
    transfer(waiting_for_lena.pk, lena, to_agent=make_agent("Ben", numbers=[berlin]))
    wait(waiting_for_lena, seconds=30)
    assert said(waiting_for_lena.thread) == []
    wait(waiting_for_lena, seconds=31)
    assert said(waiting_for_lena.thread) == [WORDS["reminder"]]


def test_it_counts_from_when_somebody_serves(berlin, amira):
    turn_on(berlin, "reminder", minutes=5)
    conversation = writes(amira, berlin).conversation
    wait(conversation, hours=2)
    make_agent("Lena", numbers=[berlin])
    work()
    wait(conversation, minutes=4)
    assert said(conversation.thread) == []
    wait(conversation, minutes=1)
    assert said(conversation.thread) == [WORDS["reminder"]]


def test_given_back_to_the_line_it_is_withdrawn(waiting_for_lena, lena):
    give_back(waiting_for_lena.pk, lena)
    wait(waiting_for_lena, minutes=10)
    assert said(waiting_for_lena.thread) == []
    assert decided(waiting_for_lena.thread) == [("reminder", "withdrawn", "returned")]


def test_business_time_stands_still_while_the_number_is_closed(berlin, lena, amira):
    turn_on(berlin, "reminder", minutes=5, counts_business_time=True)
    open_on_weekdays(berlin, weekdays=[(timezone.now().weekday() + 3) % 7])
    conversation = writes(amira, berlin).conversation
    work()
    due_at = Timer.objects.get(conversation=conversation, kind="reminder").due_at
    assert (due_at.hour, due_at.minute) == (9, 5)
    wait(conversation, hours=1)
    assert said(conversation.thread) == []


class TestAfterAnOutageOfTheWorkers:
    """Nothing fired for an hour; what is due then is asked again."""

    def test_a_reminder_whose_cause_is_there_still_is_sent_late_and_once(self, waiting_for_lena):
        move_back(waiting_for_lena, hours=1)
        work()
        work()
        assert said(waiting_for_lena.thread) == [WORDS["reminder"]]

    def test_one_whose_customer_was_answered_meanwhile_is_dropped_with_the_reason(self, waiting_for_lena, lena):
        move_back(waiting_for_lena, minutes=30)
        send_message(waiting_for_lena, Text("Here I am"), lena)
        move_back(waiting_for_lena, minutes=30)
        work()
        assert said(waiting_for_lena.thread) == []
        assert decided(waiting_for_lena.thread) == [("reminder", "withdrawn", "agent_replied")]

    def test_a_timer_that_nobody_took_back_is_asked_again_before_it_acts(self, waiting_for_lena, lena):
        send_message(waiting_for_lena, Text("Here I am"), lena)
        past = timezone.now() - timedelta(minutes=55)
        Timer.objects.create(
            thread=waiting_for_lena.thread, conversation=waiting_for_lena, kind="reminder", due_at=past
        )
        work()
        assert said(waiting_for_lena.thread) == []
        assert not Timer.objects.filter(kind="reminder").exists()

    def test_one_whose_conversation_was_closed_meanwhile_is_dropped(self, waiting_for_lena, lena):
        move_back(waiting_for_lena, minutes=30)
        close(waiting_for_lena.pk, lena)
        move_back(waiting_for_lena, minutes=30)
        work()
        assert said(waiting_for_lena.thread) == []
        decision = Decision.objects.get(automation="reminder")
        assert decision_sentence(decision) == "Reminder not sent: Lena Brandt closed the conversation."

    def test_one_whose_window_has_closed_meanwhile_is_refused_with_the_reason(self, waiting_for_lena):
        move_back(waiting_for_lena, hours=25)
        work()
        assert said(waiting_for_lena.thread) == []
        assert decided(waiting_for_lena.thread) == [("reminder", "refused", "window_closed")]
