"""A customer's message arrives: where it stands, what it does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.actions.receive import receive
from inbox.models import Conversation, Message
from tests.factories import make_number
from whatsapp.inbound import MessageReceived, Sender

pytestmark = pytest.mark.django_db

IDA = Sender(phone="+491725550137", wa_id="491725550137", bsuid="DE.4031", name="Ida")


def text(number, words="Hi", wamid="wamid.1", *, sender=IDA, ago=0, **fields):
    sent_at = timezone.now().replace(microsecond=0) - timedelta(minutes=ago)
    place = (number.account.waba_id, number.phone_number_id)
    return MessageReceived(*place, wamid, sent_at, sender, "text", {"text": words}, **fields)


def test_a_text_opens_a_conversation_that_waits():
    number = make_number()
    message = receive(text(number))
    conversation = Conversation.objects.get()
    assert conversation.status == "unassigned"
    assert conversation.last_message == message
    assert conversation.thread.contact.display_name == "Ida"


def test_the_same_message_twice_changes_nothing():
    number = make_number()
    receive(text(number))
    version = Conversation.objects.get().thread.version
    assert receive(text(number)) is None
    assert Message.objects.count() == 1
    assert Conversation.objects.get().thread.version == version
