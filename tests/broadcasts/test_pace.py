"""A lane at its rate: slots are for what leaves, at the moment when it leaves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from broadcasts import actions
from broadcasts.channels import whatsapp
from broadcasts.engine import couriers
from broadcasts.models import Broadcast, Pace
from inbox.actions.sending import send_message
from inbox.delivery import bulk
from inbox.models import Message
from tests.broadcasts.senders import CHANNELS, fates, make_sms, make_sms_sender
from tests.broadcasts.sending import make_broadcast, phone_of, standing
from tests.factories import make_agent, make_contact, make_conversation
from whatsapp.content import Text

pytestmark = pytest.mark.django_db

GERMANS = [phone_of(place) for place in range(30)]
AMERICAN = "+12125550142"


def launched(number, phones, **fields):
    return actions.launch(make_broadcast(number, phones, **fields).pk)


def test_who_sleeps_uses_no_slot_and_holds_nobody_up(berlin, meta):
    """Thirty are put off until their morning, and the one behind them gets it in the same run."""
    broadcast = launched(berlin, [*GERMANS, AMERICAN], earliest_hour=9, latest_hour=20)
    german_night = (timezone.now() + timedelta(days=1)).replace(hour=22, minute=0, second=0, microsecond=0)
    Pace.objects.update(next_slot_at=german_night - timedelta(seconds=0.5))
    couriers.run(Pace.objects.get(), german_night)
    assert standing(broadcast) == {"queued": 30, "sent": 1}
    assert Pace.objects.get().next_slot_at == german_night - timedelta(seconds=0.5) + timedelta(seconds=1 / 80)


def test_who_is_skipped_uses_no_slot(berlin, meta):
    make_contact("Ida", phone_of(1), whatsapp_optout="all")
    broadcast = launched(berlin, [phone_of(1)])
    now = timezone.now()
    Pace.objects.update(next_slot_at=now - timedelta(seconds=0.5))
    couriers.run(Pace.objects.get(), now)
    assert standing(broadcast) == {"skipped": 1}
    assert Pace.objects.get().next_slot_at == now - timedelta(seconds=0.5)


def test_what_finds_its_slots_taken_by_another_courier_waits_for_the_next_ones(berlin, meta, monkeypatch):
    meta.number_is(throughput=1000)
    broadcast = launched(berlin, GERMANS)
    Pace.objects.update(per_second=1000)
    enter = couriers.enter

    def while_another_takes_them(*about):
        entered = enter(*about)
        Pace.objects.update(next_slot_at=timezone.now())
        return entered

    monkeypatch.setattr(couriers, "enter", while_another_takes_them)
    couriers.run(Pace.objects.get())
    assert standing(broadcast) == {"sent": 30}


def test_a_texts_recipient_who_gets_no_slot_in_time_is_queued_again_at_once(texting):
    broadcast = make_sms(make_sms_sender(texting.account()), [phone_of(1), phone_of(2)])
    now, pace = timezone.now(), Pace.objects.get(key=broadcast.lane)
    Pace.objects.update(per_second=1, next_slot_at=now - timedelta(seconds=1))
    entered = couriers.enter_some(broadcast, 2, now)
    couriers.leave(pace, CHANNELS["sms"], entered, now)
    assert sorted(status for status, _ in fates(broadcast).values()) == ["queued", "sent"]
    couriers.run(pace, now + timedelta(seconds=1))
    assert {status for status, _ in fates(broadcast).values()} == {"sent"}


def test_a_run_that_takes_long_sends_all_it_has_entered(berlin, meta, monkeypatch):
    """Each call of `send_many` is a short one: it goes on with those that were not reached."""
    broadcast = launched(berlin, GERMANS[:5])
    kept = whatsapp.delivery.send_many

    def one_at_a_time(message_ids, number_id):
        came_to = kept(message_ids[:1], number_id)
        came_to.not_reached = message_ids[1:]
        return came_to

    monkeypatch.setattr(whatsapp.delivery, "send_many", one_at_a_time)
    couriers.run(Pace.objects.get())
    assert standing(broadcast) == {"sent": 5}


def test_a_call_that_has_no_time_names_what_it_did_not_reach(berlin, meta, monkeypatch):
    launched(berlin, GERMANS[:3])
    with monkeypatch.context() as late:
        late.setattr(whatsapp.delivery, "send_many", lambda *_: bulk.Run())
        couriers.run(Pace.objects.get())
    queued = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    monkeypatch.setattr(bulk, "LONGEST_RUN_SECONDS", -1)
    assert bulk.send_many(queued, berlin.pk).not_reached == queued
    assert meta.sent() == []


def test_what_is_paused_while_its_run_takes_long_stays_behind(berlin, meta, monkeypatch):
    broadcast, tried = launched(berlin, GERMANS[:5]), []

    def paused_after_the_first(message_ids, number_id):
        tried.append(len(message_ids))
        actions.pause(broadcast.pk)
        return bulk.Run(not_reached=message_ids[1:])

    monkeypatch.setattr(whatsapp.delivery, "send_many", paused_after_the_first)
    couriers.run(Pace.objects.get())
    assert tried == [5]


def test_what_agents_sent_while_nothing_was_broadcast_holds_up_no_broadcast(berlin, meta):
    """Only the last second's slots count: those of yesterday's replies are long gone."""
    meta.new_customer("Ida", phone=phone_of(99)[1:]).writes("Hello")
    ada = make_agent("Ada", numbers=[berlin])
    contact = make_contact("Ida", phone_of(99))
    conversation = make_conversation("assigned", number=berlin, contact=contact, assignee=ada)
    launched(berlin, GERMANS)
    now = timezone.now()
    Pace.objects.update(next_slot_at=now - timedelta(hours=2))
    for place in range(100):
        send_message(conversation.pk, Text(f"Line {place}"), ada)
    Message.objects.filter(author_kind="agent").update(created_at=now - timedelta(hours=1))
    couriers.run(Pace.objects.get(), now)
    assert standing(Broadcast.objects.get())["sent"] == 27
