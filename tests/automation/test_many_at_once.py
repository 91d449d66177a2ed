"""Many automations that are due in the same second: decided for each, read and written together."""

from datetime import timedelta

import pytest
from django.utils import timezone

from automation.models import Automation, Decision
from inbox.changes import change_conversation
from inbox.models import Conversation, Timer
from inbox.timers import fire_due
from tests.factories import make_agent, make_conversation, make_number
from tests.moving import move_back

pytestmark = pytest.mark.django_db

MANY = 30


@pytest.fixture
def silent():
    """Conversations of one agent in which nobody has said anything for an hour."""
    number = make_number()
    Automation.objects.create(number=number, kind=Automation.Kind.AUTO_CLOSE, is_on=True, minutes=60)
    lena = make_agent("Lena", numbers=[number])
    conversations = [make_conversation("assigned", number=number, assignee=lena) for _ in range(MANY)]
    for conversation in conversations:
        with change_conversation(conversation.pk) as change:
            change.conversation.unanswered_since = None
            change.conversation.last_word_at = change.now
        move_back(conversation, hours=1)
    return conversations


def test_many_are_closed_by_themselves_with_few_queries(silent, django_assert_max_num_queries):
    assert Timer.objects.filter(kind="auto_close").count() == MANY
    with django_assert_max_num_queries(40):
        assert fire_due(timezone.now()) == MANY
    assert set(Conversation.objects.values_list("status", flat=True)) == {"closed"}
    assert Decision.objects.filter(automation="auto_close", outcome="done").count() == MANY
    assert not Timer.objects.exists()


def test_each_of_many_is_decided_by_its_own_facts(silent):
    """The customer of one has written since, after its timer was found due."""
    awake, now = silent[3], timezone.now()
    Conversation.objects.filter(pk=awake.pk).update(last_word_at=now - timedelta(minutes=5))
    fire_due(now)
    still_open = Conversation.objects.exclude(status="closed")
    assert [(one.pk, one.timers.get().due_at) for one in still_open] == [(awake.pk, now + timedelta(minutes=55))]
