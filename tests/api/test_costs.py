"""What one call asks of the database, however many programs call and however much there is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_agent, make_conversation, make_tag
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db(transaction=True)
# The key, whether it was called so before, the conversation, the template, the thread under its lock, the message and
# what it changes, what automations and programs want of it, the answer under its name, who sees the frame: 15, and
# beginning and end of a transaction and of a part of it.
MOST_OF_A_SEND = 19
# One more thing moves while the conversation waits for its customer: how long it does.
MOST_WHILE_IT_WAITS = MOST_OF_A_SEND + 2
MOST_OF_A_PAGE = 2


@pytest.fixture
def crm(program, berlin):
    return program("messages:templates", "conversations:read", number=berlin)


@pytest.fixture
def template(berlin):
    body = [{"type": "BODY", "text": "Your order is on its way."}]
    return MessageTemplate.objects.create(
        account=berlin.account, name="shipped", language="en", status="APPROVED", category="UTILITY", components=body
    )


def ask_once(crm):
    """A key that was used in the last minute is not marked again."""
    crm.get("conversations/")


@pytest.mark.parametrize(("status", "most"), [("assigned", MOST_OF_A_SEND), ("pending", MOST_WHILE_IT_WAITS)])
def test_a_message_template_costs_few_queries_up_to_the_screens(
    crm, berlin, template, status, most, django_assert_max_num_queries
):
    assignee = make_agent(numbers=[berlin]) if status == "assigned" else None
    conversation = make_conversation(status, number=berlin, assignee=assignee)
    ask_once(crm)
    with django_assert_max_num_queries(most):
        path, body = f"conversations/{conversation.pk}/template-messages/", {"name": "shipped", "language": "en"}
        assert crm.post(path, body, Idempotency_Key="order-4711").status_code == 201


def test_a_page_costs_the_same_however_many_rows_are_on_it(crm, berlin):
    ask_once(crm)
    assert queries_of_a_page(crm, berlin, 1) == queries_of_a_page(crm, berlin, 6) == MOST_OF_A_PAGE


def queries_of_a_page(crm, berlin, rows):
    """With so many more conversations, each tagged."""
    for _ in range(rows):
        make_conversation(number=berlin).tags.add(make_tag())
    with CaptureQueriesContext(connection) as asked:
        assert len(crm.get("conversations/").json()["results"]) >= rows
    return len(asked)
