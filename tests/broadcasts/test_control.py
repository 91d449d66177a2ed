"""Later, pause, resume, cancel, try the failed again, stop by itself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from broadcasts import actions
from broadcasts.engine import couriers
from broadcasts.models import Broadcast, Pace
from inbox import delivery
from inbox.actions.refusals import Refusal
from inbox.models import Message
from tests.broadcasts.sending import carry_all, make_broadcast, phone_of, report, send, standing
from tests.factories import make_agent
from whatsapp import connection

pytestmark = pytest.mark.django_db


def launched(number, phones, **fields):
    return actions.launch(make_broadcast(number, phones, **fields).pk)


def test_it_starts_at_its_time_and_not_before(berlin, meta):
    broadcast = launched(berlin, [phone_of(1)], scheduled_at=timezone.now() + timedelta(hours=1))
    assert broadcast.status == "scheduled"
    actions.sweep()
    assert Broadcast.objects.get().status == "scheduled"
    Broadcast.objects.update(scheduled_at=timezone.now())
    actions.sweep()
    assert Broadcast.objects.get().status == "sending"
    assert standing(carry_all(broadcast)) == {"sent": 1}


def test_what_is_paused_sends_nothing_and_goes_on_where_it_was(berlin, meta):
    broadcast = launched(berlin, [phone_of(place) for place in range(30)])
    couriers.run(Pace.objects.get())
    sent = len(meta.sent())
    actions.pause(broadcast.pk)
    carry_all(broadcast)
    assert (broadcast.status, broadcast.pause_reason) == ("paused", "by_hand")
    assert 0 < sent < 30
    assert len(meta.sent()) == sent
    actions.resume(broadcast.pk)
    carry_all(broadcast)
    assert (standing(broadcast), broadcast.status, len(meta.sent())) == ({"sent": 30}, "finished", 30)


def test_the_rest_is_cancelled_and_what_was_sent_stays_sent(berlin, meta):
    broadcast = launched(berlin, [phone_of(place) for place in range(30)])
    couriers.run(Pace.objects.get())
    sent = len(meta.sent())
    actions.cancel(broadcast.pk)
    carry_all(broadcast)
    assert broadcast.status == "cancelled"
    assert standing(broadcast) == {"sent": sent, "cancelled": 30 - sent}
    assert len(meta.sent()) == sent


def test_a_message_that_waits_for_another_try_is_taken_back_when_the_rest_is_cancelled(berlin, meta):
    meta.fault("refuse", code=131016)
    broadcast = launched(berlin, [phone_of(1)])
    couriers.run(Pace.objects.get())
    assert standing(broadcast) == {"sending": 1}
    actions.cancel(broadcast.pk)
    meta.clear_faults()
    carry_all(broadcast, timezone.now() + timedelta(hours=1))
    assert (standing(broadcast), meta.sent()) == ({"cancelled": 1}, [])


def test_a_scheduled_one_can_be_cancelled(berlin, meta):
    broadcast = launched(berlin, [phone_of(1)], scheduled_at=timezone.now() + timedelta(hours=1))
    actions.cancel(broadcast.pk)
    Broadcast.objects.update(scheduled_at=timezone.now())
    actions.sweep()
    assert (standing(broadcast), Broadcast.objects.get().status) == ({"cancelled": 1}, "cancelled")


def test_the_failed_are_tried_again_but_not_those_who_cannot_get_it(berlin, meta):
    broadcast = send(make_broadcast(berlin, [phone_of(1), phone_of(2)]))
    held_back, unreachable = Message.objects.order_by("pk")
    report(held_back, "failed", 131049)
    report(unreachable, "failed", 131026)
    assert actions.retry_failed(broadcast.pk) == (1, 1)
    broadcast.refresh_from_db()
    assert broadcast.status == "sending"
    carry_all(broadcast)
    assert (standing(broadcast), broadcast.status) == ({"sent": 1, "failed": 1}, "finished")
    assert Message.objects.latest("pk").retry_of == held_back


def test_more_failures_than_allowed_pause_it_and_whoever_resumes_begins_to_count_anew(berlin, meta):
    broadcast = launched(berlin, [phone_of(place) for place in range(60)], stop_percent=20)
    couriers.run(Pace.objects.get())
    for message in Message.objects.order_by("pk")[:8]:
        report(message, "failed", 131026)
    carry_all(broadcast)
    assert (broadcast.status, broadcast.pause_reason) == ("paused", "stop_rule")
    assert "20 %" in broadcast.pause_words
    actions.resume(broadcast.pk)
    carry_all(broadcast)
    assert (standing(broadcast), broadcast.status) == ({"sent": 52, "failed": 8}, "finished")


@pytest.mark.parametrize(
    "act, status, code",
    [
        (actions.launch, "finished", "broadcast_started"),
        (actions.pause, "finished", "broadcast_not_sending"),
        (actions.resume, "finished", "broadcast_not_paused"),
        (actions.cancel, "finished", "broadcast_finished"),
        (actions.retry_failed, "cancelled", "broadcast_not_sent"),
    ],
)
def test_what_makes_no_sense_is_refused_with_words(berlin, meta, act, status, code):
    broadcast = make_broadcast(berlin, [])
    Broadcast.objects.update(status=status, started_at=timezone.now(), lane="whatsapp:1")
    with pytest.raises(Refusal) as refused:
        act(broadcast.pk)
    assert refused.value.code == code
    assert status in refused.value.words or code == "broadcast_started"


def test_twice_is_once(berlin, meta):
    broadcast = launched(berlin, [phone_of(1)])
    assert [actions.pause(broadcast.pk).status for _ in range(2)] == ["paused", "paused"]
    assert [actions.resume(broadcast.pk).status for _ in range(2)] == ["sending", "sending"]
    assert [actions.cancel(broadcast.pk).status for _ in range(2)] == ["cancelled", "cancelled"]


def test_two_broadcasts_of_one_number_share_its_pace(berlin, meta):
    first = launched(berlin, [phone_of(place) for place in range(40)])
    second = launched(berlin, [phone_of(place) for place in range(100, 140)])
    couriers.run(Pace.objects.get())
    assert standing(first)["sent"] == standing(second)["sent"] == 10


def test_messages_that_wait_with_their_number_are_taken_back_when_the_rest_is_cancelled(berlin, meta):
    meta.fault("refuse", code=131042, times=1)
    broadcast = launched(berlin, [phone_of(1)])
    couriers.run(Pace.objects.get())
    assert Message.objects.get().status == "held"
    actions.cancel(broadcast.pk)
    connection.resume(berlin)
    delivery.release_messages(berlin.pk)
    carry_all(broadcast, timezone.now() + timedelta(hours=1))
    assert (standing(broadcast), meta.sent()) == ({"cancelled": 1}, [])


def test_an_admin_sets_the_pace_of_a_number_before_its_first_broadcast(berlin, meta, client):
    client.force_login(make_agent("Ben", role="admin"), backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("admin:broadcasts_pace_add"), {"number": berlin.pk, "per_second": "40"})
    assert Pace.objects.get().key == f"whatsapp:{berlin.pk}"
    broadcast = launched(berlin, [phone_of(place) for place in range(30)])
    couriers.run(Pace.objects.get())
    assert standing(broadcast)["sent"] == 10
    page = client.get(reverse("admin:broadcasts_pace_changelist")).content.decode()
    assert "Not slowed down" in page
