"""Waking a worker costs its caller nothing, also when the broker is away."""

import pytest
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from whatsapp import wake as waking
from whatsapp.wake import wake

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch):
    """What reached the broker; `sent.fails` makes it be away."""

    class Sent(list):
        fails = False
        knocks = 0

        def take(self, name, args, **options):
            self.knocks += 1
            if self.fails:
                raise OperationalError("away")
            self.append((name, args, options["queue"]))

    broker = Sent()
    monkeypatch.setattr(current_app, "send_task", broker.take)
    monkeypatch.setattr(waking.Door, "shut_until", 0.0)
    return broker


def test_a_task_is_woken_after_commit_and_never_before(sent):
    with transaction.atomic():
        wake("whatsapp.tasks.process_call", 7)
        assert sent == []
    assert sent == [("whatsapp.tasks.process_call", (7,), "now")]


def test_nothing_is_woken_for_what_was_rolled_back(sent):
    with transaction.atomic():
        wake("whatsapp.tasks.process_call", 7)
        transaction.set_rollback(True)
    assert sent == []


def test_while_the_broker_is_away_callers_go_on_and_do_not_knock_again_and_again(sent, monkeypatch):
    sent.fails = True
    for _ in range(5):
        wake("whatsapp.tasks.process_call", 7)
    assert sent.knocks == 1
    sent.fails = False
    monkeypatch.setattr(waking.Door, "shut_until", 0.0)
    wake("whatsapp.tasks.process_call", 7)
    assert len(sent) == 1
