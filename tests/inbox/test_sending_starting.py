"""New conversation (S4-12 to S4-16): number, customer, message template."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from inbox.actions.refusals import Refusal
from inbox.actions.sending import start_conversation
from inbox.models import Contact, Conversation, Identity, Message
from inbox.queries import folder
from tests.factories import make_agent, make_contact, make_conversation, make_number
from whatsapp.content import Template
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db
HELLO = Template("hello", "en")
TYPED = "030 901820"
PHONE = "+4930901820"


@pytest.fixture
def number():
    number = make_number()
    MessageTemplate.objects.create(
        account=number.account,
        name="hello",
        language="en",
        status="APPROVED",
        components=[{"type": "BODY", "text": "Hi"}],
    )
    return number


@pytest.fixture
def ben(number):
    return make_agent("Ben Krüger", numbers=[number])


def test_a_new_number_gets_contact_conversation_and_template(number, ben):
    """S0-9: a chat is opened with a template. S0-20: for the agent who takes part it stands on top."""
    make_conversation("assigned", number=number, assignee=ben)
    message = start_conversation(number, TYPED, HELLO, ben, "s1")
    conversation = message.conversation
    assert (message.kind, message.status, message.author) == ("template", "queued", ben)
    assert (conversation.status, conversation.assignee, conversation.started_by) == ("assigned", ben, ben)
    assert conversation.thread.contact.phone == PHONE
    assert conversation.participants.filter(agent=ben).exists()
    assert conversation.last_message == message
    assert folder(ben, "mine").first() == conversation


@pytest.mark.parametrize("typed", ["", "12", "abc", "+49 30", "0000000000", "+999 1234567"])
def test_only_a_valid_phone_starts_a_conversation_s4_15(number, ben, typed):
    """S4-15: only if the number is valid a chat box opens."""
    with pytest.raises(Refusal, match="valid phone number") as caught:
        start_conversation(number, typed, HELLO, ben)
    assert (caught.value.field, caught.value.status_code) == ("phone", 400)
    assert not Contact.objects.exists()


def test_a_known_contact_is_found_by_phone_or_given(number, ben):
    contact = make_contact("Amira", PHONE)
    first = start_conversation(number, TYPED, HELLO, ben, "s1")
    assert first.conversation.thread.contact == contact
    assert start_conversation(number, contact, HELLO, ben, "s2").conversation == first.conversation


def test_pressed_twice_it_starts_once(number, ben):
    assert start_conversation(number, TYPED, HELLO, ben, "s1") == start_conversation(number, TYPED, HELLO, ben, "s1")
    assert (Message.objects.count(), Conversation.objects.count()) == (1, 1)


def test_a_colleagues_open_conversation_is_refused_naming_who_serves(number, ben):
    chen = make_agent("Chen Wei", numbers=[number])
    contact = make_contact("Amira", PHONE)
    make_conversation("assigned", number=number, contact=contact, assignee=chen)
    with pytest.raises(Refusal, match="Chen Wei is serving"):
        start_conversation(number, contact, HELLO, ben)


@pytest.mark.parametrize("status", ["unassigned", "queued", "pending"])
def test_an_open_conversation_without_agent_is_taken(number, ben, status):
    contact = make_contact("Amira", PHONE)
    conversation = make_conversation(status, number=number, contact=contact)
    message = start_conversation(number, contact, HELLO, ben)
    conversation.refresh_from_db()
    assert message.conversation == conversation
    assert (conversation.status, conversation.assignee) == ("assigned", ben)


def test_a_refused_template_leaves_nothing_behind(number, ben):
    with pytest.raises(Refusal, match="no message template"):
        start_conversation(number, TYPED, Template("bye", "en"), ben)
    assert not Contact.objects.exists()
    assert not Conversation.objects.exists()


def test_only_who_serves_the_number_starts_there(number):
    with pytest.raises(Refusal) as caught:
        start_conversation(number, TYPED, HELLO, make_agent("Eve"))
    assert caught.value.status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_who_start_with_the_same_new_number_make_one_contact(number, ben):
    chen = make_agent("Chen Wei", numbers=[number])

    def start(agent):
        try:
            return start_conversation(number, TYPED, HELLO, agent)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        list(people.map(start, [ben, chen]))
    assert Contact.objects.count() == Identity.objects.count() == Conversation.objects.count() == 1
    assert Message.objects.count() == 1
