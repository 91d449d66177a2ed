"""Deadlines follow what changes: the conversation, and what its number wants."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from automation.models import Decision
from automation.reactions.timing import retime_changed, retime_number
from inbox.actions.closing import close
from inbox.actions.joining import join
from inbox.actions.sending import send_message
from inbox.actions.tags import add_tag
from inbox.models import Message, Thread, Timer
from tests.automation.numbers import WORDS, decided, said, turn_on, wait, work
from tests.factories import make_contact, make_conversation, make_tag, writes
from whatsapp.content import Text

pytestmark = pytest.mark.django_db


def kinds_of(conversation):
    return set(Timer.objects.filter(conversation=conversation).values_list("kind", flat=True))


def test_s1_1_each_number_has_its_own(berlin, lena, amira):
    turn_on(berlin, "reminder")
    conversation = writes(amira, berlin).conversation
    elsewhere = make_conversation("assigned", assignee=lena)
    work()
    assert kinds_of(conversation) == {"reminder"}
    assert kinds_of(elsewhere) == set()


def test_what_was_switched_on_counts_for_conversations_that_are_open_already(berlin, lena, amira):
    conversation = writes(amira, berlin).conversation
    work()
    send_message(conversation, Text("Hello"), lena)
    turn_on(berlin, "auto_close", minutes=60)
    version = Thread.objects.get().version
    retime_number(berlin.pk)
    assert kinds_of(conversation) == {"auto_close"}
    assert Thread.objects.get().version == version
    assert wait(conversation, hours=1).status == "closed"


def test_a_lost_wake_up_about_settings_is_repaired_within_the_hour(berlin, lena, amira):
    conversation = writes(amira, berlin).conversation
    work()
    send_message(conversation, Text("Hello"), lena)
    turn_on(berlin, "auto_close", minutes=60)
    retime_changed(timezone.now() + timedelta(hours=2))
    assert kinds_of(conversation) == set()
    retime_changed()
    assert kinds_of(conversation) == {"auto_close"}


def test_an_open_conversation_and_the_closed_one_before_it_are_both_retimed(berlin, lena, amira):
    turn_on(berlin, "survey")
    berlin.reception.follow_up_minutes = 0
    berlin.reception.save()
    closed = writes(amira, berlin).conversation
    work()
    send_message(closed, Text("Hello"), lena)
    close(closed.pk, lena)
    again = writes(amira, berlin).conversation
    work()
    turn_on(berlin, "reminder")
    berlin.automations.filter(kind="survey").update(is_on=False)
    retime_number(berlin.pk)
    assert kinds_of(closed) == set()
    assert kinds_of(again) == {"reminder"}


def test_what_was_switched_off_is_taken_back_and_said_so(berlin, lena, amira):
    reminder = turn_on(berlin, "reminder")
    conversation = writes(amira, berlin).conversation
    work()
    reminder.is_on = False
    reminder.save()
    retime_number(berlin.pk)
    assert kinds_of(conversation) == set()
    assert decided(conversation.thread) == [("reminder", "withdrawn", "switched_off")]


def test_a_change_that_concerns_no_deadline_asks_nothing(berlin, lena, amira):
    turn_on(berlin, "reminder")
    conversation = writes(amira, berlin).conversation
    work()
    tag = make_tag("Parcel")
    with CaptureQueriesContext(connection) as queries:
        add_tag(conversation.pk, tag, lena)
    assert not [query for query in queries if '"automation_automation"' in query["sql"]]


def test_a_word_costs_three_queries_more_where_automations_are_on(berlin, lena, amira):
    conversation = writes(amira, berlin).conversation
    work()
    with CaptureQueriesContext(connection) as before:
        writes(amira, berlin, "One")
    for kind in ("welcome", "unassigned", "queue", "reminder", "auto_close", "survey"):
        turn_on(berlin, kind)
    retime_number(berlin.pk)
    with CaptureQueriesContext(connection) as after:
        writes(amira, berlin, "Two")
    assert len(after) - len(before) <= 3
    assert kinds_of(conversation) == {"reminder"}


def test_what_was_asked_about_a_conversation_stays_asked_when_its_contact_joins_another(berlin, lena, amira):
    turn_on(berlin, "survey")
    conversation = writes(amira, berlin).conversation
    work()
    message = send_message(conversation, Text("It left Hamburg"), lena)
    Message.objects.filter(pk=message.pk).update(status="delivered")
    close(conversation.pk, lena)
    wait(conversation, seconds=10)
    keep = make_contact("Amira H.")
    make_conversation("closed", number=berlin, contact=keep)
    join(keep, amira, message.at)
    retime_number(berlin.pk)
    wait(conversation, minutes=1)
    assert Decision.objects.filter(automation="survey", outcome="done").count() == 1
    assert "survey" not in kinds_of(conversation)


def test_the_order_is_welcome_then_one_waiting_reply(berlin, amira):
    for kind in ("welcome", "unassigned", "closed_hours"):
        turn_on(berlin, kind)
    conversation = writes(amira, berlin).conversation
    wait(conversation, minutes=5)
    assert said(conversation.thread) == [WORDS["welcome"]]
    wait(conversation, minutes=2)
    assert said(conversation.thread) == [WORDS["welcome"], WORDS["unassigned"]]
