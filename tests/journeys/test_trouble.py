"""What goes wrong on the way: failures, webhooks twice and shuffled, cut answers, a number on hold, Meta away."""

import pytest
from django.utils.html import escape

from inbox.models import Message
from tests.factories import moved_back
from whatsapp import connection
from whatsapp.models import Number, WebhookCall


@pytest.fixture
def mira(office):
    return office.agent("Mira")


@pytest.fixture
def conversation(office, mira, amira):
    """Mira serves Amira. No read marks: a fault meets the message."""
    office.number.reception.sends_read_marks = False
    office.number.reception.save()
    amira.writes("Where is my parcel?")
    office.waits_for_word(amira, "Where is my parcel?")
    office.settle()
    return office.conversation_of(amira)


def now_due(message):
    """The pause before the next try is over."""
    moved_back(Message.objects.get(pk=message.pk), minutes=10)


# Outbound


def test_a_failed_message_says_why_leaves_the_customer_unanswered_and_is_sent_again_by_hand(
    office, mira, conversation, amira, fresh
):
    office.sandbox.fault("fail", code=131026, times=1)
    failed = mira.says(conversation, "It left Hamburg")
    office.until(lambda: fresh(failed).status == "failed")
    page = mira.looks_at(conversation).html
    assert "the customer may not use WhatsApp, or may have blocked this number" in page
    assert "Send again" in page
    conversation.refresh_from_db()
    assert conversation.unanswered_since
    again = mira.post(f"/inbox/m/{failed.pk}/again/")
    twice = mira.post(f"/inbox/m/{failed.pk}/again/")
    assert (again.status, again.data["id"]) == (201, twice.data["id"])
    second = Message.objects.get(pk=again.data["id"])
    office.until(lambda: fresh(second).status == "delivered")
    assert second.retry_of == failed
    assert [row["body"]["body"] for row in amira.messages() if row["status"] == "delivered"][-1] == "It left Hamburg"
    assert office.sandbox.doubles() == {}


def test_a_throttled_message_waits_and_keeps_those_behind_it_in_order(office, mira, conversation, amira, fresh):
    office.sandbox.fault("refuse", code=130429, times=1)
    first = mira.says(conversation, "One")
    mira.says(conversation, "Two")
    assert fresh(first).status == "queued"
    assert office.sandbox.sent(amira) == []
    now_due(first)
    office.sweep()
    assert [row["body"]["body"] for row in office.sandbox.sent(amira)] == ["One", "Two"]


@pytest.mark.parametrize("how", ["cut", "html"])
def test_what_meta_may_have_taken_is_unconfirmed_after_its_time_and_never_sent_twice(
    office, mira, conversation, amira, fresh, how
):
    office.sandbox.fault("outage", how=how, on="messages", times=1)
    lost = mira.says(conversation, "It left Hamburg")
    behind = mira.says(conversation, "It comes tomorrow")
    assert [fresh(lost).status, fresh(behind).status] == ["sending", "queued"]
    Message.objects.filter(pk=lost.pk).update(claimed_until=lost.created_at)
    office.sweep()
    assert [fresh(lost).status, fresh(behind).status] == ["unconfirmed", "sent"]
    assert "May have been sent" in mira.looks_at(conversation).html
    assert [row["body"]["body"] for row in office.sandbox.sent(amira)] == ["It comes tomorrow"]


def test_a_message_whose_answer_was_cut_off_is_settled_by_its_receipt_and_never_doubled(
    office, mira, conversation, amira, fresh
):
    office.sandbox.fault("drop_answer", times=1)
    cut = mira.says(conversation, "It left Hamburg")
    behind = mira.says(conversation, "It comes tomorrow")
    office.until(lambda: fresh(cut).status == "delivered")
    office.until(lambda: fresh(behind).status == "delivered")
    assert fresh(cut).wamid == office.sandbox.sent(amira)[0]["id"]
    office.sweep()
    assert [row["body"]["body"] for row in office.sandbox.sent(amira)] == ["It left Hamburg", "It comes tomorrow"]
    assert office.sandbox.doubles() == {}


def test_a_receipt_after_unconfirmed_moves_it_on(office, mira, conversation, amira, fresh):
    office.sandbox.fault("hold")
    office.sandbox.fault("drop_answer", times=1)
    cut = mira.says(conversation, "It left Hamburg")
    Message.objects.filter(pk=cut.pk).update(claimed_until=cut.created_at)
    office.sweep()
    assert fresh(cut).status == "unconfirmed"
    office.sandbox.clear_faults()
    office.until(lambda: fresh(cut).status == "delivered")
    assert fresh(cut).error_text == ""
    assert office.sandbox.doubles() == {}


def test_a_number_whose_token_expired_is_on_hold_and_goes_on_after_the_check(office, mira, conversation, amira, fresh):
    fault = office.sandbox.fault("refuse", code=190)
    first = mira.says(conversation, "One")
    number = Number.objects.get(pk=office.number.pk)
    assert number.is_on_hold
    assert fresh(first).status == "held"
    second = mira.says(conversation, "Two")
    assert fresh(second).status == "held"
    page = mira.looks_at(conversation).html
    assert "access token" in number.held_reason
    assert escape(number.held_reason) in page
    assert "messages wait" in page
    office.sweep()
    assert office.sandbox.sent(amira) == []
    office.sandbox.clear_faults(fault)
    assert connection.check(number).is_connected
    office.sweep()
    assert [row["body"]["body"] for row in office.sandbox.sent(amira)] == ["One", "Two"]
    assert office.sandbox.doubles() == {}


# Inbound


def test_webhooks_that_arrive_twice_change_nothing(office, mira, amira):
    office.sandbox.fault("repeat", copies=3)
    for number in range(3):
        amira.writes(f"Line {number}")
    office.waits_for_word(amira, "Line 2")
    office.settle()
    assert [message.text for message in office.messages_of(amira, kind="text")] == ["Line 0", "Line 1", "Line 2"]
    assert WebhookCall.objects.count() == 9
    assert mira.folder("mine") == [office.conversation_of(amira).pk]


def test_shuffled_webhooks_end_in_the_same_thread_by_metas_time(office, mira, amira):
    office.sandbox.fault("reorder", count=4, wait=2)
    start = int(office.sandbox.get("health")["now"]) - 60
    for number in range(4):
        amira.writes(f"Line {number}", at=start + number)
    office.waits_for_word(amira, "Line 0")
    office.settle()
    assert [message.text for message in office.messages_of(amira, kind="text")] == [f"Line {n}" for n in range(4)]
    assert "Line 3" in mira.list_html(), "the row shows the newest word by Meta's time"


def test_many_in_one_post_of_several_customers_all_arrive(office, mira, amira, luis, ida):
    office.sandbox.fault("batch", count=30, wait=1)
    for phone in (amira, luis, ida):
        for number in range(10):
            phone.writes(f"Line {number}")
    for phone in (amira, luis, ida):
        office.waits_for_word(phone, "Line 9")
        assert len(office.messages_of(phone, kind="text")) == 10
    assert WebhookCall.objects.count() < 30


def test_while_the_product_is_away_everything_waits_at_meta_and_arrives_in_order(office, mira, amira, front_door):
    front_door.shut()
    for number in range(5):
        amira.writes(f"Line {number}")
    assert office.sandbox.get("health")["webhooks_waiting"] == 5
    front_door.is_open = True
    office.sandbox.call("retry", {})
    office.waits_for_word(amira, "Line 4")
    assert [message.text for message in office.messages_of(amira, kind="text")] == [f"Line {n}" for n in range(5)]


def test_a_wrong_signature_is_refused_and_nothing_of_it_is_kept(office, sandbox):
    sandbox.raw({"object": "whatsapp_business_account", "entry": []}, signature="bad")
    office.until(lambda: office.take_in(1))
    assert not WebhookCall.objects.exists()
    assert office.until(lambda: sandbox.webhooks()[-1]["answer"].startswith("401"))


def test_signed_nonsense_is_kept_with_a_reason_and_answered_200(office, sandbox):
    sandbox.raw(body="this is no JSON")
    office.until(lambda: WebhookCall.objects.filter(processed_at__isnull=False).first())
    assert WebhookCall.objects.get().problems
    assert sandbox.webhooks()[-1]["state"] == "taken"
