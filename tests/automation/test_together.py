"""What people, customers and workers do at the same moment, in threads with connections of their own."""

import pytest
from django.db import connection
from django.utils import timezone

from automation.models import Decision
from inbox import timers
from inbox.actions.assignment import take_over, transfer
from inbox.actions.closing import close, undo_close
from inbox.actions.joining import join
from inbox.actions.opening import Wanted, open_conversation
from inbox.actions.sending import send_message
from inbox.models import Bot, Conversation, Event, Message, Timer
from tests.automation.numbers import turn_on, work
from tests.factories import make_agent, make_contact, writes
from tests.inbox.test_races import at_once
from tests.moving import move_back
from whatsapp.content import Text

pytestmark = pytest.mark.django_db(transaction=True)
TURNS = 3


@pytest.fixture
def served(berlin, lena):
    """Make a conversation that Lena serves; the customer waits."""

    def make(name="Amira"):
        conversation = writes(make_contact(name), berlin).conversation
        work()
        conversation.refresh_from_db()
        assert conversation.assignee == lena
        return conversation

    return make


def fire():
    return timers.fire_due()


def automatic(conversation):
    return Message.objects.filter(conversation=conversation, author_kind="automation").count()


def test_a_reminder_due_while_the_agent_answers_goes_before_the_answer_or_not_at_all(berlin, lena, served):
    turn_on(berlin, "reminder", minutes=5)
    for turn in range(TURNS):
        conversation = served(f"Amira {turn}")
        move_back(conversation, minutes=6)
        at_once(lambda: send_message(conversation, Text("Here I am"), lena), fire, fire)  # noqa: B023
        words = list(conversation.messages.exclude(author_kind="customer").order_by("pk").values_list("author_kind"))
        assert words in ([("agent",)], [("automation",), ("agent",)])
        work()
        assert automatic(conversation) == len(words) - 1


def test_a_word_at_the_moment_of_auto_close_stands_in_an_open_conversation(berlin, lena, served):
    turn_on(berlin, "auto_close", minutes=60)
    for turn in range(TURNS):
        conversation = served(f"Amira {turn}")
        send_message(conversation, Text("It left"), lena)
        move_back(conversation, minutes=61)
        contact = conversation.thread.contact
        at_once(lambda: writes(contact, berlin, "One more thing"), fire, fire)  # noqa: B023
        open_ones = Conversation.objects.filter(thread=conversation.thread).exclude(status="closed")
        assert open_ones.get().unanswered_since is not None


def test_closing_by_hand_and_by_the_rule_at_once_is_one_closing(berlin, lena, served):
    turn_on(berlin, "auto_close", minutes=60)
    for turn in range(TURNS):
        conversation = served(f"Amira {turn}")
        send_message(conversation, Text("It left"), lena)
        move_back(conversation, minutes=61)
        at_once(lambda: close(conversation.pk, lena), fire, fire)  # noqa: B023
        assert conversation.events.filter(kind=Event.Kind.CLOSED).count() == 1
        assert not Timer.objects.filter(thread=conversation.thread, kind="auto_close").exists()


def test_undoing_a_close_as_the_survey_is_due_leaves_it_open_and_asks_at_most_once(berlin, lena, served):
    turn_on(berlin, "survey")
    for turn in range(TURNS):
        conversation = served(f"Amira {turn}")
        message = send_message(conversation, Text("It left"), lena)
        Message.objects.filter(pk=message.pk).update(status="delivered")
        close(conversation.pk, lena)
        move_back(conversation, seconds=11)
        at_once(lambda: undo_close(conversation.pk, lena), fire, fire)  # noqa: B023
        conversation.refresh_from_db()
        assert conversation.status == "assigned"
        asked = automatic(conversation)
        close(conversation.pk, lena)
        move_back(conversation, seconds=11)
        work()
        assert asked <= automatic(conversation) == 1


def test_a_bots_turn_as_an_agent_takes_over_says_nothing_after_the_agent(berlin, lena):
    bot = Bot.objects.create(name="Front desk")
    bot.steps.create(name="ask", kind="ask", text="What is it about?", variable="topic")
    bot.steps.create(name="end", kind="complete", text="Bye", position=1)
    berlin.reception.bot = bot
    berlin.reception.save()
    for turn in range(TURNS):
        conversation = writes(make_contact(f"Amira {turn}"), berlin).conversation
        at_once(lambda: take_over(conversation.pk, lena), fire, fire)  # noqa: B023
        conversation.refresh_from_db()
        assert (conversation.status, conversation.assignee) == ("assigned", lena)
        assert conversation.messages.filter(author_kind="bot").count() <= 1
        assert not Timer.objects.filter(conversation=conversation, kind__startswith="bot").exists()
        work()
        assert conversation.messages.filter(author_kind="bot").count() <= 1


def test_a_reassignment_as_the_customer_responds_is_the_one_that_stays(berlin, lena):
    ben = make_agent("Ben", numbers=[berlin])
    for turn in range(TURNS):
        amira = make_contact(f"Amira {turn}")
        wanted = Wanted(agent=lena, assign_on_handover=True)
        conversation, _ = open_conversation(amira, berlin, wanted)
        at_once(lambda: transfer(conversation.pk, None, to_agent=ben), lambda: writes(amira, berlin))  # noqa: B023
        conversation.refresh_from_db()
        assert (conversation.status, conversation.assignee, conversation.handover_to) == ("assigned", ben, None)
        assert conversation.unanswered_since is not None


def test_contacts_that_join_while_their_timers_fire_lose_none_and_say_nothing_twice(berlin, lena, served):
    turn_on(berlin, "reminder", minutes=5)
    for turn in range(TURNS):
        one, two = served(f"Amira {turn}"), served(f"Amira {turn} again")
        for conversation in (one, two):
            move_back(conversation, minutes=6)
        contacts = one.thread.contact, two.thread.contact
        at_once(lambda: join(*contacts, timezone.now()), fire, fire)  # noqa: B023
        work()
        thread = contacts[0].threads.get()
        stays = thread.conversations.exclude(status="closed").get()
        assert 1 <= Message.objects.filter(thread=thread, author_kind="automation").count() <= 2
        assert automatic(stays) <= 1
        assert not Timer.objects.exclude(thread=thread).filter(conversation__thread=thread).exists()


def test_a_worker_killed_in_the_middle_of_a_reminder_leaves_it_due(berlin, served, monkeypatch):
    turn_on(berlin, "reminder", minutes=5)
    conversation = served()
    move_back(conversation, minutes=6)
    handler, deaths = timers._handlers["reminder"], []

    def dies_once(change, timer):
        handler(change, timer)
        if not deaths:
            deaths.append(1)
            with connection.cursor() as cursor:
                cursor.execute("select pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setitem(timers._handlers, "reminder", dies_once)
    with pytest.raises(Exception, match="terminat"):
        timers.fire_due()
    connection.close()
    assert Timer.objects.filter(kind="reminder").exists()
    assert automatic(conversation) == 0
    work()
    work()
    assert automatic(conversation) == 1
    assert Decision.objects.filter(automation="reminder", outcome="done").count() == 1
