"""What programs hear of a broadcast: each change of its state, in the feed and by webhook."""

import pytest
from django.db import transaction

from broadcasts import actions
from broadcasts.drafts import trials
from broadcasts.models import Broadcast, Recipient
from inbox import webhooks
from inbox.api.feed_examples import DATA
from inbox.models import FeedEvent, Installation
from tests.api.conftest import Program
from tests.broadcasts.drafting import make_email_draft, make_email_sender
from tests.broadcasts.sending import carry_all, make_broadcast, phone_of, report
from tests.factories import make_agent, make_number
from tests.inbox.listening import make_subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def crm(client, berlin):
    Installation.switch_on()
    return Program(client, ["broadcasts:read", "broadcasts:write", "events:read"])


def heard(program):
    webhooks.publish()
    events = program.get("events/?after=0").json()["results"]
    return [event for event in events if event["type"].startswith("broadcast.")]


def kinds(program):
    return [event["type"].removeprefix("broadcast.") for event in heard(program)]


def test_a_broadcast_tells_when_it_starts_pauses_goes_on_and_is_over(crm, berlin, meta):
    """Issue 5: broadcast.* kinds of the feed."""
    broadcast = make_broadcast(berlin, [phone_of(1)])
    actions.launch(broadcast.pk)
    actions.pause(broadcast.pk)
    actions.pause(broadcast.pk)
    actions.resume(broadcast.pk)
    carry_all(broadcast)
    started, paused, resumed, finished = heard(crm)
    assert [one["type"] for one in (started, paused, resumed, finished)] == [
        "broadcast.started",
        "broadcast.paused",
        "broadcast.resumed",
        "broadcast.finished",
    ]
    assert paused["data"]["broadcast"]["pause"] == {"reason": "by_hand", "words": "Paused by hand."}
    assert finished["data"]["broadcast"]["statistics"]["sent"] == 1


def test_what_is_told_has_the_shape_of_the_api_and_of_the_example(crm, berlin):
    broadcast = make_broadcast(berlin, [phone_of(1)])
    actions.launch(broadcast.pk)
    (started,) = heard(crm)
    shown = crm.get(f"broadcasts/{broadcast.pk}/").json()
    assert started["data"] == {
        "number": berlin.pk,
        "broadcast": {name: value for name, value in shown.items() if name not in ("statuses", "failures")},
    }
    assert started["data"]["broadcast"].keys() == DATA["broadcast.started"]["broadcast"].keys()


def test_the_rest_is_cancelled(crm, berlin):
    broadcast = make_broadcast(berlin, [phone_of(1)])
    actions.launch(broadcast.pk)
    actions.cancel(broadcast.pk)
    actions.cancel(broadcast.pk)
    assert kinds(crm) == ["started", "cancelled"]
    assert heard(crm)[-1]["data"]["broadcast"]["statistics"]["skipped"] == 1


def test_one_that_was_over_tells_that_it_goes_on_for_those_who_are_tried_again(crm, berlin, meta):
    broadcast = make_broadcast(berlin, [phone_of(1), phone_of(2)])
    actions.launch(broadcast.pk)
    carry_all(broadcast)
    report(Recipient.objects.first().message, "failed", 130429)
    assert kinds(crm)[-1] == "resumed"
    carry_all(broadcast)
    report(Recipient.objects.last().message, "failed", 131042)
    Broadcast.objects.update(status="finished")
    actions.retry_failed(broadcast.pk)
    assert kinds(crm)[-1] == "resumed"


def test_what_is_taken_back_was_never_told(crm, berlin):
    broadcast = make_broadcast(berlin, [phone_of(1)])
    with transaction.atomic():
        actions.launch(broadcast.pk)
        transaction.set_rollback(True)
    assert not FeedEvent.objects.exists()


def test_whose_key_has_another_number_hears_nothing(crm, berlin, client):
    other = Program(client, ["events:read"], number=make_number("Hamburg"))
    actions.launch(make_broadcast(berlin, [phone_of(1)]).pk)
    assert kinds(crm) == ["started"]
    assert kinds(other) == []


def test_a_webhook_is_called_for_a_broadcast_by_email_too_but_not_for_a_test(berlin, postbox):
    make_subscription(kinds=["broadcast.started"])
    draft = make_email_draft(make_agent("Boss", role="admin"), make_email_sender(), message="Hello")
    trials.send(draft, "boss@hafen.example", None, draft.created_by)
    assert not FeedEvent.objects.exists()
    actions.launch(draft.pk)
    webhooks.publish()
    (event,) = FeedEvent.objects.all()
    assert event.data["broadcast"]["channel"] == "email"
    assert event.deliveries.count() == 1
