"""Webhooks sent by several workers at once, on real PostgreSQL and with programs that take their time."""

import json
from contextlib import contextmanager
from threading import Barrier, Event, Thread

import pytest
from django.db import connection

from inbox import webhooks
from inbox.changes import change_conversation
from inbox.models import FeedKind, Subscription, WebhookDelivery
from inbox.webhooks import lane
from tests.factories import make_conversation, make_number
from tests.inbox.listening import make_subscription
from tests.inbox.programs.far_end import running_program

pytestmark = pytest.mark.django_db(transaction=True)
Status = WebhookDelivery.Status


class Waiting:
    """A program's answer that comes when the test says so; counts who waits for it at the same time."""

    def __init__(self):
        self.has_come, self.may_answer = Event(), Event()

    def __call__(self, request):
        self.has_come.set()
        self.may_answer.wait(8)
        return 200


@pytest.fixture
def number():
    return make_number()


def happens(conversation, name=""):
    with change_conversation(conversation.pk) as change:
        change.tell(FeedKind.RELAY_FAILED, name=name)
    webhooks.publish()


@contextmanager
def worker(*subscriptions):
    """A worker in a thread of its own delivers to these; it has ended when the block has."""

    def run():
        try:
            for subscription in subscriptions:
                webhooks.deliver(subscription.pk)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    yield thread
    thread.join(15)
    assert not thread.is_alive()


def names(program):
    return [json.loads(request.body)["data"]["name"] for request in program.received]


def test_one_slow_address_does_not_hold_up_the_others(number):
    waiting = Waiting()
    with running_program(answers=waiting) as slow, running_program() as quick:
        slow_one, quick_one = make_subscription(slow.url), make_subscription(quick.url)
        for serial in range(3):
            happens(make_conversation("unassigned", number=number), serial)
        with worker(slow_one):
            assert waiting.has_come.wait(8)
            assert webhooks.deliver(slow_one.pk) == 0, "a second worker is not given to it"
            assert webhooks.deliver(quick_one.pk) == 3
            assert len(slow.received) == 1
            waiting.may_answer.set()
    assert not WebhookDelivery.objects.exclude(status=Status.DELIVERED).exists()


def test_all_slow_addresses_together_keep_few_workers(number):
    waiting = Waiting()
    with running_program(answers=waiting) as slow:
        subscriptions = [make_subscription(slow.url, pace_ms=5000) for _ in range(3)]
        happens(make_conversation("unassigned", number=number))
        with worker(subscriptions[0]), worker(subscriptions[1]):
            while WebhookDelivery.objects.filter(status=Status.SENDING).count() < 2:
                waiting.has_come.wait(8)
            assert webhooks.deliver(subscriptions[2].pk) == 0
            waiting.may_answer.set()
        assert webhooks.deliver(subscriptions[2].pk) == 1


def test_a_slow_address_gets_one_call_before_others_have_their_turn(number):
    with running_program() as program:
        subscription = make_subscription(program.url, pace_ms=50_000)
        for _ in range(3):
            happens(make_conversation("unassigned", number=number))
        assert webhooks.deliver(subscription.pk) == 1


def test_workers_at_once_send_each_event_once_and_a_conversation_in_order(number):
    with running_program() as program:
        subscription = make_subscription(program.url, pace_ms=5)
        conversations = [make_conversation("unassigned", number=number) for _ in range(3)]
        for serial in range(18):
            happens(conversations[serial % 3], serial)
        start = Barrier(4)

        def run():
            start.wait(10)
            try:
                while WebhookDelivery.objects.exclude(status=Status.DELIVERED).exists():
                    webhooks.deliver(subscription.pk)
            finally:
                connection.close()

        threads = [Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        arrived = names(program)
        assert sorted(arrived) == list(range(18))
        for each in range(3):
            assert [name for name in arrived if name % 3 == each] == list(range(each, 18, 3))


def test_deleting_a_webhook_while_it_is_called_harms_nobody(number):
    waiting = Waiting()
    with running_program(answers=waiting) as program:
        subscription = make_subscription(program.url)
        happens(make_conversation("unassigned", number=number))
        with worker(subscription):
            assert waiting.has_come.wait(8)
            Subscription.objects.all().delete()
            waiting.may_answer.set()
    assert not WebhookDelivery.objects.exists()


def test_a_busy_address_gives_way_after_a_moment(number, monkeypatch):
    """Whoever else waits for this worker has its turn; what is left is gone on with."""
    went_on = []
    monkeypatch.setattr(lane, "RUN_SECONDS", 0)
    monkeypatch.setattr(lane, "_go_on", went_on.append)
    with running_program() as program:
        subscription = make_subscription(program.url)
        for _ in range(3):
            happens(make_conversation("unassigned", number=number))
        assert webhooks.deliver(subscription.pk) == 1
    assert went_on == [subscription.pk]


def test_what_is_told_while_the_one_before_it_is_settled_gets_its_turn(number):
    """Both at the same moment: neither sees what the other writes."""
    with running_program() as program:
        subscription = make_subscription(program.url, pace_ms=5)
        conversation = make_conversation("unassigned", number=number)
        for serial in range(25):
            happens(conversation, f"{serial}, first")
            with change_conversation(conversation.pk) as change:
                change.tell(FeedKind.RELAY_FAILED, name=f"{serial}, second")
            with worker(subscription):
                webhooks.publish()
            webhooks.deliver(subscription.pk)
        assert not WebhookDelivery.objects.exclude(status=Status.DELIVERED).exists()
        assert names(program) == [f"{serial}, {which}" for serial in range(25) for which in ("first", "second")]
