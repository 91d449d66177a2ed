"""What a number says and does by itself, as customers see it on their phones. Stored times are moved; nobody sleeps."""

import pytest
from django.test import TestCase
from django.utils import timezone

from automation import ice_breakers
from automation.sentences import decision_sentence
from inbox.models import Message
from tests.automation.numbers import WORDS, open_on_weekdays, turn_on
from tests.journeys.office import is_assigned_to, run
from tests.moving import move_back
from whatsapp.client import GraphClient


@pytest.fixture
def closed(berlin):
    """Berlin is open on a day that is not today."""
    return open_on_weekdays(berlin, weekdays=[(timezone.now().weekday() + 3) % 7])


def arrives(office, phone, text="Where is my parcel?"):
    """The customer writes and it is here; their conversation."""
    phone.writes(text)
    office.waits_for_word(phone, text)
    office.settle()
    return office.conversation_of(phone)


def time_passes(office, conversation, **duration):
    """Move the stored times, then let beat look for what is due and the workers do it."""
    move_back(conversation, **duration)
    run("inbox.tasks.fire_timers")
    office.settle()
    conversation.refresh_from_db()
    return conversation


def reads(phone):
    """What we wrote, as the phone shows it: texts, oldest first."""
    return [words_of(message) for message in phone.messages() if message["direction"] == "out"]


def words_of(message):
    body = message["body"]
    if message["type"] == "interactive":
        return body["body"]["text"]
    return body.get("body") or body.get("caption", "")


def pushed_to_meta(office, number):
    """As after Save on the number's page."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        ice_breakers.want_push(number.pk)
    office.worker.work()


def test_s1_4_s1_5_s1_8_a_customer_who_opens_the_chat_is_welcomed_before_writing_a_word(office, berlin, amira):
    turn_on(berlin, "welcome")
    pushed_to_meta(office, berlin)
    amira.opens_chat()
    office.until(lambda: reads(amira), "no welcome came")
    assert reads(amira) == [WORDS["welcome"]]
    assert not office.thread_of(amira).conversations.exists()
    office.until(lambda: office.sandbox.sent(customer=amira, status="read"), "the welcome never reached the phone")


def test_s1_14_s1_15_an_ice_breaker_is_sent_at_once_as_the_customers_own_word(office, berlin, amira):
    turn_on(berlin, "welcome")
    turn_on(berlin, "ice_breakers", prompts=["Where is my parcel?", "What does it cost?"])
    pushed_to_meta(office, berlin)
    at_meta = GraphClient(berlin.account.access_token).conversational_automation(berlin.phone_number_id)
    conversation = arrives(office, amira, at_meta["prompts"][0])
    word = conversation.messages.get(author_kind=Message.Author.CUSTOMER)
    assert (word.kind, word.text) == ("text", "Where is my parcel?")
    assert reads(amira) == [WORDS["welcome"]]


def test_s1_6_s1_12_a_welcome_with_buttons_is_tapped_and_the_tap_opens_a_conversation(office, berlin, amira):
    content = {"text": "How can we help?", "buttons": [{"id": "button-1", "title": "My parcel"}]}
    turn_on(berlin, "welcome", content_kind="buttons", content=content)
    pushed_to_meta(office, berlin)
    amira.opens_chat()
    office.until(lambda: reads(amira), "no welcome came")
    mira = office.agent("Mira")
    amira.taps(office.sandbox.sent(customer=amira)[-1], "My parcel")
    office.until(lambda: office.thread_of(amira).conversations.exists(), "the tap did not arrive")
    office.settle()
    assert is_assigned_to(office.conversation_of(amira), mira)


def test_an_automatic_message_stands_in_the_thread_with_its_label_and_its_ticks(office, berlin, amira):
    turn_on(berlin, "welcome")
    mira = office.agent("Mira")
    conversation = arrives(office, amira)
    amira.opens_chat()
    office.settle()
    message = conversation.thread.messages.get(author_kind="automation")
    assert message.status == Message.Status.READ
    html = mira.looks_at(conversation).html
    assert WORDS["welcome"] in html
    assert "Automatic reply" in html


def test_an_automatic_message_that_fails_says_so_like_any_other(office, berlin, amira):
    turn_on(berlin, "welcome")
    mira = office.agent("Mira")
    office.sandbox.fault("refuse", code=131026, times=1)
    conversation = arrives(office, amira)
    message = conversation.thread.messages.get(author_kind="automation")
    assert message.status == Message.Status.FAILED
    assert message.error_text in mira.looks_at(conversation).html
    conversation.refresh_from_db()
    assert conversation.unanswered_since is not None


def test_s1_20_a_customer_whom_nobody_serves_is_answered(office, berlin, amira):
    turn_on(berlin, "unassigned")
    conversation = arrives(office, amira)
    time_passes(office, conversation, seconds=1)
    assert reads(amira) == [WORDS["unassigned"]]


def test_s1_24_s1_25_s1_26_a_customer_in_the_queue_is_told_so_and_how_many_are_before(office, berlin, amira, luis, ida):
    turn_on(berlin, "queue", says_position=True)
    mira = office.agent("Mira", limit=1)
    first, second, third = (arrives(office, phone) for phone in (amira, luis, ida))
    assert is_assigned_to(first, mira)
    time_passes(office, second, seconds=1)
    time_passes(office, third, seconds=1)
    assert reads(amira) == []
    assert reads(luis) == [f"{WORDS['queue']}\n\nYou are next."]
    assert reads(ida) == [f"{WORDS['queue']}\n\nAbout 1 before you."]


def test_outside_business_hours_the_customer_hears_so_and_not_also_that_nobody_serves(office, berlin, amira, closed):
    turn_on(berlin, "closed_hours")
    turn_on(berlin, "unassigned")
    conversation = arrives(office, amira)
    time_passes(office, conversation, seconds=1)
    time_passes(office, conversation, minutes=5)
    assert reads(amira) == [WORDS["closed_hours"]]


def test_s1_32_s1_33_a_slow_answer_draws_the_reminder_and_the_log_tells_of_the_next_one(office, berlin, amira):
    turn_on(berlin, "reminder", minutes=5)
    mira = office.agent("Mira")
    conversation = arrives(office, amira)
    time_passes(office, conversation, minutes=5)
    assert reads(amira) == [WORDS["reminder"]]
    mira.says(conversation, "It left Hamburg")
    arrives(office, amira, "When?")
    mira.says(conversation, "Tomorrow")
    time_passes(office, conversation, minutes=5)
    assert reads(amira) == [WORDS["reminder"], "It left Hamburg", "Tomorrow"]
    assert "Reminder not sent: Mira replied." in [decision_sentence(one) for one in conversation.decisions.all()]


def test_after_an_outage_of_an_hour_a_reminder_whose_cause_is_gone_is_dropped_with_the_reason(office, berlin, amira):
    turn_on(berlin, "reminder", minutes=5)
    mira = office.agent("Mira")
    conversation = arrives(office, amira)
    move_back(conversation, minutes=50)
    mira.says(conversation, "It left Hamburg")
    time_passes(office, conversation, minutes=10)
    assert reads(amira) == ["It left Hamburg"]
    (decision,) = conversation.decisions.all()
    assert decision_sentence(decision) == "Reminder not sent: Mira replied."


def test_s1_35_s1_42_a_silent_customer_s_conversation_closes_by_itself_with_a_line(office, berlin, amira):
    turn_on(berlin, "auto_close", minutes=24 * 60)
    mira = office.agent("Mira")
    conversation = arrives(office, amira)
    mira.says(conversation, "It left Hamburg")
    assert time_passes(office, conversation, hours=23, minutes=59).status == "assigned"
    assert time_passes(office, conversation, minutes=1).status == "closed"
    assert "Closed automatically: no word for 24 hours" in mira.looks_at(conversation).html


def test_s1_44_s1_47_s1_48_after_the_close_the_customer_is_asked_how_it_was(office, berlin, amira):
    turn_on(berlin, "survey")
    mira = office.agent("Mira")
    conversation = arrives(office, amira)
    mira.says(conversation, "It left Hamburg")
    office.settle()
    mira.does("close", conversation)
    time_passes(office, conversation, seconds=9)
    assert reads(amira) == ["It left Hamburg"]
    time_passes(office, conversation, seconds=1)
    survey = office.sandbox.sent(customer=amira)[-1]
    action = survey["body"]["action"]
    assert words_of(survey) == "How was it?"
    assert action["button"] == "Rate us"
    assert [row["title"] for section in action["sections"] for row in section["rows"]] == [
        "Very satisfied",
        "Satisfied",
        "Neutral",
        "Dissatisfied",
        "Very dissatisfied",
    ]
