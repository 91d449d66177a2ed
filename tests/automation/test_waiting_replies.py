"""The replies to a customer who waits: unassigned, in queue, outside business hours."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from automation.models import Decision
from automation.reactions.timing import retime_number
from inbox.actions.assignment import claim, give_back
from inbox.actions.closing import close
from inbox.actions.sending import send_message
from inbox.models import Message, Reception
from tests.automation.numbers import WORDS, decided, open_on_weekdays, said, turn_on, wait, work
from tests.factories import make_agent, make_contact, make_number, writes
from tests.moving import move_back
from whatsapp.content import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def number():
    return make_number()


@pytest.fixture
def amira():
    return make_contact("Amira")


def later(**duration):
    return timezone.now() + timedelta(**duration)


def arrives(contact, number, text="Hello", **more):
    """The customer writes, the workers have done everything, and two seconds have passed."""
    conversation = writes(contact, number, text, **more).conversation
    work()
    wait(conversation, seconds=2)
    conversation.refresh_from_db()
    return conversation


def closed_now(number):
    """Open on a day that is not today."""
    return open_on_weekdays(number, weekdays=[(timezone.now().weekday() + 3) % 7])


class TestUnassigned:
    def test_s1_20_a_customer_whom_nobody_serves_is_answered_within_seconds(self, number, amira):
        turn_on(number, "unassigned")
        thread = arrives(amira, number).thread
        assert said(thread) == [WORDS["unassigned"]]
        assert decided(thread) == [("unassigned", "done", "")]

    def test_a_number_without_it_says_nothing(self, number, amira):
        turn_on(make_number(), "unassigned")
        assert said(arrives(amira, number).thread) == []

    def test_it_is_silent_and_no_answer(self, number, amira):
        turn_on(number, "unassigned")
        message = writes(amira, number)
        bumped_at, unread = message.conversation.bumped_at, message.pk
        conversation = move_back(message.conversation, seconds=2)
        work()
        conversation.refresh_from_db()
        assert conversation.bumped_at == bumped_at - timedelta(seconds=2)
        assert conversation.last_inbound_id == unread
        assert conversation.unanswered_since is not None

    def test_once_in_a_waiting_episode_however_often_the_customer_writes(self, number, amira):
        turn_on(number, "unassigned")
        conversation = arrives(amira, number)
        move_back(conversation, minutes=30)
        arrives(amira, number, "Is anybody there?")
        assert said(conversation.thread) == [WORDS["unassigned"]]

    def test_again_when_the_customer_writes_after_the_window_had_closed(self, number, amira):
        turn_on(number, "unassigned")
        conversation = arrives(amira, number)
        move_back(conversation, hours=25)
        arrives(amira, number, "Is anybody there?")
        assert said(conversation.thread) == [WORDS["unassigned"]] * 2

    def test_somebody_who_serves_at_once_spares_the_customer_the_reply(self, number, amira):
        turn_on(number, "queue")
        make_agent("Lena", numbers=[number])
        thread = arrives(amira, number).thread
        assert said(thread) == []
        assert decided(thread) == [("queue", "withdrawn", "someone_serves")]

    def test_a_new_episode_begins_when_the_agent_gives_it_back(self, number, amira):
        turn_on(number, "unassigned")
        conversation = arrives(amira, number)
        lena = make_agent("Lena", numbers=[number])
        claim(conversation.pk, lena)
        move_back(conversation, hours=1)
        writes(amira, number, "Thank you, and another thing")
        give_back(conversation.pk, lena)
        wait(conversation, seconds=2)
        assert said(conversation.thread) == [WORDS["unassigned"]] * 2

    def test_not_within_ten_minutes_of_an_agents_message(self, number, amira):
        turn_on(number, "unassigned")
        lena = make_agent("Lena", numbers=[number])
        conversation = arrives(amira, number)
        send_message(conversation, Text("I am looking it up"), lena)
        writes(amira, number, "Fine")
        give_back(conversation.pk, lena)
        wait(conversation, minutes=9)
        assert said(conversation.thread) == []
        wait(conversation, minutes=2)
        assert said(conversation.thread) == [WORDS["unassigned"]]

    def test_words_that_were_on_their_way_for_an_hour_draw_nothing(self, number, amira):
        turn_on(number, "unassigned")
        thread = arrives(amira, number, sent_at=timezone.now() - timedelta(minutes=61)).thread
        assert said(thread) == []
        assert decided(thread) == [("unassigned", "withdrawn", "old_word")]

    def test_a_closed_window_is_the_reason_in_the_log(self, number, amira):
        turn_on(number, "unassigned")
        conversation = writes(amira, number).conversation
        conversation.thread.window_until = timezone.now() - timedelta(minutes=1)
        conversation.thread.save()
        wait(conversation, seconds=2)
        assert said(conversation.thread) == []
        assert decided(conversation.thread) == [("unassigned", "refused", "window_closed")]

    def test_s1_23_what_is_saved_holds_for_those_who_wait_already(self, number, amira):
        conversation = arrives(amira, number)
        turn_on(number, "unassigned")
        retime_number(number.pk)
        work()
        assert said(conversation.thread) == [WORDS["unassigned"]]


class TestInQueue:
    def test_s1_24_a_customer_in_the_queue_is_told_so(self, number, amira):
        turn_on(number, "queue")
        turn_on(number, "unassigned")
        make_agent("Lena", numbers=[number], limit=0)
        conversation = arrives(amira, number)
        assert conversation.status == "queued"
        assert said(conversation.thread) == [WORDS["queue"]]

    def test_s1_25_it_may_say_how_many_wait_before(self, number, amira):
        turn_on(number, "queue", says_position=True)
        make_agent("Lena", numbers=[number], limit=0)
        first = arrives(make_contact("Ben"), number)
        second = arrives(amira, number)
        assert said(first.thread) == [f"{WORDS['queue']}\n\nYou are next."]
        assert said(second.thread) == [f"{WORDS['queue']}\n\nAbout 1 before you."]

    def test_switched_off_it_says_nothing(self, number, amira):
        turn_on(number, "unassigned")
        make_agent("Lena", numbers=[number], limit=0)
        assert said(arrives(amira, number).thread) == []

    def test_becoming_unassigned_while_it_waits_is_the_same_episode(self, number, amira):
        turn_on(number, "queue")
        turn_on(number, "unassigned")
        lena = make_agent("Lena", numbers=[number], limit=0)
        conversation = arrives(amira, number)
        lena.availability = "away"
        lena.save()
        work()
        conversation.refresh_from_db()
        assert conversation.status == "unassigned"
        wait(conversation, minutes=5)
        assert said(conversation.thread) == [WORDS["queue"]]

    def test_not_where_agents_pick_by_hand(self, number, amira):
        turn_on(number, "queue")
        Reception.objects.filter(number=number).update(picking="manual")
        make_agent("Lena", numbers=[number], limit=0)
        assert said(arrives(amira, number).thread) == []


class TestOutsideBusinessHours:
    def test_it_goes_before_the_replies_of_the_line(self, number, amira):
        turn_on(number, "closed_hours")
        turn_on(number, "unassigned")
        closed_now(number)
        conversation = arrives(amira, number)
        wait(conversation, minutes=5)
        assert said(conversation.thread) == [WORDS["closed_hours"]]

    def test_also_while_somebody_serves(self, number, amira):
        turn_on(number, "closed_hours")
        closed_now(number)
        make_agent("Lena", numbers=[number])
        conversation = arrives(amira, number)
        assert conversation.status == "assigned"
        assert said(conversation.thread) == [WORDS["closed_hours"]]

    def test_once_in_a_closed_period(self, number, amira):
        turn_on(number, "closed_hours")
        closed_now(number)
        lena = make_agent("Lena", numbers=[number])
        conversation = arrives(amira, number)
        close(conversation.pk, lena)
        arrives(amira, number, "And another thing")
        assert said(conversation.thread) == [WORDS["closed_hours"]]

    def test_not_while_open(self, number, amira):
        turn_on(number, "closed_hours")
        open_on_weekdays(number, "00:00", "00:00", weekdays=range(7))
        assert said(arrives(amira, number).thread) == []


class TestTwoMachines:
    def test_after_ten_automatic_messages_in_ten_minutes_automation_stops_with_a_line(self, number, amira):
        turn_on(number, "unassigned")
        conversation = writes(amira, number).conversation
        for _ in range(10):
            send_message(conversation, Text("I am a bot"), author_kind=Message.Author.BOT, bump=False)
        wait(conversation, minutes=2)
        assert said(conversation.thread) == []
        assert conversation.events.filter(kind="automation_stopped").count() == 1
        assert ("refused", "two_machines") in decided(conversation.thread, "unassigned")
        move_back(conversation, hours=25)
        arrives(amira, number, "Beep")
        assert said(conversation.thread) == []

    def test_nine_are_not_too_many(self, number, amira):
        turn_on(number, "unassigned")
        conversation = writes(amira, number).conversation
        for _ in range(9):
            send_message(conversation, Text("I am a bot"), author_kind=Message.Author.BOT, bump=False)
        wait(conversation, minutes=2)
        assert said(conversation.thread) == [WORDS["unassigned"]]


def test_a_number_that_does_nothing_by_itself_is_asked_once_per_change(number, amira):
    writes(amira, number)
    with CaptureQueriesContext(connection) as queries:
        writes(amira, number, "Anybody?")
    about = [query["sql"] for query in queries if "automation_" in query["sql"] and "surveyanswer" not in query["sql"]]
    assert len(about) == 1


def test_the_log_names_the_message_that_was_sent(number, amira):
    turn_on(number, "unassigned")
    conversation = arrives(amira, number)
    decision = Decision.objects.get(thread=conversation.thread)
    assert (decision.message.text, decision.conversation) == (WORDS["unassigned"], conversation)
