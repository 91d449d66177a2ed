"""What changes between two steps: a broadcast is cancelled while it is planned or sent, contacts turn out to be one
person, two broadcasts reach for the same person. Nobody gets it twice, nobody is left pending for ever."""

from datetime import timedelta

import pytest
from django.utils import timezone

from broadcasts import actions, ledger
from broadcasts.channels import whatsapp
from broadcasts.engine import couriers, planning
from broadcasts.models import Broadcast, Pace, Recipient
from inbox import delivery
from inbox.actions.joining import join
from inbox.delivery import outcomes
from inbox.models import Contact, Message
from tests.broadcasts.sending import NOTICE, VALUES, carry_all, make_broadcast, phone_of, report, send, standing
from tests.factories import make_contact
from whatsapp.errors import TryLater
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db

CAMPAIGN = {
    "name": "campaign",
    "language": "en",
    "components": [
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "first-user"}]}
    ],
}


def launched(number, phones=(), **fields):
    return actions.launch(make_broadcast(number, phones, **fields).pk)


def planned(number, count, monkeypatch, **fields):
    """One to so many contacts, all of whom have their row."""
    for place in range(count):
        make_contact(f"Person {place}", phone_of(place), attributes=VALUES)
    broadcast = launched(number, audience={"all": True}, **fields)
    planning.plan(broadcast.pk)
    return broadcast


def on_its_way(broadcast):
    """Its only message, as while Meta is being asked."""
    couriers.run(Pace.objects.get())
    message = Message.objects.get()
    in_a_minute = timezone.now() + timedelta(minutes=1)
    Message.objects.filter(pk=message.pk).update(status="sending", retry_at=None, claimed_until=in_a_minute)
    return message


# --- Whom it is meant for --------------------------------------------------------------------------------------------


def test_a_filter_that_is_none_any_more_pauses_it_with_words_until_somebody_mends_it(berlin, meta):
    make_contact(phone=phone_of(1), attributes=VALUES)
    broadcast = launched(berlin, audience={"all": True})
    Broadcast.objects.update(audience={"filter": {"star_sign": "libra"}})
    assert planning.plan(broadcast.pk) is False
    paused = Broadcast.objects.get()
    assert (paused.status, paused.pause_reason) == ("paused", "audience")
    assert "star_sign" in paused.pause_words

    Broadcast.objects.update(audience={"all": True})
    actions.resume(broadcast.pk)
    carry_all(broadcast)
    assert standing(broadcast) == {"sent": 1}


# --- Cancelled -------------------------------------------------------------------------------------------------------


def test_who_cancels_while_it_is_planned_leaves_nobody_pending(berlin, meta, monkeypatch):
    monkeypatch.setattr(planning, "BATCH", 10)
    for place in range(25):
        make_contact(phone=phone_of(place), attributes=VALUES)
    broadcast, batch = launched(berlin, audience={"all": True}), planning._plan_batch

    def cancelled_after_it(*about):
        is_more = batch(*about)
        actions.cancel(broadcast.pk)
        return is_more

    monkeypatch.setattr(planning, "_plan_batch", cancelled_after_it)
    planning.plan(broadcast.pk)
    assert standing(broadcast) == {"cancelled": 10}


def test_what_comes_back_for_another_try_after_it_was_cancelled_is_cancelled_too(berlin, meta):
    meta.fault("refuse", code=131016)
    broadcast = launched(berlin, [phone_of(1)])
    message = on_its_way(broadcast)
    actions.cancel(broadcast.pk)
    outcomes.postponed(message.pk, TryLater(131016))
    actions.sweep_cancelled()
    assert (standing(broadcast), meta.sent()) == ({"cancelled": 1}, [])


def test_a_worker_that_dies_while_it_cancels_leaves_the_rest_to_the_sweep(berlin, meta, monkeypatch):
    meta.fault("refuse", code=131016)
    broadcast = launched(berlin, [phone_of(1)])
    couriers.run(Pace.objects.get())
    with monkeypatch.context() as broken:
        broken.setattr(actions, "_take_back", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            actions.cancel(broadcast.pk)
    actions.sweep_cancelled()
    assert standing(broadcast) == {"cancelled": 1}


def test_what_a_number_on_hold_keeps_back_is_cancelled_with_the_rest(berlin, meta):
    meta.fault("refuse", code=131016)
    broadcast = launched(berlin, [phone_of(1)])
    couriers.run(Pace.objects.get())
    berlin.held_at, berlin.held_reason = timezone.now(), "Not paid"
    berlin.save()
    delivery.hold_messages(berlin.pk)
    assert Message.objects.get().status == "held"
    actions.cancel(broadcast.pk)
    assert standing(broadcast) == {"cancelled": 1}


# --- One person ------------------------------------------------------------------------------------------------------


def test_two_who_turn_out_to_be_one_after_planning_get_one_message(berlin, meta, monkeypatch):
    broadcast = planned(berlin, 2, monkeypatch)
    keep, absorb = Contact.objects.order_by("pk")
    join(keep, absorb, timezone.now())
    carry_all(broadcast)
    assert standing(broadcast) == {"sent": 1, "skipped": 1}
    assert broadcast.recipients.get(status="skipped").reason == "duplicate"
    assert len(meta.sent()) == 1


def test_two_who_turn_out_to_be_one_when_the_first_has_got_it_get_no_second_one(berlin, meta, monkeypatch):
    broadcast = planned(berlin, 2, monkeypatch)
    keep, absorb = Contact.objects.order_by("pk")
    Recipient.objects.filter(contact=keep).update(due_at=timezone.now() + timedelta(minutes=5))
    couriers.run(Pace.objects.get())
    assert standing(broadcast) == {"sent": 1, "queued": 1}
    keep.refresh_from_db()
    join(keep, absorb, timezone.now())
    carry_all(broadcast, timezone.now() + timedelta(minutes=6))
    assert standing(broadcast) == {"sent": 1, "skipped": 1}
    assert len(meta.sent()) == 1


def test_another_try_is_no_duplicate_of_the_first(berlin, meta):
    broadcast = send(make_broadcast(berlin, [phone_of(1)]))
    report(Message.objects.get(), "failed", 131049)
    actions.retry_failed(broadcast.pk)
    carry_all(broadcast, timezone.now() + timedelta(days=2))
    assert standing(broadcast) == {"sent": 1}


def test_who_was_joined_to_somebody_who_was_joined_again_is_written_to(berlin, meta, monkeypatch):
    broadcast = planned(berlin, 1, monkeypatch)
    first, second, third = Contact.objects.get(), make_contact("Second"), make_contact("Third")
    join(second, first, timezone.now())
    join(third, second, timezone.now())
    assert standing(carry_all(broadcast)) == {"sent": 1}
    assert Message.objects.get().thread.contact == third
    assert len(meta.sent()) == 1


# --- Enough ----------------------------------------------------------------------------------------------------------


def test_two_broadcasts_at_once_keep_to_the_cap_together(berlin, meta):
    """The first one is on its way and not known to be sent yet."""
    first, second = (launched(berlin, [phone_of(1)], cap_count=1) for _ in range(2))
    now = timezone.now()
    couriers.enter_some(first, 1, now)
    couriers.enter_some(second, 1, now)
    assert standing(first) == {"sending": 1}
    assert standing(second) == {"skipped": 1}


def test_what_never_arrived_is_not_counted_by_the_cap(berlin, meta):
    send(make_broadcast(berlin, [phone_of(1)]))
    report(Message.objects.get(), "failed", 131026)
    assert standing(send(make_broadcast(berlin, [phone_of(1)], cap_count=1))) == {"sent": 1}


def test_the_stop_rule_counts_anew_when_the_failed_are_tried_again(berlin, meta):
    """What was forgiven has gone out of the counts, and is not credited to the next failures."""
    phones = [phone_of(place) for place in range(25)]
    broadcast = make_broadcast(berlin, phones, stop_percent=50)
    Broadcast.objects.filter(pk=broadcast.pk).update(forgiven_failed=25, forgiven_settled=25)
    actions.launch(broadcast.pk)
    now = timezone.now()
    ledger.move(ledger.take_next(broadcast, 25, now), "failed", now, reason="whatsapp_131049")
    actions.retry_failed(broadcast.pk)
    broadcast.refresh_from_db()
    assert (broadcast.forgiven_failed, broadcast.forgiven_settled) == (0, 0)


def test_the_cap_counts_what_somebody_got_before_they_were_joined(berlin, meta):
    send(make_broadcast(berlin, [phone_of(1)]))
    got, keep = Contact.objects.get(), make_contact(phone=phone_of(2))
    join(keep, got, timezone.now())
    assert standing(send(make_broadcast(berlin, [phone_of(2)], cap_count=1))) == {"skipped": 1}


def test_two_phones_of_one_person_in_one_call_are_one_message(berlin, meta):
    keep, absorb = make_contact(phone=phone_of(1)), make_contact(phone=phone_of(2))
    join(keep, absorb, timezone.now())
    assert standing(send(make_broadcast(berlin, [phone_of(1), phone_of(2)]))) == {"sent": 1, "skipped": 1}
    assert len(meta.sent()) == 1


# --- Who wants no more, between entering and leaving -----------------------------------------------------------------


@pytest.mark.parametrize(
    "optout, template, reason",
    [("all", "delivery_notice", "opted_out"), ("marketing", "campaign", "opted_out_of_marketing")],
)
def test_who_refuses_when_their_message_is_on_its_way_is_skipped_with_that_reason(
    berlin, meta, monkeypatch, optout, template, reason
):
    """Shows S3-54."""
    content = NOTICE if template == "delivery_notice" else CAMPAIGN
    broadcast, send_many = launched(berlin, [phone_of(1)], content=content), delivery.send_many

    def refuses_first(*about):
        Contact.objects.update(whatsapp_optout=optout)
        return send_many(*about)

    monkeypatch.setattr(whatsapp.delivery, "send_many", refuses_first)
    couriers.run(Pace.objects.get())
    assert (standing(broadcast), meta.sent()) == ({"skipped": 1}, [])
    recipient = broadcast.recipients.get()
    assert recipient.reason == reason
    assert recipient.words


def test_what_fails_for_another_reason_on_its_way_still_counts_as_failed(berlin, meta, monkeypatch):
    broadcast, send_many = launched(berlin, [phone_of(1)]), delivery.send_many

    def template_goes_first(*about):
        MessageTemplate.objects.all().delete()
        return send_many(*about)

    monkeypatch.setattr(whatsapp.delivery, "send_many", template_goes_first)
    couriers.run(Pace.objects.get())
    assert (standing(broadcast), meta.sent()) == ({"failed": 1}, [])


# --- What was left behind --------------------------------------------------------------------------------------------


def entered_only(broadcast, monkeypatch):
    """A run whose worker dies before anything leaves."""
    with monkeypatch.context() as lost:
        lost.setattr(whatsapp.delivery, "send_many", lambda *_: delivery.bulk.Run())
        couriers.run(Pace.objects.get())
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=1))


def test_those_left_behind_who_cannot_leave_yet_are_passed_over(berlin, meta, monkeypatch):
    """Each of their threads has another message under way, so they need no slot now."""
    broadcast = launched(berlin, [phone_of(place) for place in range(40)])
    entered_only(broadcast, monkeypatch)
    assert standing(broadcast) == {"queued": 20, "sending": 20}
    for message in Message.objects.all():
        in_a_minute = timezone.now() + timedelta(minutes=1)
        Message.objects.create(
            thread_id=message.thread_id, author_kind="integration", status="sending", claimed_until=in_a_minute
        )
    assert whatsapp.WhatsApp().left_behind(broadcast.lane, 100, timezone.now()) == []
    couriers.run(Pace.objects.get(), timezone.now() + timedelta(seconds=1))
    couriers.run(Pace.objects.get(), timezone.now() + timedelta(seconds=2))
    assert standing(broadcast) == {"sending": 20, "sent": 20}


def test_whatever_keeps_those_back_who_were_left_behind_the_others_go_on(berlin, meta, monkeypatch):
    broadcast = launched(berlin, [phone_of(place) for place in range(60)])
    entered_only(broadcast, monkeypatch)
    stuck, send_many = set(Message.objects.values_list("pk", flat=True)), delivery.send_many

    def all_but_the_stuck(message_ids, number_id):
        return send_many([message_id for message_id in message_ids if message_id not in stuck], number_id)

    monkeypatch.setattr(whatsapp.delivery, "send_many", all_but_the_stuck)
    for seconds in range(1, 6):
        couriers.run(Pace.objects.get(), timezone.now() + timedelta(seconds=seconds))
    assert standing(broadcast) == {"sending": 20, "sent": 40}
