"""The replies to a customer who waits: unassigned, in queue, outside business hours."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.actions.assignment import give_back
from inbox.actions.sending import send_message
from inbox.assignment import fill_places
from inbox.models import Message
from tests.automation.numbers import WORDS, decided, said, turn_on
from tests.factories import make_agent, make_contact, make_number, writes
from tests.moving import move_back
from tests.running import settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def number():
    return make_number()


@pytest.fixture
def amira():
    return make_contact("Amira")


def later(**duration):
    return timezone.now() + timedelta(**duration)


class TestUnassigned:
    """S1-20."""

    def test_s1_20_a_customer_whom_nobody_serves_is_answered_within_seconds(self, number, amira):
        turn_on(number, "unassigned")
        conversation = writes(amira, number).conversation
        settle(later(seconds=2))
        assert said(conversation.thread) == [WORDS["unassigned"]]
        assert decided(conversation.thread) == [("unassigned", "done", "")]
