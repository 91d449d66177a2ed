"""send_message: the one door."""

import pytest

from inbox.actions.refusals import Refusal
from inbox.actions.sending import send_message
from inbox.delivery import deliver_next
from tests.factories import make_agent, make_contact, make_conversation
from whatsapp.content import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(berlin):
    return make_agent("Ben Krüger", numbers=[berlin])


@pytest.fixture
def amira(meta):
    return meta.customer("Amira")


@pytest.fixture
def conversation(berlin, ben, amira):
    amira.writes("Where is my parcel?")
    contact = make_contact("Amira", f"+{amira.phone}")
    return make_conversation("assigned", number=berlin, contact=contact, assignee=ben)


def test_a_reply_reaches_the_customer(conversation, ben, meta):
    message = send_message(conversation.pk, Text("It left Hamburg."), ben, client_id="a1")
    assert message.status == "queued"
    deliver_next(conversation.thread_id)
    message.refresh_from_db()
    assert message.status == "sent"
    assert [row["id"] for row in meta.sent(text="It left Hamburg.")] == [message.wamid]


def test_a_reply_into_a_closed_conversation_is_refused_with_what_to_do(conversation, ben):
    with pytest.raises(Refusal, match="Reopen it"):
        send_message(make_conversation("closed", number=conversation.thread.number).pk, Text("Hello"), ben)
