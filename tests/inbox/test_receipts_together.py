"""Many receipts at once do what each of them would do by itself."""

import random

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inbox import delivery
from inbox.models import Message
from tests.factories import make_agent, make_conversation, make_number, make_thread
from whatsapp.inbound import Fault, StatusReported

WORDS = ("sent", "delivered", "read", "failed")


def receipt(number, message, word, wamid=None):
    named = wamid or message.wamid or f"wamid.{message.pk}"
    error = Fault(131026) if word == "failed" else None
    return StatusReported(
        number.account.waba_id,
        number.phone_number_id,
        named,
        word,
        timezone.now(),
        callback_data=f"m:{message.pk}",
        error=error,
    )


def sent_message(thread, conversation=None, **fields):
    how = {"author_kind": "integration", "kind": "text", "content": {"text": "Hello"}, "status": "sent", **fields}
    return Message.objects.create(thread=thread, conversation=conversation, **how)


def stands(message_ids):
    fields = ("pk", "status", "wamid", "error_code", "claimed_until")
    return list(Message.objects.filter(pk__in=message_ids).order_by("pk").values_list(*fields))


class AsOneByOne(TestCase):
    @hypothesis_settings(max_examples=25)
    @given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(WORDS)), max_size=12))
    def test_whatever_comes_together_ends_as_if_it_had_come_one_by_one(self, told):
        number = make_number()
        rows = {}
        for way in ("together", "alone"):
            made = [
                sent_message(make_thread(number=number), status=status, wamid=f"{way}.{status}")
                for status in ("sent", "sending", "delivered", "unconfirmed")
            ]
            events = [receipt(number, made[place], word) for place, word in told]
            if way == "together":
                delivery.record_receipts(events)
            else:
                for event in events:
                    delivery.record_receipt(event)
            rows[way] = [row[1:2] + row[3:] for row in stands([message.pk for message in made])]
        assert rows["together"] == rows["alone"]


@pytest.mark.django_db
def test_one_without_our_id_is_found_by_the_name_we_gave_it_and_strangers_are_left_alone():
    number, other = make_number("Berlin"), make_number("Lisbon")
    message = sent_message(make_thread(number=number), status="sending", claimed_until=timezone.now())
    stranger = sent_message(make_thread(number=other), wamid="wamid.other")
    events = [receipt(number, message, "delivered"), receipt(number, stranger, "read", "wamid.other")]
    random.Random(1).shuffle(events)
    delivery.record_receipts(events)
    message.refresh_from_db()
    stranger.refresh_from_db()
    assert (message.status, message.wamid, message.claimed_until) == ("delivered", f"wamid.{message.pk}", None)
    assert stranger.status == "sent"


@pytest.mark.django_db
def test_an_open_conversation_hears_of_it_and_a_version_says_so():
    number = make_number()
    ada = make_agent("Ada", numbers=[number])
    conversation = make_conversation("assigned", number=number, assignee=ada)
    message = sent_message(conversation.thread, conversation, wamid="wamid.1")
    version = conversation.thread.version
    delivery.record_receipts([receipt(number, message, "sent"), receipt(number, message, "read")])
    conversation.thread.refresh_from_db()
    message.refresh_from_db()
    assert message.version == conversation.thread.version == version + 1
    assert message.read_at


@pytest.mark.django_db
def test_a_hundred_receipts_cost_as_many_queries_as_ten(django_assert_max_num_queries):
    number = make_number()
    messages = [sent_message(make_thread(number=number), wamid=f"wamid.{place}") for place in range(100)]
    events = [receipt(number, message, "delivered") for message in messages]
    with django_assert_max_num_queries(14):
        delivery.record_receipts(events)
    assert Message.objects.filter(status="delivered").count() == 100
