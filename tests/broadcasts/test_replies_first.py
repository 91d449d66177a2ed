"""An agent's reply never waits for a broadcast."""

from datetime import timedelta

import pytest
from django.utils import timezone

from broadcasts import actions
from broadcasts.engine import couriers
from broadcasts.models import Pace
from inbox import delivery
from inbox.actions.sending import send_message
from inbox.models import Message
from tests.broadcasts.sending import carry_all, make_broadcast, phone_of, standing
from tests.factories import make_agent, make_contact, make_conversation
from whatsapp.content import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(berlin, meta):
    meta.new_customer("Ida", phone=phone_of(1)[1:]).writes("Hello")
    ada = make_agent("Ada", numbers=[berlin])
    return make_conversation("assigned", number=berlin, contact=make_contact("Ida", phone_of(1)), assignee=ada)


def kinds_sent(meta):
    return [row["type"] for row in meta.sent(customer=meta.customer(phone_of(1)))]


def test_in_the_same_thread_a_reply_goes_first_and_the_broadcast_after_it(conversation, berlin, meta, monkeypatch):
    broadcast = actions.launch(make_broadcast(berlin, [phone_of(1)]).pk)
    with monkeypatch.context() as late:
        late.setattr("broadcasts.channels.whatsapp.delivery.send_many", lambda *_: delivery.bulk.Run())
        couriers.run(Pace.objects.get())
    reply = send_message(conversation.pk, Text("Here it is."), conversation.assignee)
    assert not delivery.bulk._claim(Message.objects.get(author_kind="broadcast"))
    delivery.deliver_next(conversation.thread_id)
    reply.refresh_from_db()
    assert (reply.status, kinds_sent(meta)) == ("sent", ["text"])
    carry_all(broadcast, timezone.now() + timedelta(seconds=5))
    assert kinds_sent(meta) == ["text", "template"]


def test_a_broadcasts_message_that_waits_for_another_try_holds_no_reply_up(conversation, berlin, meta):
    meta.fault("refuse", code=131056, times=1)
    broadcast = actions.launch(make_broadcast(berlin, [phone_of(1)]).pk)
    couriers.run(Pace.objects.get())
    assert standing(broadcast) == {"sending": 1}
    reply = send_message(conversation.pk, Text("Here it is."), conversation.assignee)
    delivery.deliver_next(conversation.thread_id)
    reply.refresh_from_db()
    assert (reply.status, kinds_sent(meta)) == ("sent", ["text"])


def test_replies_use_the_numbers_slots_first(conversation, berlin, meta):
    broadcast = actions.launch(make_broadcast(berlin, [phone_of(place) for place in range(60)]).pk)
    now = timezone.now()
    couriers.run(Pace.objects.get(), now)
    before = standing(broadcast)["sent"]
    for place in range(10):
        send_message(conversation.pk, Text(f"Line {place}"), conversation.assignee)
    couriers.run(Pace.objects.get(), now + timedelta(seconds=0.25))
    assert standing(broadcast)["sent"] - before == 10


def test_only_what_has_a_slot_stands_in_the_lanes(berlin, meta):
    actions.launch(make_broadcast(berlin, [phone_of(place) for place in range(200)]).pk)
    couriers.run(Pace.objects.get())
    assert Message.objects.count() == 20


def test_the_sweep_of_replies_leaves_broadcasts_to_their_couriers(berlin, meta, monkeypatch):
    actions.launch(make_broadcast(berlin, [phone_of(1)]).pk)
    with monkeypatch.context() as late:
        late.setattr("broadcasts.channels.whatsapp.delivery.send_many", lambda *_: delivery.bulk.Run())
        couriers.run(Pace.objects.get())
    woken = []
    monkeypatch.setattr("inbox.delivery.sweeping.wake_for", lambda *about, **how: woken.append(about))
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    delivery.sweep()
    assert woken == []
    Message.objects.update(status="sending", claimed_until=timezone.now() - timedelta(seconds=1))
    delivery.sweep()
    assert len(woken) == 1
