"""Webhooks on their way: a real program on this machine, its failures, and the clock as an argument."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from inbox import feed, webhooks
from inbox.actions.joining import join_contacts, undo_join
from inbox.actions.refusals import Refusal
from inbox.changes import change_conversation
from inbox.models import ApiKey, FeedEvent, FeedKind, Subscription, WebhookDelivery
from inbox.programs import room, signing
from inbox.webhooks import lane, outcomes, replaying
from tests.factories import make_agent, make_contact, make_conversation, make_number, writes
from tests.inbox.listening import make_subscription
from tests.inbox.programs.far_end import running_program

NOON = datetime(2031, 3, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
Status = WebhookDelivery.Status


@pytest.fixture
def program():
    with running_program() as program:
        yield program


@pytest.fixture
def subscription(db, program):
    return make_subscription(program.url)


@pytest.fixture
def conversation(number, ada):
    return make_conversation("assigned", number=number, assignee=ada)


def happens(conversation, name="", now=NOON, kind=FeedKind.RELAY_FAILED):
    """Something that programs are told, with a name to know it by."""
    with change_conversation(conversation.pk, now) as change:
        change.tell(kind, name=name)
    webhooks.publish(now)


def pass_time(subscription, start, end, step=MINUTE):
    """What sweep and worker do from `start` to `end`."""
    now = start
    while now <= end:
        webhooks.sweep(now)
        webhooks.deliver(subscription.pk, now)
        now += step


def names(program):
    return [json.loads(request.body)["data"].get("name") for request in program.received]


def the_delivery():
    return WebhookDelivery.objects.get()


# --- The request -----------------------------------------------------------------------------------------------------


def test_the_public_library_verifies_what_arrives(subscription, program, conversation, number):
    writes(conversation.thread.contact, number, "Grüße, is anybody there?")
    webhooks.publish()
    assert webhooks.deliver(subscription.pk) == 1
    (request,) = program.received
    content = Webhook(subscription.secret).verify(request.body, request.headers)
    event = FeedEvent.objects.get()
    assert content["type"] == "message.received"
    assert content["data"]["message"]["content"] == {"text": "Grüße, is anybody there?"}
    assert datetime.fromisoformat(content["timestamp"]) == event.occurred_at
    assert request.message_id == event.public_id == f"evt_{event.pk}"
    assert the_delivery().status == Status.DELIVERED


def test_while_the_secret_is_rotated_both_verify_and_afterwards_only_the_new_one(subscription, program, conversation):
    now = timezone.now()
    old, new = subscription.secret, signing.new_secret()
    Subscription.objects.update(secret=new, previous_secret=old, previous_until=now + timedelta(hours=1))
    happens(conversation, now=now)
    webhooks.deliver(subscription.pk, now)
    Webhook(new).verify(program.received[0].body, program.received[0].headers)
    Webhook(old).verify(program.received[0].body, program.received[0].headers)
    assert Subscription.objects.get().valid_secrets(now + timedelta(hours=1)) == [new]


@pytest.mark.parametrize("kinds, arrives", [([], True), (["relay.failed"], True), (["message.status"], False)])
def test_a_subscription_gets_the_kinds_that_it_asked_for(kinds, arrives, subscription, conversation):
    Subscription.objects.update(kinds=kinds)
    happens(conversation)
    assert WebhookDelivery.objects.exists() == arrives


def test_a_subscription_of_a_number_hears_of_that_number_only(program, conversation, number):
    make_subscription(program.url, number=make_number())
    mine = make_subscription(program.url, number=number)
    happens(conversation)
    assert the_delivery().subscription == mine


def test_one_of_a_key_that_is_bound_to_a_number_hears_no_more_than_the_key(program, conversation, number):
    bound = ApiKey.objects.create(name="CRM", number=make_number())
    make_subscription(program.url, api_key=bound)
    happens(conversation)
    assert not WebhookDelivery.objects.exists()


def test_without_its_key_a_subscription_is_told_nothing(program, conversation):
    key = ApiKey.objects.create(name="CRM", expires_at=NOON + MINUTE)
    subscription = make_subscription(program.url, api_key=key)
    happens(conversation, "while it is valid")
    assert webhooks.deliver(subscription.pk, NOON + MINUTE) == 0
    happens(conversation, "when it has expired", now=NOON + MINUTE)
    assert WebhookDelivery.objects.count() == 1
    assert program.received == []


# --- Failures --------------------------------------------------------------------------------------------------------


def test_a_failure_is_kept_in_the_log_and_tried_again_later(subscription, program, conversation):
    program.status = 503
    happens(conversation)
    assert webhooks.deliver(subscription.pk, NOON) == 1
    waiting = the_delivery()
    assert (waiting.status, waiting.attempts) == (Status.PENDING, 1)
    assert NOON + timedelta(seconds=5) <= waiting.retry_at <= NOON + timedelta(seconds=7)
    assert waiting.tries[0]["status"] == 503
    assert waiting.tries[0]["words"] == "It answered 503."
    assert webhooks.deliver(subscription.pk, NOON + timedelta(seconds=4)) == 0
    program.status = 204
    assert webhooks.deliver(subscription.pk, NOON + timedelta(seconds=10)) == 1
    first, second = program.received
    assert first.message_id == second.message_id
    assert first.body == second.body
    assert [each["status"] for each in the_delivery().tries] == [503, 204]


def test_an_address_that_may_not_be_called_says_so_in_the_log(settings, subscription, program, conversation):
    settings.PROGRAMS_ALLOWED_NETWORKS = []
    happens(conversation)
    webhooks.deliver(subscription.pk, NOON)
    assert "not on the public internet" in the_delivery().tries[0]["words"]
    assert program.received == []


def test_down_for_an_hour_it_receives_everything_afterwards_in_order(subscription, program, conversation, number, ben):
    """At least once, under the same webhook id, in order per conversation."""
    other = make_conversation("assigned", number=number, assignee=ben)
    program.status = 500
    for minute in range(60):
        happens(conversation if minute % 2 else other, minute, NOON + minute * MINUTE)
        pass_time(subscription, NOON + minute * MINUTE, NOON + minute * MINUTE)
    tried = {request.message_id for request in program.received}
    program.received.clear()
    program.status = 200
    pass_time(subscription, NOON + 60 * MINUTE, NOON + 75 * MINUTE)

    arrived = names(program)
    assert sorted(arrived) == list(range(60))
    assert [name for name in arrived if name % 2] == list(range(1, 60, 2))
    assert [name for name in arrived if not name % 2] == list(range(0, 60, 2))
    assert tried <= {request.message_id for request in program.received}
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {Status.DELIVERED}


def test_given_up_after_a_day_and_the_next_goes_on(subscription, program, conversation):
    def answers(request):
        return 500 if b'"poison"' in request.body else 200

    program.answers = answers
    happens(conversation, "poison")
    happens(conversation, "the next", NOON + timedelta(hours=2))
    pass_time(subscription, NOON, NOON + timedelta(hours=23, minutes=50), step=10 * MINUTE)
    assert "the next" not in names(program)
    pass_time(subscription, NOON + DAY, NOON + DAY + timedelta(hours=1), step=10 * MINUTE)
    assert names(program)[-1] == "the next"
    given_up, delivered = WebhookDelivery.objects.order_by("event")
    assert (given_up.status, delivered.status) == (Status.GIVEN_UP, Status.DELIVERED)
    assert given_up.settled_at >= NOON + DAY


def test_a_conversation_that_cannot_be_delivered_does_not_hold_up_another(subscription, program, conversation, number):
    other = make_conversation("unassigned", number=number)
    program.answers = lambda request: 500 if b'"poison"' in request.body else 200
    happens(conversation, "poison")
    happens(conversation, "behind it")
    happens(other, "of another")
    webhooks.deliver(subscription.pk, NOON)
    assert names(program) == ["poison", "of another"]


def test_events_without_a_thread_stand_in_a_lane_of_their_own(subscription, program, conversation, number):
    program.answers = lambda request: 500 if b"first" in request.body else 200
    feed.tell_beside(FeedKind.TEMPLATE_CHANGED, number.account, NOON, name="first")
    feed.tell_beside(FeedKind.TEMPLATE_CHANGED, number.account, NOON, name="second")
    webhooks.publish(NOON)
    happens(conversation, "of a thread")
    webhooks.deliver(subscription.pk, NOON)
    assert names(program) == ["first", "of a thread"]


def test_410_switches_it_off(subscription, program, conversation):
    program.status = 410
    happens(conversation)
    webhooks.deliver(subscription.pk, NOON)
    subscription.refresh_from_db()
    assert not subscription.is_active
    assert "410" in subscription.trouble
    assert webhooks.deliver(subscription.pk, NOON + DAY) == 0


# --- The circuit breaker ---------------------------------------------------------------------------------------------


def test_after_repeated_failures_only_a_probe_is_sent_until_one_succeeds(subscription, program, number):
    conversations = [make_conversation("unassigned", number=number) for _ in range(8)]
    program.status = 500
    for conversation in conversations:
        happens(conversation)
    webhooks.deliver(subscription.pk, NOON)
    subscription.refresh_from_db()
    assert len(program.received) == 5
    assert subscription.paused_at == NOON

    webhooks.deliver(subscription.pk, NOON + timedelta(seconds=29))
    assert len(program.received) == 5
    webhooks.deliver(subscription.pk, NOON + timedelta(seconds=30))
    assert len(program.received) == 6, "the probe"
    webhooks.deliver(subscription.pk, NOON + timedelta(seconds=60))
    assert len(program.received) == 6

    program.status = 200
    webhooks.deliver(subscription.pk, NOON + timedelta(seconds=90))
    subscription.refresh_from_db()
    assert (subscription.paused_at, subscription.trouble) == (None, "")
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {Status.DELIVERED}


def test_admins_are_told_once(subscription, program, number, mailoutbox):
    admin = make_agent("Root", role="admin")
    make_agent("Gone", role="admin", is_active=False)
    program.status = 500
    for _ in range(6):
        happens(make_conversation("unassigned", number=number))
    pass_time(subscription, NOON, NOON + timedelta(hours=5), step=10 * MINUTE)
    for hours in range(5):
        webhooks.tell_admins(NOON + timedelta(hours=hours))
    (mail,) = mailoutbox
    assert mail.to == [admin.email]
    assert f"no. {subscription.pk}" in mail.subject
    assert "It answered 500." in mail.body
    assert f"/admin/inbox/subscription/{subscription.pk}/change/" in mail.body


def test_that_it_was_switched_off_is_told_too(subscription, program, conversation, mailoutbox):
    make_agent("Root", role="admin")
    program.status = 410
    happens(conversation)
    webhooks.deliver(subscription.pk, NOON)
    webhooks.tell_admins(NOON)
    webhooks.tell_admins(NOON + DAY)
    (mail,) = mailoutbox
    assert "switched off" in mail.subject


@pytest.mark.parametrize("backend", ["Backend", "Refusing"])
def test_while_the_mail_server_is_away_or_refuses_the_notice_waits(subscription, settings, mailoutbox, backend):
    make_agent("Root", role="admin")
    Subscription.objects.update(paused_at=NOON)
    settings.EMAIL_BACKEND = f"tests.inbox.mail_away.{backend}"
    assert webhooks.tell_admins(NOON) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert webhooks.tell_admins(NOON + MINUTE) == 1


# --- Workers that die ------------------------------------------------------------------------------------------------


def test_a_worker_killed_between_sending_and_recording_sends_again_under_the_same_id(
    subscription, program, conversation
):
    happens(conversation)
    claimed = lane.claim(subscription.pk, NOON)
    lane.send(subscription, claimed.event.public_id, claimed.event.body_for(None), NOON)  # and is killed here
    assert webhooks.deliver(subscription.pk, NOON) == 0
    webhooks.sweep(NOON + timedelta(seconds=29))
    assert webhooks.deliver(subscription.pk, NOON + timedelta(seconds=29)) == 0
    webhooks.sweep(NOON + timedelta(seconds=30))
    assert webhooks.deliver(subscription.pk, NOON + timedelta(seconds=30)) == 1
    first, second = program.received
    assert first.message_id == second.message_id
    assert the_delivery().status == Status.DELIVERED


def test_whoever_comes_back_late_does_not_overrule_the_next_try(subscription, program, conversation):
    happens(conversation)
    late = lane.claim(subscription.pk, NOON)
    webhooks.sweep(NOON + MINUTE)
    webhooks.deliver(subscription.pk, NOON + MINUTE)
    program.status = 500
    lane.deliver_one(late, NOON + MINUTE)
    assert the_delivery().status == Status.DELIVERED


# --- Sending again ---------------------------------------------------------------------------------------------------


def test_one_is_sent_again_under_its_id(subscription, program, conversation):
    happens(conversation, "once")
    webhooks.deliver(subscription.pk, NOON)
    event = FeedEvent.objects.get()
    assert webhooks.replay(subscription, FeedEvent.objects.filter(pk=event.pk), NOON + DAY) == 1
    webhooks.deliver(subscription.pk, NOON + DAY)
    assert [request.message_id for request in program.received] == [event.public_id] * 2


def test_all_since_a_time_also_those_from_before_the_subscription(subscription, program, conversation):
    for hours in range(4):
        happens(conversation, hours, NOON + timedelta(hours=hours))
    WebhookDelivery.objects.all().delete()
    count = webhooks.replay(subscription, replaying.since(NOON + timedelta(hours=2)), NOON + DAY)
    webhooks.deliver(subscription.pk, NOON + DAY)
    assert (count, names(program)) == (2, [2, 3])


def test_what_still_waits_is_not_sent_twice(subscription, program, conversation):
    happens(conversation)
    assert webhooks.replay(subscription, FeedEvent.objects.all(), NOON) == 0
    assert WebhookDelivery.objects.count() == 1


def test_what_was_given_up_can_be_sent_again_and_has_a_day_again(subscription, program, conversation):
    program.status = 500
    happens(conversation)
    webhooks.sweep(NOON + DAY)
    assert the_delivery().status == Status.GIVEN_UP
    program.status = 200
    webhooks.replay(subscription, FeedEvent.objects.all(), NOON + 2 * DAY)
    webhooks.sweep(NOON + 2 * DAY)
    webhooks.deliver(subscription.pk, NOON + 2 * DAY)
    assert the_delivery().status == Status.DELIVERED


def test_only_so_many_are_sent_again_in_one_go(subscription, conversation, monkeypatch):
    monkeypatch.setattr(replaying, "MOST_AT_ONCE", 2)
    for _ in range(3):
        happens(conversation)
    WebhookDelivery.objects.all().delete()
    with pytest.raises(Refusal, match="later time"):
        webhooks.replay(subscription, FeedEvent.objects.all(), NOON)


# --- The test button -------------------------------------------------------------------------------------------------


def test_a_test_is_sent_signed_and_its_answer_shown(subscription, program):
    outcome = webhooks.send_test(subscription)
    (request,) = program.received
    assert Webhook(subscription.secret).verify(request.body, request.headers)["type"] == "webhook.test"
    assert (outcome.is_success, outcome.status) == (True, 200)
    assert not FeedEvent.objects.exists()


def test_a_test_that_succeeds_ends_the_pause(subscription, program, conversation):
    Subscription.objects.update(paused_at=NOON, probe_at=NOON + DAY, failures_in_row=9, trouble="It answered 500.")
    happens(conversation)
    webhooks.send_test(subscription, NOON)
    assert webhooks.deliver(subscription.pk, NOON) == 1


def test_a_test_that_fails_changes_nothing(subscription, program):
    program.status = 410
    outcome = webhooks.send_test(subscription)
    assert (outcome.is_success, outcome.words) == (False, "It answered 410.")
    subscription.refresh_from_db()
    assert subscription.is_active
    assert subscription.failures_in_row == 0


# --- Contacts that turn out to be one person -------------------------------------------------------------------------


def test_what_waits_when_contacts_are_joined_is_told_before_what_comes_after(subscription, program, number, ada):
    nia, known_as_well = make_contact("Nia"), make_contact("Nia B.")
    make_conversation("closed", number=number, contact=nia)
    conversation = make_conversation("assigned", number=number, contact=known_as_well, assignee=ada)
    program.status = 500
    happens(conversation, "before", NOON)
    webhooks.deliver(subscription.pk, NOON)
    join_contacts(nia.pk, known_as_well.pk, NOON)
    happens(conversation, "after", NOON)
    program.status = 200
    pass_time(subscription, NOON, NOON + 5 * MINUTE)
    told = [name for name in names(program)[1:] if name]
    assert told == ["before", "after"]


def test_what_waits_when_a_merge_is_undone_goes_back_with_its_conversation(subscription, program, number, ada):
    nia, known_as_well = make_contact("Nia"), make_contact("Nia B.")
    make_conversation("closed", number=number, contact=nia)
    conversation = make_conversation("assigned", number=number, contact=known_as_well, assignee=ada)
    merge = join_contacts(nia.pk, known_as_well.pk, NOON)
    program.status = 500
    happens(conversation, "before", NOON)
    webhooks.deliver(subscription.pk, NOON)
    happens(conversation, "not told yet", NOON)
    undo_join(merge.pk, NOON)
    happens(conversation, "after", NOON)
    conversation.refresh_from_db()
    assert set(WebhookDelivery.objects.filter(event__conversation=conversation).values_list("thread", flat=True)) == {
        conversation.thread_id
    }
    program.status = 200
    program.received.clear()
    pass_time(subscription, NOON, NOON + 5 * MINUTE)
    assert [name for name in names(program) if name] == ["before", "not told yet", "after"]


def test_few_tests_run_at_a_time(subscription, program, monkeypatch):
    """Each keeps a connection to the database that pages need."""
    monkeypatch.setattr(room, "_room", room.Room(0))
    outcome = webhooks.send_test(subscription)
    assert (outcome.is_success, outcome.words.split(":")[0]) == (False, "It was not sent")
    assert not program.received


# --- Who stands first ------------------------------------------------------------------------------------------------


def first_ones():
    """The names of the events that a claim looks at."""
    rows = WebhookDelivery.objects.filter(status=Status.PENDING, stands_first=True).order_by("event")
    return [row.event.data["name"] for row in rows.select_related("event")]


def test_however_many_wait_a_claim_looks_at_the_first_of_each_lane_only(subscription, program, conversation, number):
    other = make_conversation("unassigned", number=number)
    for name in ("one", "two", "three"):
        happens(conversation, name)
    happens(other, "other's one")
    happens(other, "other's two")
    assert first_ones() == ["one", "other's one"]
    lane.deliver_one(lane.claim(subscription.pk, NOON), NOON)
    assert first_ones() == ["two", "other's one"]
    program.status = 500
    lane.deliver_one(lane.claim(subscription.pk, NOON), NOON)
    assert first_ones() == ["two", "other's one"], "what failed stands where it stood"


def test_what_stands_behind_one_that_is_gone_stands_first(subscription, conversation):
    for hours, name in enumerate(("given up", "behind it", "last")):
        happens(conversation, name, NOON + timedelta(hours=hours))
    webhooks.sweep(NOON + DAY)
    assert first_ones() == ["behind it"]
    FeedEvent.objects.get(data__name="behind it").delete()
    assert first_ones() == []
    webhooks.mend_lanes()
    assert first_ones() == ["last"]


def test_what_is_sent_again_goes_before_what_waits(subscription, program, conversation):
    happens(conversation, "old")
    webhooks.deliver(subscription.pk, NOON)
    happens(conversation, "new")
    webhooks.replay(subscription, FeedEvent.objects.filter(data__name="old"), NOON)
    webhooks.deliver(subscription.pk, NOON)
    assert names(program) == ["old", "old", "new"]


def test_when_an_address_answers_again_only_what_was_tried_is_made_due(subscription, program, number):
    """What nobody has tried is due already, be it a hundred thousand."""
    program.status = 500
    for serial in range(8):
        happens(make_conversation("unassigned", number=number), serial)
    webhooks.deliver(subscription.pk, NOON)
    subscription.refresh_from_db()
    outcomes.make_due(subscription, NOON + MINUTE / 60)
    assert WebhookDelivery.objects.filter(retry_at=NOON).count() == 3
    assert WebhookDelivery.objects.filter(retry_at=NOON + MINUTE / 60).count() == 5
