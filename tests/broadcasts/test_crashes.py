"""A worker may die at any moment, and several work at once: nobody gets it twice, nobody is forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from broadcasts import actions
from broadcasts.channels import whatsapp
from broadcasts.engine import couriers, planning
from broadcasts.models import Broadcast, Courier, Pace
from inbox import delivery
from inbox.delivery import bulk
from inbox.models import Contact, Message
from tests.broadcasts.sending import VALUES, carry_all, make_broadcast, phone_of, report, standing
from tests.factories import make_contact


class Killed(BaseException):
    """kill -9: no `except` of ours hears of it."""


def dies(*args, **kwargs):
    raise Killed


def launched(number, count, **fields):
    return actions.launch(make_broadcast(number, [phone_of(place) for place in range(count)], **fields).pk)


def run_and_die(monkeypatch, target, name):
    with monkeypatch.context() as broken:
        broken.setattr(target, name, dies)
        with pytest.raises(Killed):
            couriers.run(Pace.objects.get())


def all_got_one(meta, count):
    assert len(meta.sent()) == count
    assert len({row["customer_id"] for row in meta.sent()}) == count
    assert meta.doubles() == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "target, name",
    [
        (whatsapp.ledger, "enter"),  # messages written, recipients not yet: one transaction, so neither is
        (couriers.ledger, "take_next"),
        (whatsapp.delivery, "send_many"),  # everything written, nothing sent
        (bulk, "_claim"),
    ],
)
def test_a_worker_that_dies_before_anything_left_has_lost_nothing(berlin, meta, monkeypatch, target, name):
    broadcast = launched(berlin, 5)
    run_and_die(monkeypatch, target, name)
    assert meta.sent() == []
    carry_all(broadcast, timezone.now() + timedelta(seconds=5))
    assert standing(broadcast) == {"sent": 5}
    assert Message.objects.count() == 5
    all_got_one(meta, 5)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_before_it_wrote_down_what_was_sent_sends_nothing_twice(berlin, meta, monkeypatch):
    broadcast = launched(berlin, 5)
    run_and_die(monkeypatch, bulk, "accept_together")
    all_got_one(meta, 5)
    carry_all(broadcast, timezone.now() + timedelta(seconds=5))
    all_got_one(meta, 5)
    assert standing(broadcast) == {"sending": 5}
    for message in Message.objects.all():
        report(message, "delivered")
    assert standing(broadcast) == {"delivered": 5}
    carry_all(broadcast)
    assert broadcast.status == "finished"


@pytest.mark.django_db(transaction=True)
def test_whom_no_receipt_settles_is_said_to_be_unsure_and_not_written_to_again(berlin, meta, monkeypatch):
    broadcast = launched(berlin, 3)
    run_and_die(monkeypatch, bulk, "accept_together")
    Message.objects.update(claimed_until=timezone.now())
    for message in Message.objects.all():
        delivery.deliver_next(message.thread_id)
    carry_all(broadcast, timezone.now() + timedelta(hours=1))
    assert standing(broadcast) == {"failed": 3}
    assert set(broadcast.recipients.values_list("reason", flat=True)) == {"unconfirmed"}
    assert actions.retry_failed(broadcast.pk) == (0, 3)
    all_got_one(meta, 3)


@pytest.mark.django_db(transaction=True)
def test_several_couriers_at_once_send_each_message_once(berlin, meta):
    meta.number_is(throughput=1000)
    broadcast = launched(berlin, 60)
    Pace.objects.update(per_second=1000)

    def work(_):
        try:
            for _ in range(4):
                couriers.run(Pace.objects.get(), timezone.now() + timedelta(seconds=1))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    carry_all(broadcast, timezone.now() + timedelta(seconds=10))
    assert standing(broadcast) == {"sent": 60}
    all_got_one(meta, 60)


@pytest.mark.django_db(transaction=True)
def test_planning_goes_on_where_it_broke_off_and_writes_nobody_twice(berlin, meta, monkeypatch):
    monkeypatch.setattr(planning, "BATCH", 10)
    for place in range(25):
        make_contact(phone=phone_of(place), attributes=VALUES)
    broadcast = actions.launch(make_broadcast(berlin, audience={"all": True}).pk)
    kept, tries = planning.ledger.add, []

    def dies_the_second_time(*about):
        tries.append(about)
        return dies() if len(tries) == 2 else kept(*about)

    monkeypatch.setattr(planning.ledger, "add", dies_the_second_time)
    with pytest.raises(Killed):
        planning.plan(broadcast.pk)
    assert broadcast.recipients.count() == 10
    assert not planning.plan(broadcast.pk)  # still somebody else's, as far as anybody knows
    Broadcast.objects.update(planning_until=timezone.now())
    assert planning.plan(broadcast.pk)
    assert standing(broadcast) == {"queued": 25}
    assert broadcast.recipients.values("contact").distinct().count() == Contact.objects.count() == 25


@pytest.mark.django_db
def test_a_courier_is_one_at_a_time_and_a_wake_up_is_good_for_one_run(berlin, meta, monkeypatch):
    runs = []
    monkeypatch.setattr(couriers, "run", lambda pace, place: runs.append(pace))
    launched(berlin, 1)
    courier = Courier.objects.first()
    Courier.objects.update(due_at=timezone.now())
    for _ in range(3):
        couriers.carry(courier.pk, courier.ticket)
    assert len(runs) == 1
    courier.refresh_from_db()
    couriers.carry(courier.pk, courier.ticket)
    assert len(runs) == 2


@pytest.mark.django_db
def test_the_sweep_wakes_couriers_whose_worker_died_and_nobody_elses(berlin, meta, monkeypatch):
    launched(berlin, 1)
    woken = []
    monkeypatch.setattr(couriers, "wake", lambda task, *args, **how: woken.append(args[0]))
    now = timezone.now()
    Courier.objects.update(due_at=now + timedelta(seconds=9))
    lost = Courier.objects.first()
    Courier.objects.filter(pk=lost.pk).update(due_at=now - timedelta(seconds=2))
    couriers.sweep()
    assert woken == [lost.pk]
    actions.cancel(Broadcast.objects.get().pk)
    couriers.sweep()
    assert woken == [lost.pk]


@pytest.mark.django_db
def test_a_slow_lane_has_fewer_couriers_than_a_fast_one(berlin, meta, monkeypatch):
    woken = []
    monkeypatch.setattr(couriers, "wake", lambda task, *args, **how: woken.append(args[0]))
    launched(berlin, 1)
    assert len(woken) == 3
    Pace.objects.update(per_second=1000)
    couriers.wake_all(Pace.objects.get())
    assert len(woken) == 3 + 4
