"""Send again, by hand: a new message that names the old one."""

import pytest

from inbox.actions.refusals import Refusal
from inbox.actions.sending import send_again, send_message
from inbox.models import Message
from tests.factories import make_agent, make_conversation
from whatsapp.content import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(number):
    return make_agent("Ben Krüger", numbers=[number])


@pytest.fixture
def failed(number, ben):
    conversation = make_conversation("assigned", number=number, assignee=ben)
    message = send_message(conversation.pk, Text("Hello"), ben, client_id="a1")
    Message.objects.filter(pk=message.pk).update(status="failed")
    return message


def test_it_becomes_a_new_message_with_the_same_words(failed, ben):
    again = send_again(failed.pk, ben)
    assert (again.retry_of, again.content, again.status) == (failed, failed.content, "queued")
    failed.refresh_from_db()
    assert failed.status == "failed"


def test_pressed_twice_or_by_two_people_it_is_sent_once(failed, ben, number):
    colleague = make_agent("Chen", numbers=[number], role="supervisor")
    assert send_again(failed.pk, ben) == send_again(failed.pk, ben) == send_again(failed.pk, colleague)
    assert Message.objects.count() == 2


@pytest.mark.parametrize("status", ["queued", "sending", "sent", "delivered"])
def test_only_what_failed_or_is_unconfirmed_is_sent_again(failed, ben, status):
    Message.objects.filter(pk=failed.pk).update(status=status)
    with pytest.raises(Refusal, match="did not fail"):
        send_again(failed.pk, ben)


def test_an_unconfirmed_message_can_be_sent_again_by_a_person(failed, ben):
    Message.objects.filter(pk=failed.pk).update(status="unconfirmed")
    assert send_again(failed.pk, ben).retry_of == failed


def test_the_rights_are_asked_like_for_any_message(failed, ben):
    thread = failed.thread
    thread.window_until = None
    thread.save()
    with pytest.raises(Refusal, match="template"):
        send_again(failed.pk, ben)
