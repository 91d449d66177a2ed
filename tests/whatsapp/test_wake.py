"""Waking a worker costs its caller nothing, also when the broker is away."""

import uuid

import pytest
from celery import current_app, shared_task
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
        wake("inbox.tasks.deliver", 7)
        assert sent == []
    assert sent == [("inbox.tasks.deliver", (7,), "now")]


def test_nothing_is_woken_for_what_was_rolled_back(sent):
    with transaction.atomic():
        wake("inbox.tasks.deliver", 7)
        transaction.set_rollback(True)
    assert sent == []


def test_while_the_broker_is_away_callers_go_on_and_do_not_knock_again_and_again(sent, monkeypatch):
    sent.fails = True
    for _ in range(5):
        wake("inbox.tasks.deliver", 7)
    assert sent.knocks == 1
    sent.fails = False
    monkeypatch.setattr(waking.Door, "shut_until", 0.0)
    wake("inbox.tasks.deliver", 7)
    assert len(sent) == 1


LOOK = "tests.look_at_everything"


@shared_task(name=LOOK)
def look():
    """Somebody else commits while it runs."""
    wake(LOOK)


class TestTasksThatDoAllThereIsToDo:
    """While one of them waits for a worker, a second would find nothing to do."""

    @pytest.fixture(autouse=True)
    def marks(self, settings):
        """No other run of the tests has marks here."""
        memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(uuid.uuid4())}
        settings.CACHES = {"default": memory}

    def test_many_wake_ups_send_one_task(self, sent):
        for _ in range(5):
            wake(LOOK)
        assert sent == [(LOOK, (), "now")]

    def test_tasks_about_one_row_are_all_sent(self, sent):
        for thread_id in (1, 2, 2):
            wake("inbox.tasks.deliver", thread_id)
        assert len(sent) == 3

    def test_whoever_commits_once_it_has_started_wakes_the_next_one(self, sent):
        wake(LOOK)
        look.apply()
        assert len(sent) == 2

    def test_one_that_was_lost_keeps_others_back_for_a_moment_only(self, sent, monkeypatch):
        assert waking.WAITS_SECONDS <= 1
        monkeypatch.setattr(waking, "WAITS_SECONDS", 0)
        for _ in range(2):
            wake(LOOK)
        assert len(sent) == 2

    def test_one_that_found_the_broker_away_keeps_nobody_back(self, sent, monkeypatch):
        sent.fails = True
        wake(LOOK)
        sent.fails = False
        monkeypatch.setattr(waking.Door, "shut_until", 0.0)
        wake(LOOK)
        assert len(sent) == 1

    def test_while_redis_is_away_each_is_sent_and_none_fails(self, sent, settings):
        settings.CACHES = {"default": {**settings.CACHES["default"], **AWAY}}
        for _ in range(2):
            wake(LOOK)
        look.apply(throw=True)
        assert len(sent) == 3


AWAY = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere/silent.sock"}
