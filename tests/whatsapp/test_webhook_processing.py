"""What becomes of a kept call: claimed once, applied event by event, never lost."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.dispatch import receiver
from django.utils import timezone

from inbox.models import Contact, Message
from tests.factories import moved_back
from tests.whatsapp.posting import SECRET, delivered, make_captured_number, payload, post, words
from whatsapp import processing
from whatsapp.models import Account, Number, WebhookCall
from whatsapp.signals import event_received

pytestmark = pytest.mark.django_db


@pytest.fixture
def poison():
    """A receiver that fails on one message, as a mistake of ours would."""
    raised = {"wamid.poison": ValueError("the customer's words")}

    @receiver(event_received)
    def fails(sender, event, **kwargs):
        if error := raised.get(getattr(event, "wamid", None)):
            raise error

    yield raised
    event_received.disconnect(fails)


@pytest.fixture
def woken(transactional_db, monkeypatch):
    """Tasks of the gateway that were woken, in order."""
    tasks = []
    monkeypatch.setattr("whatsapp.wake._send", lambda task, args, queue: tasks.append(task))
    return GatewayTasks(tasks)


class GatewayTasks:
    """Those of the gateway among all tasks."""

    def __init__(self, tasks):
        self.tasks = tasks

    def take(self):
        taken = [task for task in self.tasks if task.startswith("whatsapp.")]
        self.tasks.clear()
        return taken


def wamids():
    return sorted(Message.objects.values_list("wamid", flat=True))


def test_hundreds_of_messages_in_several_entries_all_arrive():
    make_captured_number()
    many = [words(f"wamid.{n}", sender=f"49172555{n % 40:04}") for n in range(200)]
    entries = payload(*many[:120])
    entries["entry"] += payload(*many[120:])["entry"]
    call = delivered(entries)
    assert (call.event_count, call.problems) == (200, [])
    assert Message.objects.count() == 200
    assert Contact.objects.count() == 40


def test_one_poisoned_event_leaves_its_neighbours_alone(poison, caplog):
    make_captured_number()
    call = delivered(payload(words("wamid.1"), words("wamid.poison"), words("wamid.2")))
    assert wamids() == ["wamid.1", "wamid.2"]
    (problem,) = call.problems
    assert problem["at"] == "event 2 (MessageReceived)"
    assert problem["reason"].startswith("ValueError: ")
    assert "words" not in caplog.text


def test_a_failed_call_is_replayed_after_its_cause_is_gone(poison):
    make_captured_number()
    call = delivered(payload(words("wamid.1"), words("wamid.poison")))
    poison.clear()
    call = processing.replay(call.pk)
    assert (call.problems, call.event_count) == ([], 2)
    assert wamids() == ["wamid.1", "wamid.poison"]


def test_a_number_that_is_not_connected_is_named_and_its_call_can_be_replayed():
    number = make_captured_number()
    Number.objects.filter(pk=number.pk).update(phone_number_id="another")
    call = delivered(payload(words("wamid.1")))
    assert "is connected here" in call.problems[0]["reason"]
    Number.objects.filter(pk=number.pk).update(phone_number_id=number.phone_number_id)
    assert processing.replay(call.pk).problems == []
    assert wamids() == ["wamid.1"]


def test_a_body_that_is_no_json_is_kept_with_the_reason():
    make_captured_number()
    call = delivered(b"{nonsense")
    assert call.processed_at
    assert call.problems[0]["at"] == "the body"
    assert "not JSON" in call.problems[0]["reason"]


def test_while_a_worker_has_the_call_another_leaves_it_alone():
    make_captured_number()
    post(payload(words("wamid.1")))
    call = WebhookCall.objects.get()
    assert processing.claim(call.pk)
    assert not processing.process(call.pk)
    assert wamids() == []


def test_a_killed_workers_call_is_processed_by_the_sweep_once_its_lease_has_passed():
    make_captured_number()
    post(payload(words("wamid.1")))
    call = WebhookCall.objects.get()
    processing.claim(call.pk)
    processing.sweep()
    assert wamids() == []
    call.refresh_from_db()
    moved_back(call, minutes=1)
    processing.sweep()
    call.refresh_from_db()
    assert wamids() == ["wamid.1"]
    assert (call.processed_at is not None, call.attempts) == (True, 2)


def test_a_worker_that_is_woken_processes_what_waits_in_order_of_arrival_and_leaves_others_theirs(woken):
    make_captured_number()
    for number in (1, 2, 3):
        post(payload(words(f"wamid.{number}")))
    assert woken.take() == ["whatsapp.tasks.process_calls"] * 3
    processing.claim(WebhookCall.objects.earliest("pk").pk)
    processing.process_waiting()
    assert list(Message.objects.order_by("pk").values_list("wamid", flat=True)) == ["wamid.2", "wamid.3"]
    assert woken.take() == []


def test_under_backlog_other_tasks_get_their_turn(woken, monkeypatch):
    monkeypatch.setattr(processing, "CALLS_PER_TASK", 2)
    make_captured_number()
    for number in (1, 2, 3):
        post(payload(words(f"wamid.{number}")))
    woken.take()
    processing.process_waiting()
    assert (len(wamids()), woken.take()) == (2, ["whatsapp.tasks.process_calls"])
    processing.process_waiting()
    assert (len(wamids()), woken.take()) == (3, [])


def test_the_sweep_leaves_fresh_calls_to_the_worker_that_was_woken():
    make_captured_number()
    post(payload(words("wamid.1")))
    processing.sweep()
    assert wamids() == []
    moved_back(WebhookCall.objects.get(), minutes=1)
    processing.sweep()
    assert wamids() == ["wamid.1"]


def test_a_processed_call_is_not_processed_again():
    make_captured_number()
    call = delivered(payload(words("wamid.1")))
    assert not processing.process(call.pk)


def test_a_call_that_always_kills_its_worker_is_given_up_and_says_so():
    make_captured_number()
    post(payload(words("wamid.1")))
    WebhookCall.objects.update(attempts=processing.MAX_CLAIMS)
    call = WebhookCall.objects.get()
    processing.process(call.pk)
    call.refresh_from_db()
    assert call.processed_at
    assert "given up" in call.problems[0]["reason"]
    assert wamids() == []
    assert processing.replay(call.pk).problems == []
    assert wamids() == ["wamid.1"]


def test_while_the_database_is_away_nothing_is_marked_as_done(poison):
    make_captured_number()
    poison["wamid.poison"] = OperationalError("server closed the connection unexpectedly")
    post(payload(words("wamid.poison")))
    call = WebhookCall.objects.get()
    with pytest.raises(OperationalError):
        processing.process(call.pk)
    call.refresh_from_db()
    assert call.processed_at is None


def test_raw_bodies_go_30_days_after_processing():
    make_captured_number()
    old, young = delivered(payload(words("wamid.1"))), delivered(payload(words("wamid.2")))
    post(payload(words("wamid.3")))
    unprocessed = WebhookCall.objects.latest("pk")
    moved_back(old, days=31)
    moved_back(unprocessed, days=31)
    processing.forget_bodies()
    assert set(WebhookCall.objects.filter(body=None)) == {old}
    with pytest.raises(processing.BodyForgotten):
        processing.replay(old.pk)
    assert processing.replay(young.pk).problems == []


def test_messages_of_one_second_stand_in_the_order_of_their_calls_whichever_worker_is_faster():
    make_captured_number()
    for number in (1, 2, 3):
        post(payload(words(f"wamid.{number}")))
    for call in WebhookCall.objects.order_by("-pk"):
        processing.process(call.pk)
    assert list(Message.objects.order_by("at", "pk").values_list("wamid", flat=True)) == [
        "wamid.1",
        "wamid.2",
        "wamid.3",
    ]


def test_a_long_call_renews_its_lease(monkeypatch):
    make_captured_number()
    monkeypatch.setattr(processing, "RENEW_AFTER_SECONDS", -1)
    post(payload(words("wamid.1")))
    call = WebhookCall.objects.get()
    seen = []

    @receiver(event_received, weak=False, dispatch_uid="lease")
    def look(sender, **kwargs):
        seen.append(WebhookCall.objects.get(pk=call.pk).claimed_until)

    processing.process(call.pk)
    event_received.disconnect(dispatch_uid="lease")
    assert seen[0] > timezone.now() + timedelta(seconds=5)


def test_what_one_app_signs_says_nothing_about_a_number_of_another():
    """A leaked or careless secret of one account speaks for the accounts of its own app, and for no other."""
    make_captured_number()
    Account.objects.create(name="Other", waba_id="555", access_token="t", app_secret="the other app's")
    post(payload(words("wamid.forged")), secret="the other app's")
    processing.process_waiting()
    assert wamids() == []
    assert WebhookCall.objects.get().problems[0]["reason"] == processing.OF_ANOTHER_APP


def test_accounts_of_one_app_share_its_secret():
    make_captured_number()
    Account.objects.create(name="Sister", waba_id="555", access_token="t", app_secret=SECRET)
    post(payload(words("wamid.sister")))
    processing.process_waiting()
    assert wamids() == ["wamid.sister"]
