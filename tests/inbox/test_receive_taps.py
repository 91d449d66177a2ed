"""A tap finds the message that offered it, with or without its quoted id."""

import pytest
from django.db import transaction
from django.utils import timezone

from inbox.actions.receive import receive
from inbox.models import Conversation, Message
from tests.factories import make_conversation, make_number, sender_of
from whatsapp.inbound import MessageReceived

pytestmark = pytest.mark.django_db
ROWS = [{"id": "token:5", "title": "Very satisfied"}, {"id": "token:1", "title": "Very dissatisfied"}]


@pytest.fixture
def number():
    return make_number(follow_up_minutes=0)


def offers(conversation, **fields):
    fields = {"on_answer": {"record_only": "taps"}, "wamid": f"wamid.out.{conversation.pk}", **fields}
    content = {"text": "How was it?", "button": "Answer", "sections": [{"title": "", "rows": ROWS}]}
    return Message.objects.create(
        thread=conversation.thread,
        conversation=conversation,
        author_kind=Message.Author.AUTOMATION,
        kind="list",
        content=content,
        status="sent",
        **fields,
    )


def taps(conversation, number, row_id="token:5", quoted_wamid="", kind="list_reply", **content):
    event = MessageReceived(
        number.account.waba_id,
        number.phone_number_id,
        wamid=f"wamid.tap.{Message.objects.count()}",
        sent_at=timezone.now(),
        sender=sender_of(conversation.thread.contact),
        kind=kind,
        content=content or {"id": row_id, "title": "Very satisfied"},
        quoted_wamid=quoted_wamid,
    )
    with transaction.atomic():
        return receive(event, now=timezone.now())


def test_a_tap_with_its_quoted_id_is_only_recorded(number):
    closed = make_conversation("closed", number=number)
    offer = offers(closed)
    message = taps(closed, number, quoted_wamid=offer.wamid)
    assert message.quoted == offer
    assert message.conversation is None


@pytest.mark.parametrize("quoted_wamid", ["", "wamid.unknown"])
def test_a_tap_whose_quoted_id_is_missing_or_unknown_is_found_by_its_row(number, quoted_wamid):
    closed = make_conversation("closed", number=number)
    offer = offers(closed, wamid=None)
    message = taps(closed, number, quoted_wamid=quoted_wamid)
    assert message.quoted == offer
    assert message.conversation is None
    assert Conversation.objects.count() == 1


def test_a_row_that_was_offered_to_somebody_else_is_a_word_like_any_other(number):
    offers(make_conversation("closed", number=number))
    stranger = make_conversation("closed", number=number)
    message = taps(stranger, number)
    assert message.quoted is None
    assert message.conversation is not None


def test_a_row_that_nobody_offered_is_a_word_like_any_other(number):
    closed = make_conversation("closed", number=number)
    offers(closed)
    assert taps(closed, number, row_id="token:made-up").conversation is not None


def test_the_newest_offer_of_a_row_is_the_one_that_was_tapped(number):
    closed = make_conversation("closed", number=number)
    offers(closed, wamid="first")
    newest = offers(closed, wamid="second")
    assert taps(closed, number).quoted == newest


def test_what_the_customer_writes_themselves_about_it_is_a_word(number):
    closed = make_conversation("closed", number=number)
    offer = offers(closed)
    message = taps(closed, number, quoted_wamid=offer.wamid, kind="text", text="It was slow")
    assert message.quoted == offer
    assert message.conversation is not None
