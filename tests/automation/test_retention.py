"""The reason log and settled relays are kept for 90 days."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from automation import tasks
from automation.models import Automation, Decision, Relay
from automation.retention import forget_decisions, forget_relays
from inbox.models import Conversation
from tests import factories
from tests.automation.deciding import decided

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def conversation():
    return factories.make_conversation("assigned", assignee=factories.make_agent())


def days_old(conversation, days, outcome="withdrawn", occasion="", automation="reminder"):
    return decided(conversation, automation, outcome, occasion=occasion, at=NOW - timedelta(days=days))


def test_decisions_go_after_90_days_and_not_before(conversation):
    old, young = days_old(conversation, 91), days_old(conversation, 89)
    assert forget_decisions(NOW) == 1
    assert list(Decision.objects.all()) == [young]
    assert old.conversation.pk == conversation.pk


def test_everything_old_goes_however_small_the_batches(conversation):
    for days_ago in range(91, 98):
        days_old(conversation, days_ago)
    assert forget_decisions(NOW, batch=2) == 7
    assert not Decision.objects.exists()


def test_what_was_settled_for_an_open_conversation_stays_until_it_is_closed(conversation):
    settled = [days_old(conversation, 91, "done", "once"), days_old(conversation, 91, "refused", "twice")]
    days_old(conversation, 91, "held")
    assert forget_decisions(NOW) == 1
    assert set(Decision.objects.all()) == set(settled)
    Conversation.objects.update(status="closed", closed_at=NOW)
    assert forget_decisions(NOW) == 2


def test_surveys_stay_as_long_as_their_number_may_not_ask_again(conversation):
    Conversation.objects.update(status="closed", closed_at=NOW)
    asked = days_old(conversation, 150, "done", "conversation:1", "survey")
    days_old(conversation, 190, "done", "conversation:2", "survey")
    Automation.objects.create(number=conversation.thread.number, kind="survey", every_days=180)
    assert forget_decisions(NOW) == 1
    assert list(Decision.objects.all()) == [asked]


def test_the_conversation_stays_when_its_decisions_go(conversation):
    days_old(conversation, 100)
    tasks.forget_decisions()
    conversation.refresh_from_db()
    assert not conversation.decisions.exists()


def test_the_daily_sweep_stands_in_the_schedule():
    row = PeriodicTask.objects.get(name="automation.tasks.forget_decisions")
    assert (row.task, row.interval.every, row.interval.period, row.enabled) == (row.name, 24 * 3600, "seconds", True)


def test_settled_relays_go_after_90_days_and_open_ones_stay(conversation):
    def relayed(days, status):
        at = NOW - timedelta(days=days)
        settled_at = at if status in ("answered", "failed") else None
        return Relay.objects.create(
            conversation=conversation, kind="bot", status=status, deadline_at=at, settled_at=settled_at
        )

    kept = [relayed(89, "answered"), relayed(200, "taken")]
    for status in ("answered", "failed"):
        relayed(91, status)
    assert forget_relays(NOW, batch=1) == 2
    assert list(Relay.objects.order_by("pk")) == kept
