"""Waking a worker costs its caller nothing, also when the broker is away."""

import pytest
from celery import current_app, shared_task
from django.db import transaction
from kombu.exceptions import OperationalError
from redis import Redis

from whatsapp import hints
from whatsapp import wake as waking
from whatsapp.wake import each_for, wake, wake_for

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


@pytest.fixture
def redis_away(monkeypatch):
    monkeypatch.setattr(hints, "redis", lambda: Redis.from_url("unix:///nowhere/silent.sock"))


def test_a_task_is_woken_after_commit_and_never_before(sent):
    with transaction.atomic():
        wake("inbox.tasks.fetch_attachment", 7)
        assert sent == []
    assert sent == [("inbox.tasks.fetch_attachment", (7,), "now")]


def test_nothing_is_woken_for_what_was_rolled_back(sent):
    with transaction.atomic():
        wake("inbox.tasks.fetch_attachment", 7)
        transaction.set_rollback(True)
    assert sent == []


def test_while_the_broker_is_away_callers_go_on_and_do_not_knock_again_and_again(sent, monkeypatch):
    sent.fails = True
    for _ in range(5):
        wake("inbox.tasks.fetch_attachment", 7)
    assert sent.knocks == 1
    sent.fails = False
    monkeypatch.setattr(waking.Door, "shut_until", 0.0)
    wake("inbox.tasks.fetch_attachment", 7)
    assert len(sent) == 1


LOOK = "tests.look_at_everything"


@shared_task(name=LOOK)
def look():
    """Somebody else commits while it runs."""
    wake(LOOK)


class TestTasksThatDoAllThereIsToDo:
    """While one of them waits for a worker, a second would find nothing to do."""

    @pytest.fixture(autouse=True)
    def nobody_waits(self):
        """Nobody waits when a test begins."""
        waking._forget(LOOK)

    def test_many_wake_ups_send_one_task(self, sent):
        for _ in range(5):
            wake(LOOK)
        assert sent == [(LOOK, (), "now")]

    def test_tasks_about_one_row_are_all_sent(self, sent):
        for thread_id in (1, 2, 2):
            wake("inbox.tasks.fetch_attachment", thread_id)
        assert len(sent) == 3

    def test_whoever_commits_once_it_has_started_wakes_the_next_one(self, sent):
        wake(LOOK)
        look.apply()
        assert len(sent) == 2

    def test_one_that_was_lost_keeps_others_back_for_a_moment_only(self, sent):
        assert waking.WAITS_MS <= 1000
        wake(LOOK)
        assert 0 < hints.redis().pttl(waking._waits(LOOK)) <= waking.WAITS_MS

    def test_one_that_found_the_broker_away_keeps_nobody_back(self, sent, monkeypatch):
        sent.fails = True
        wake(LOOK)
        sent.fails = False
        monkeypatch.setattr(waking.Door, "shut_until", 0.0)
        wake(LOOK)
        assert len(sent) == 1

    def test_while_redis_is_away_each_is_sent_and_none_fails(self, sent, redis_away):
        for _ in range(2):
            wake(LOOK)
        look.apply(throw=True)
        assert len(sent) == 3


DO_EACH = "tests.do_each"


@shared_task(name=DO_EACH)
def do_each():
    """What is done with one may bring another."""
    for subject_id in each_for(DO_EACH):
        Done.ids.append(subject_id)
        Done.before_next(subject_id)


class Done:
    ids: list
    before_next: object


class TestTasksThatGoThroughWhatGathers:
    """Hundreds a second of the same: their ids gather, and one task takes them one after another."""

    @pytest.fixture(autouse=True)
    def nothing_waits(self, sent):
        hints.redis().delete(waking._place(DO_EACH))
        waking._forget(DO_EACH)
        Done.ids, Done.before_next = [], lambda subject_id: None

    def test_many_that_gather_send_one_task_which_takes_each_once(self, sent):
        with transaction.atomic():
            for thread_id in (1, 2, 2, 3):
                wake_for(DO_EACH, thread_id)
            assert sent == []
        assert sent == [(DO_EACH, (), "now")]
        do_each.apply(throw=True)
        assert sorted(Done.ids) == [1, 2, 3]

    def test_while_others_wait_a_further_worker_is_woken(self, sent):
        for thread_id in (1, 2):
            wake_for(DO_EACH, thread_id)
        assert len(sent) == 1
        do_each.apply(throw=True)
        assert len(sent) == 2

    def test_one_alone_wakes_nobody_further(self, sent):
        wake_for(DO_EACH, 1)
        do_each.apply(throw=True)
        assert len(sent) == 1

    def test_after_some_of_them_other_tasks_get_their_turn(self, sent, monkeypatch):
        monkeypatch.setattr(waking, "MOST_IN_A_ROW", 2)
        for thread_id in range(5):
            wake_for(DO_EACH, thread_id)
        do_each.apply(throw=True)
        assert (len(Done.ids), sent[-1]) == (2, (DO_EACH, (), "now"))
        for _ in range(2):
            do_each.apply(throw=True)
        assert sorted(Done.ids) == [0, 1, 2, 3, 4]

    def test_what_comes_while_it_runs_is_taken_too(self, sent):
        Done.before_next = lambda subject_id: wake_for(DO_EACH, 2) if subject_id == 1 else None
        wake_for(DO_EACH, 1)
        do_each.apply(throw=True)
        assert Done.ids == [1, 2]

    def test_nothing_gathers_of_what_was_rolled_back(self, sent):
        with transaction.atomic():
            wake_for(DO_EACH, 1)
            transaction.set_rollback(True)
        do_each.apply(throw=True)
        assert (sent, Done.ids) == ([], [])

    def test_while_redis_is_away_nobody_fails(self, sent, redis_away):
        wake_for(DO_EACH, 1)
        do_each.apply(throw=True)
        assert Done.ids == []
