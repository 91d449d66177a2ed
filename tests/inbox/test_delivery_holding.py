"""A number on hold: its messages wait as held, with the reason, and go on when it is well again."""

import pytest

from inbox import delivery
from inbox.actions.sending import send_message
from inbox.delivery import deliver_next
from inbox.models import Message
from tests.factories import make_agent, make_contact, make_conversation
from whatsapp import connection, signals
from whatsapp.content import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(berlin):
    return make_agent("Ben Krüger", numbers=[berlin])


def talk(meta, berlin, ben, name):
    phone = meta.customer(name)
    phone.writes("Hello")
    contact = make_contact(name, f"+{phone.phone}")
    return make_conversation("assigned", number=berlin, contact=contact, assignee=ben)


@pytest.fixture
def conversation(meta, berlin, ben):
    return talk(meta, berlin, ben, "Amira")


@pytest.fixture
def heard():
    """Names of numbers that were held or resumed, as the layers above hear of them."""
    news = []

    def held(sender, number, **kwargs):
        news.append(("held", number.name))

    def resumed(sender, number, **kwargs):
        news.append(("resumed", number.name))

    signals.number_held.connect(held)
    signals.number_resumed.connect(resumed)
    yield news
    signals.number_held.disconnect(held)
    signals.number_resumed.disconnect(resumed)


@pytest.mark.parametrize("code", [190, 10, 131042, 131031])
def test_the_numbers_own_fault_holds_its_messages(conversation, ben, meta, heard, code):
    meta.fault("refuse", code=code, times=1)
    first = send_message(conversation.pk, Text("First"), ben)
    second = send_message(conversation.pk, Text("Second"), ben)
    deliver_next(conversation.thread_id)
    first.refresh_from_db()
    second.refresh_from_db()
    number = conversation.thread.number
    number.refresh_from_db()
    assert (first.status, second.status) == ("held", "held")
    assert number.is_on_hold
    assert second.error_text == number.held_reason != ""
    assert heard == [("held", "Berlin")]


def test_messages_of_its_other_threads_are_held_too(conversation, ben, meta, berlin):
    other = talk(meta, berlin, ben, "Ida")
    waits = send_message(other.pk, Text("Hello Ida"), ben)
    meta.fault("refuse", code=190, times=1)
    send_message(conversation.pk, Text("Hello"), ben)
    deliver_next(conversation.thread_id)
    delivery.hold_messages(berlin.pk)
    waits.refresh_from_db()
    assert waits.status == "held"
    deliver_next(other.thread_id)
    assert meta.sent() == []


def test_sending_resumes_in_order_after_a_good_check(conversation, ben, meta, berlin, heard):
    meta.fault("refuse", code=190, times=1)
    messages = [send_message(conversation.pk, Text(f"Line {n}"), ben) for n in range(3)]
    deliver_next(conversation.thread_id)
    berlin.refresh_from_db()
    assert connection.check(berlin).is_connected
    delivery.release_messages(berlin.pk)
    deliver_next(conversation.thread_id)
    assert [row["callback_data"] for row in meta.sent()] == [f"m:{message.pk}" for message in messages]
    assert heard == [("held", "Berlin"), ("resumed", "Berlin")]
    assert not Message.objects.exclude(status="sent").exists()


def test_a_lane_released_by_nobody_finds_out_by_itself(conversation, ben, meta, berlin):
    connection.hold(berlin, "The token has expired.")
    message = send_message(conversation.pk, Text("Hello"), ben)
    deliver_next(conversation.thread_id)
    connection.resume(berlin)
    deliver_next(conversation.thread_id)
    message.refresh_from_db()
    assert (message.status, message.error_text) == ("sent", "")


def test_the_sweep_wakes_what_is_held_by_a_number_that_may_send(conversation, ben, meta, berlin, monkeypatch):
    woken = []
    monkeypatch.setattr("inbox.delivery.sweeping.wake_for", lambda task, *args: woken.append(args))
    connection.hold(berlin, "The token has expired.")
    send_message(conversation.pk, Text("Hello"), ben)
    delivery.sweep()
    assert woken == []
    connection.resume(berlin)
    delivery.sweep()
    assert woken == [(conversation.thread_id,)]


def test_holding_twice_is_told_once(berlin, heard):
    assert connection.hold(berlin, "The token has expired.")
    assert not connection.hold(berlin, "Another reason.")
    assert connection.resume(berlin)
    assert not connection.resume(berlin)
    assert heard == [("held", "Berlin"), ("resumed", "Berlin")]
