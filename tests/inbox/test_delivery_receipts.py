"""Receipts find their message and move it forward only."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.delivery import record_receipt
from inbox.models import Event, Message
from tests.factories import make_agent, make_conversation, make_number
from whatsapp.inbound import Fault, StatusReported

pytestmark = pytest.mark.django_db
AT = timezone.now().replace(microsecond=0)


@pytest.fixture
def conversation():
    number = make_number()
    return make_conversation("assigned", number=number, assignee=make_agent(numbers=[number]))


@pytest.fixture
def message(conversation):
    return Message.objects.create(
        thread=conversation.thread,
        conversation=conversation,
        author=conversation.assignee,
        author_kind="agent",
        kind="text",
        content={"text": "Hello"},
        status="sent",
        wamid="wamid.out",
    )


def event_of(message, status, minutes=0, **more):
    number = message.thread.number
    return StatusReported(
        number.account.waba_id,
        more.pop("phone_number_id", number.phone_number_id),
        more.pop("wamid", "wamid.out"),
        status,
        AT + timedelta(minutes=minutes),
        **more,
    )


def report(message, status, minutes=0, **more):
    found = record_receipt(event_of(message, status, minutes, **more))
    message.refresh_from_db()
    return found


def test_delivered_and_read_are_kept_with_metas_times(message):
    report(message, "delivered", 1)
    report(message, "read", 2)
    assert message.status == "read"
    assert (message.delivered_at, message.read_at) == (AT + timedelta(minutes=1), AT + timedelta(minutes=2))


def test_read_without_delivered_means_both(message):
    """Meta may skip `delivered` while the chat is open (reference: statuses)."""
    report(message, "read", 2)
    assert message.delivered_at == message.read_at == AT + timedelta(minutes=2)


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read", "read"])))
def test_in_any_order_and_twice_the_furthest_stays(message, order):
    for status in order:
        report(message, status)
    assert message.status == "read"


def test_every_step_shows_on_the_screens(message):
    before = message.version
    report(message, "delivered")
    assert message.version > before


def test_what_says_nothing_new_costs_a_look_and_shows_nothing(message, django_assert_max_num_queries):
    report(message, "delivered")
    before, told = message.version, event_of(message, "sent", 1)
    with django_assert_max_num_queries(1):
        assert record_receipt(told) == message
    message.refresh_from_db()
    assert (message.status, message.version) == ("delivered", before)


def test_a_failure_says_why_in_a_sentence_and_is_not_sent_again(message):
    report(message, "failed", error=Fault(131047, "Re-engagement message"))
    assert (message.status, message.error_code) == ("failed", 131047)
    assert "template" in message.error_text
    assert Message.objects.count() == 1


def test_a_failure_leaves_the_customer_unanswered_again(message, conversation):
    since = conversation.unanswered_since
    message.answered_since, conversation.unanswered_since = since, None
    message.save()
    conversation.save()
    report(message, "failed", error=Fault(131026))
    conversation.refresh_from_db()
    assert conversation.unanswered_since == since


def test_a_failure_in_a_closed_conversation_opens_nothing(message, conversation):
    message.answered_since = conversation.unanswered_since
    message.save()
    conversation.status, conversation.closed_at, conversation.unanswered_since = "closed", AT, None
    conversation.save()
    report(message, "failed", error=Fault(131026))
    conversation.refresh_from_db()
    assert (conversation.status, conversation.unanswered_since) == ("closed", None)


def test_a_message_that_arrived_cannot_fail(message):
    report(message, "delivered")
    report(message, "failed", error=Fault(131026))
    assert (message.status, message.error_text) == ("delivered", "")


def test_a_late_delivery_overrules_a_failure(message):
    report(message, "failed", error=Fault(131026))
    report(message, "delivered")
    assert (message.status, message.error_code, message.error_text) == ("delivered", None, "")


def test_the_numbers_own_fault_by_receipt_holds_the_number(message):
    report(message, "failed", error=Fault(131042))
    number = message.thread.number
    number.refresh_from_db()
    assert number.is_on_hold


def test_a_customer_who_stopped_marketing_is_remembered(message, conversation):
    report(message, "failed", error=Fault(131050))
    contact = conversation.thread.contact
    contact.refresh_from_db()
    assert contact.whatsapp_optout == "marketing"
    assert conversation.events.filter(kind=Event.Kind.OPTED_OUT).exists()


def test_a_receipt_of_an_unknown_message_is_nobodys(message):
    assert report(message, "delivered", wamid="wamid.else") is None
    assert message.status == "sent"


def test_our_own_id_finds_the_message_only_on_its_number(message):
    Message.objects.filter(pk=message.pk).update(wamid=None, status="unconfirmed")
    told = {"wamid": "wamid.new", "callback_data": f"m:{message.pk}"}
    assert report(message, "delivered", phone_number_id="another", **told) is None
    assert report(message, "delivered", callback_data="m:9999999", wamid="wamid.new") is None
    assert report(message, "delivered", **told) == message
    assert (message.status, message.wamid) == ("delivered", "wamid.new")


@pytest.mark.parametrize("odd", ["", "m:", "m:x", "m:12;drop", "outbox:5", "m:" + "9" * 40])
def test_callback_data_of_others_is_nobodys(message, odd):
    assert report(message, "delivered", wamid="wamid.else", callback_data=odd) is None


def test_an_inbound_message_takes_no_receipts(message):
    Message.objects.filter(pk=message.pk).update(author_kind="customer", author=None, status="received")
    assert report(message, "read") is None
    assert message.status == "received"
