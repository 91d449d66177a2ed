"""Programs that ask the same at the same moment, on real PostgreSQL."""

import threading

import pytest
from django.db import OperationalError, connection
from django.test import Client

from inbox.actions import contacts
from inbox.models import ApiKey, Contact, Conversation, Message, Tag
from tests.api.conftest import Program
from tests.factories import make_agent, make_contact, make_conversation, make_number
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db(transaction=True)
CALLS = 6


def at_once(ask):
    """What `ask()` answers to several who ask together."""
    answers, ready = [], threading.Barrier(CALLS)

    def call():
        ready.wait()
        try:
            answers.append(ask())
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(CALLS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == CALLS
    return answers


@pytest.fixture
def crm():
    return Program(Client(), list(ApiKey.Scope.values))


def statuses(answers):
    return sorted(answer.status_code for answer in answers)


def test_one_name_is_one_write(crm):
    answers = at_once(lambda: crm.post("tags/", {"name": "VIP"}, Idempotency_Key="one"))
    assert set(statuses(answers)) <= {201, 409}
    assert 201 in statuses(answers)
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused <= {"idempotency_key_running"}
    assert Tag.objects.count() == 1


def test_one_name_is_one_message(crm):
    number = make_number()
    body = [{"type": "BODY", "text": "On its way."}]
    MessageTemplate.objects.create(
        account=number.account, name="shipped", language="en", status="APPROVED", components=body
    )
    conversation = make_conversation("assigned", number=number, assignee=make_agent(numbers=[number]))
    path = f"conversations/{conversation.pk}/template-messages/"
    answers = at_once(lambda: crm.post(path, {"name": "shipped", "language": "en"}, Idempotency_Key="one"))
    assert set(statuses(answers)) <= {201, 409}
    assert Message.objects.filter(kind="template").count() == 1
    ids = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(ids) == 1


def test_a_name_whose_first_request_runs_is_refused_and_answered_afterwards(crm, monkeypatch):
    saved, running, go_on = contacts.save_contact, threading.Event(), threading.Event()

    def slowly(*args, **told):
        running.set()
        assert go_on.wait(timeout=20)
        return saved(*args, **told)

    monkeypatch.setattr("inbox.api.contacts.save_contact", slowly)

    def first():
        answers.append(ask())
        connection.close()

    def ask():
        return crm.post("contacts/", {"external_id": "C-1"}, Idempotency_Key="one")

    answers = []
    thread = threading.Thread(target=first)
    thread.start()
    assert running.wait(timeout=20)
    meanwhile = ask()
    go_on.set()
    thread.join()
    assert (meanwhile.status_code, meanwhile.json()["code"]) == (409, "idempotency_key_running")
    afterwards = ask()
    assert (afterwards.status_code, afterwards["Idempotency-Replayed"]) == (201, "true")
    assert answers[0].json() == afterwards.json()
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("told", [{"phone": "+4915123456789"}, {"external_id": "C-1"}, {"user_id": "DE.1"}])
def test_one_contact_is_made_and_everybody_gets_it(crm, told):
    """S0-5"""
    make_number()
    answers = at_once(lambda: crm.post("contacts/", told))
    assert statuses(answers) == [200] * (CALLS - 1) + [201], [answer.json() for answer in answers]
    assert {answer.json()["id"] for answer in answers} == {Contact.objects.get().pk}


def test_one_conversation_is_opened_and_everybody_gets_it(crm):
    """S0-6"""
    number, nia = make_number(), make_contact("Nia")
    ada = make_agent("Ada", numbers=[number])
    answers = at_once(lambda: crm.post("conversations/", {"contact": nia.pk, "participants": [ada.pk]}))
    assert statuses(answers) == [200] * (CALLS - 1) + [201], [answer.json() for answer in answers]
    assert sorted(answer.json()["applied"] for answer in answers) == [False] * (CALLS - 1) + [True]
    assert {answer.json()["id"] for answer in answers} == {Conversation.objects.get().pk}


def test_s0_5_calls_of_different_names_make_one_contact(crm):
    """S0-5: also where each is done in a transaction of its name."""
    names = iter("abcdef")
    answers = at_once(lambda: crm.post("contacts/", {"phone": "+4915123456789"}, Idempotency_Key=next(names)))
    assert statuses(answers) == [200] * (CALLS - 1) + [201], [answer.json() for answer in answers]


def test_while_the_database_is_away_programs_are_told_to_ask_again(crm, monkeypatch):
    def refused(*args):
        raise OperationalError("connection refused")

    connection.close()
    with monkeypatch.context() as away:
        away.setattr(connection, "connect", refused)
        answer = crm.post("tags/", {"name": "VIP"}, Idempotency_Key="one")
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "unavailable", "5")
    assert crm.post("tags/", {"name": "VIP"}, Idempotency_Key="one").status_code == 201
