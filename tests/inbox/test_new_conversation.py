"""New conversation: number, customer, message template, open (S4-12 to S4-16)."""

import json

import pytest
from django.urls import reverse

from inbox.models import Conversation, Message, Thread
from tests.factories import make_agent, make_contact, make_conversation, make_number
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin(db):
    return make_number("Berlin")


@pytest.fixture
def ben(berlin):
    return make_agent("Ben Krüger", numbers=[berlin])


@pytest.fixture
def client(client, ben):
    client.force_login(ben)
    return client


@pytest.fixture
def hello(berlin):
    body = {"type": "BODY", "text": "Hello {{1}}, shall we go on?"}
    return MessageTemplate.objects.create(
        account=berlin.account, name="hello", language="en", status="APPROVED", category="UTILITY", components=[body]
    )


def start(client, number, template, value="Ida", **customer):
    content = {"template": template.pk, "values": {"body.1": value}}
    data = {"number": number.pk, "content": content, "client_id": "n1", **customer}
    return client.post(reverse("new_conversation"), json.dumps(data), content_type="application/json")


def found(client, typed, number=None):
    query = {"q": typed, "number": number.pk if number else ""}
    return client.get(reverse("new_conversation_customers"), query).content.decode()


def test_the_dialog_offers_the_numbers_that_one_serves(client, ben):
    """S4-13."""
    make_number("Lisboa")
    page = client.get(reverse("new_conversation")).content.decode()
    assert "Berlin" in page
    assert "Lisboa" not in page
    assert "disabled>" in page
    madrid = make_number("Madrid")
    madrid.reception.agents.add(ben)
    page = client.get(reverse("new_conversation")).content.decode()
    assert "Berlin" in page
    assert "Madrid" in page


def test_an_agent_without_a_number_is_told_so(client, ben, berlin):
    berlin.reception.agents.remove(ben)
    assert b"You serve no number yet" in client.get(reverse("new_conversation")).content


def test_customers_are_found_by_name_and_by_phone(client, berlin):
    """S4-14."""
    ida = make_contact("Ida Brandt", "+491725550177")
    make_conversation("queued", number=berlin, contact=ida)
    assert f'data-contact="{ida.pk}"' in found(client, "brandt")
    assert f'data-contact="{ida.pk}"' in found(client, "0172 555")
    by_whole_phone = found(client, "+49 172 5550177", berlin)
    assert f'data-contact="{ida.pk}"' in by_whole_phone
    assert "data-phone" not in by_whole_phone


def test_customers_of_others_stay_hidden(client):
    make_conversation("queued", number=make_number("Lisboa"), contact=make_contact("Rui Costa", "+351912345678"))
    assert "Rui" not in found(client, "Rui")
    assert "Nobody of that name" in found(client, "Rui")
    assert "Rui" not in found(client, "+351912345678")


def test_a_valid_phone_may_be_used_and_an_invalid_one_is_explained(client, berlin):
    """S4-15."""
    assert 'data-phone="+4915112345678"' in found(client, "0151 12345678", berlin)
    assert "not a valid phone number" in found(client, "0151 12", berlin)
    assert found(client, "\x00").strip() == ""


def test_a_template_to_a_phone_opens_a_conversation_of_ones_own(client, berlin, ben, hello):
    """S4-16."""
    answer = start(client, berlin, hello, phone="0151 12345678")
    assert answer.status_code == 201
    conversation = Conversation.objects.get()
    assert answer.json() == {"conversation": conversation.pk, "url": reverse("conversation", args=[conversation.pk])}
    assert (conversation.assignee, conversation.thread.contact.phone) == (ben, "+4915112345678")
    assert Message.objects.get().content["preview"]["body"] == "Hello Ida, shall we go on?"


def test_pressed_twice_it_is_one_conversation(client, berlin, hello):
    first, second = (start(client, berlin, hello, phone="0151 12345678") for _ in range(2))
    assert first.json() == second.json()
    assert Message.objects.count() == 1


def test_a_known_customer_keeps_the_thread(client, berlin, ben, hello):
    ida = make_contact("Ida Brandt")
    make_conversation("closed", number=berlin, contact=ida, assignee=ben)
    assert start(client, berlin, hello, contact=ida.pk).status_code == 201
    assert Thread.objects.count() == 1


@pytest.mark.parametrize("customer", [{"phone": "0151"}, {"phone": 7}, {"phone": "\x00"}, {"contact": 10**12}, {}])
def test_nothing_starts_without_a_customer(client, berlin, hello, customer):
    refused = start(client, berlin, hello, **customer)
    assert refused.status_code == 400
    assert refused.json()["words"].endswith(".")
    assert not Message.objects.exists()


def test_a_customer_whom_one_does_not_see_cannot_be_named(client, berlin, hello):
    hidden = make_contact("Rui Costa")
    make_conversation("queued", number=make_number("Lisboa"), contact=hidden)
    assert start(client, berlin, hello, contact=hidden.pk).json()["code"] == "contact_unknown"


def test_a_number_that_one_does_not_serve_is_not_there(client, hello):
    lisboa = make_number("Lisboa")
    assert start(client, lisboa, hello, phone="+351912345678").status_code == 404
    assert client.get(reverse("number_templates", args=[lisboa.pk])).status_code == 404


def test_a_template_that_meta_has_not_approved_starts_nothing(client, berlin, hello):
    MessageTemplate.objects.update(status="PENDING")
    refused = start(client, berlin, hello, phone="0151 12345678")
    assert (refused.status_code, refused.json()["code"]) == (409, "template_not_approved")
    assert not Conversation.objects.exists()


def test_a_colleagues_customer_is_refused_by_name(client, berlin, hello):
    mira = make_agent("Mira Hoffmann", numbers=[berlin])
    ida = make_contact("Ida Brandt")
    make_conversation("assigned", number=berlin, contact=ida, assignee=mira)
    refused = start(client, berlin, hello, contact=ida.pk)
    assert refused.status_code == 409
    assert "Mira Hoffmann" in refused.json()["words"]


def test_without_a_login_nothing_is_shown(client, berlin):
    client.logout()
    assert client.get(reverse("new_conversation")).status_code == 302
    assert client.get(reverse("new_conversation_customers")).status_code == 302
