"""A fresh demo shows automations at work without anything being set up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from automation.models import Automation, SurveyAnswer
from inbox.models import Timer
from inbox.signals import demo_written
from tests.factories import make_agent, make_conversation, make_number
from whatsapp import content

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    return make_number("Berlin")


def test_the_first_number_has_automations_that_can_be_sent(berlin):
    other = make_number("Lisbon")
    for _ in range(2):
        demo_written.send(None)
    automations = Automation.objects.filter(is_on=True)
    assert {one.number for one in automations} == {berlin}
    for one in automations.filter(content_kind="text"):
        assert content.load("text", one.content).text
    assert not other.automations.exists()


def test_closed_conversations_have_answers_and_nothing_old_is_closed_or_reminded_of(berlin):
    agent = make_agent("Ada", numbers=[berlin])
    closed_at = timezone.now() - timedelta(days=1)
    closed = make_conversation("closed", number=berlin, closed_at=closed_at, assignee=agent)
    make_conversation("assigned", number=berlin, assignee=agent, unanswered_since=closed_at)
    demo_written.send(None)
    answer = SurveyAnswer.objects.get()
    assert (answer.conversation, answer.agent, answer.score) == (closed, agent, 5)
    assert not Timer.objects.exists()
