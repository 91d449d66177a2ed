"""What the composer posts: messages, notes, reactions, files."""

import json

import pytest
from django.urls import reverse

from inbox.models import Message
from tests.factories import make_agent, make_conversation, make_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin(db):
    return make_number("Berlin")


@pytest.fixture
def ben(berlin):
    return make_agent("Ben Krüger", numbers=[berlin])


@pytest.fixture
def chen(berlin):
    return make_agent("Chen Wei", numbers=[berlin])


@pytest.fixture
def conversation(berlin, ben):
    return make_conversation("assigned", number=berlin, assignee=ben)


@pytest.fixture
def as_agent(client):
    def enter(agent):
        client.force_login(agent)
        return client

    return enter


def post(client, name, row, **data):
    return client.post(reverse(name, args=[row.pk]), json.dumps(data), content_type="application/json")


def text(words, **more):
    return {"client_id": "a1", "kind": "text", "content": {"text": words}, **more}


# Words


def test_what_is_sent_comes_back_as_the_bubble_that_everyone_sees(as_agent, conversation, ben):
    answer = post(as_agent(ben), "send", conversation, **text("It left <b>Hamburg</b>"))
    assert answer.status_code == 201
    sent = Message.objects.get(pk=answer.json()["id"])
    assert (sent.author, sent.content, sent.status) == (ben, {"text": "It left <b>Hamburg</b>"}, "queued")
    assert f'id="message-{sent.pk}"' in answer.json()["html"]
    assert 'data-client-id="a1"' in answer.json()["html"]
    assert "&lt;b&gt;Hamburg" in answer.json()["html"]


def test_the_same_name_again_is_the_same_message(as_agent, conversation, ben):
    first, second = (post(as_agent(ben), "send", conversation, **text("Hello")).json() for _ in range(2))
    assert first == second
    assert Message.objects.count() == 1
