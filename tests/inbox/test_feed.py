"""The feed: which changes tell programs what, in the change's own transaction, in an order that no reader can lose."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from inbox import consent, webhooks
from inbox.actions import assignment, closing
from inbox.actions.sending import send_message, write_note
from inbox.changes import change_conversation
from inbox.consent import Channel, Said, Source
from inbox.delivery import outcomes
from inbox.models import ApiKey, Contact, Conversation, FeedEvent, FeedHead, FeedKind, Message, Timer, WebhookDelivery
from inbox.moves import return_to_line
from inbox.timers import fire_due
from tests.factories import make_agent, make_contact, make_conversation, make_number, moved_back, says, writes
from tests.inbox.listening import make_subscription, told, told_kinds
from whatsapp import template_sync
from whatsapp.content import Text
from whatsapp.models import MessageTemplate

NOON = datetime(2031, 3, 3, 12, tzinfo=UTC)
PAST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def listener(db):
    return make_subscription()


@pytest.fixture
def conversation(number, ada):
    return make_conversation("assigned", number=number, assignee=ada)


def reader(**fields):
    return ApiKey.objects.create(name="Reader", scopes=["events:read"], digest="x", **fields)


# --- Who is told -----------------------------------------------------------------------------------------------------


def test_while_nobody_listens_nothing_is_written(conversation, number):
    writes(conversation.thread.contact, number)
    assert not FeedEvent.objects.exists()


@pytest.mark.parametrize(
    "fields, is_told",
    [
        ({}, True),
        ({"expires_at": PAST}, False),
        ({"revoked_at": PAST}, False),
    ],
)
def test_a_usable_key_that_may_read_the_feed_listens(fields, is_told, conversation, number):
    reader(**fields)
    writes(conversation.thread.contact, number)
    assert FeedEvent.objects.exists() == is_told


def test_a_subscription_that_is_switched_off_does_not_listen(conversation, number):
    make_subscription(is_active=False)
    writes(conversation.thread.contact, number)
    assert not FeedEvent.objects.exists()


def test_that_nobody_listens_costs_a_change_one_query(conversation, number, django_assert_num_queries):
    """And a change that has nothing to tell costs none."""
    asked = "scopes"
    with _queries() as with_news:
        writes(conversation.thread.contact, number)
    assert sum(asked in query and "subscription" in query for query in with_news) == 1
    with _queries() as without, change_conversation(conversation.pk) as change:
        change.conversation.bumped_at = change.now
    assert sum(asked in query and "subscription" in query for query in without) == 0


@contextmanager
def _queries():
    found = []

    def note(execute, sql, *args):
        found.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(note):
        yield found


# --- What is told ----------------------------------------------------------------------------------------------------


def test_a_first_word_tells_of_the_conversation_and_of_the_message(listener, phone):
    phone.says("Is anybody there?")
    assert told_kinds() == ["conversation.created", "message.received"]
    created, received = told()
    assert created.data["conversation"]["status"] == Conversation.objects.get().status
    message = received.data["message"]
    assert (message["direction"], message["content"]) == ("inbound", {"text": "Is anybody there?"})
    assert received.data["contact"]["id"] == Contact.objects.get().pk
    assert received.data["number"] == received.number_id == phone.number.pk
    assert received.conversation == Conversation.objects.get()


def test_what_we_send_is_told_and_then_how_far_it_comes(listener, conversation, ada):
    message = send_message(conversation, Text("On its way"), by=ada)
    with outcomes.changing(message.pk) as (change, row):
        outcomes.mark_sent(row, change.now)
    with outcomes.changing(message.pk) as (_, row):
        row.status = Message.Status.READ
    sent, first, second = told("message.created", "message.status")
    assert sent.data["message"]["status"] == "queued"
    assert [each.data["message"]["status"] for each in (first, second)] == ["sent", "read"]
    assert first.data["message"]["id"] == message.pk


def test_a_try_that_is_put_off_is_not_told(listener, conversation, ada):
    message = send_message(conversation, Text("On its way"), by=ada)
    Message.objects.update(status="sending")
    with outcomes.changing(message.pk) as (_, row):
        row.status = Message.Status.QUEUED
    assert told("message.status") == []


def test_a_failure_is_told_with_its_words(listener, conversation, ada):
    message = send_message(conversation, Text("On its way"), by=ada)
    outcomes.failed(message.pk, 131026, "This person cannot be reached on WhatsApp.")
    (event,) = told("message.status")
    assert event.data["message"]["error"] == {"code": 131026, "text": "This person cannot be reached on WhatsApp."}


def test_reactions_edits_and_notes_of_the_team(listener, conversation, number, ada):
    """An annotation of the customer is a message of its kind; an internal note is nobody's else."""
    write_note(conversation.pk, "Careful with this one", ada)
    assert told() == []
    says(conversation.thread.contact, number, "text", {"text": "Hi"})
    assert told_kinds() == ["message.received"]


def test_the_life_of_a_conversation_is_told(listener, conversation, ada, ben, number):
    assignment.transfer(conversation.pk, ada, to_agent=ben)
    with change_conversation(conversation.pk) as change:
        return_to_line(change, ben, "agent")
    assignment.claim(conversation.pk, ada)
    closing.close(conversation.pk, ada)
    closing.undo_close(conversation.pk, ada)
    kinds = told_kinds()
    assert kinds == [
        "conversation.transferred",
        "conversation.returned",
        "conversation.assigned",
        "conversation.closed",
        "conversation.reopened",
    ]
    transferred, returned, assigned, closed, _ = told()
    assert transferred.data["details"]["to_id"] == ben.pk
    assert returned.data["details"]["why"] == "agent"
    told_of_claim = {"line": "claimed", "by_id": ada.pk, "by": "Ada", "to": "Ada", "to_id": ada.pk}
    assert assigned.data["details"] == told_of_claim
    assert closed.data["conversation"]["status"] == "closed"
    assert "was" not in closed.data["details"]


def test_each_line_of_a_listed_kind_tells_the_feed(listener, conversation):
    for kind in ("opted_out", "opted_in", "handed_over"):
        with change_conversation(conversation.pk) as change:
            change.record(kind, category="marketing")
    assert told_kinds() == ["contact.opted_out", "contact.opted_in", "conversation.handed_over"]


@pytest.mark.parametrize("channel", list(Channel))
def test_what_a_customer_refuses_and_agrees_to_is_told_with_its_channel(listener, conversation, channel):
    contact = conversation.thread.contact
    consent.refuse(contact, channel, Said(Source.LINK))
    consent.agree(contact, channel, Said(Source.WORD))
    refused, agreed = told(FeedKind.CONTACT_OPTED_OUT, FeedKind.CONTACT_OPTED_IN)
    said = {"channel": str(channel), "by_id": None}
    assert refused.data["details"] == {"line": "opted_out", **said, "state": "all", "source": "link"}
    assert agreed.data["details"] == {"line": "opted_in", **said, "state": "opted_in", "source": "word"}
    assert refused.data["contact"][f"{channel}_optout"] == "all"


def test_a_refusal_by_mail_of_somebody_who_has_no_thread_is_told_too(listener, number):
    consent.refuse(make_contact("Ida", email="ida@example.com"), Channel.EMAIL, Said(Source.LINK))
    (event,) = told()
    assert (event.kind, event.data["details"]["channel"]) == ("contact.opted_out", "email")
    assert (event.data["contact"]["email_optout"], event.data["conversation"]) == ("all", None)
    assert not event.concerns(number), "a program of one number knows contacts of that number only"


def test_a_template_that_meta_changes_is_told_once(listener, number):
    template = MessageTemplate.objects.create(
        account=number.account, name="offer", language="en", status="APPROVED", category="MARKETING"
    )
    template_sync.update(template, NOON, {"status": "APPROVED"})
    template_sync.update(template, NOON, {"status": "PAUSED"})
    (event,) = told("template.changed")
    assert event.data["template"]["status"] == "PAUSED"
    assert event.concerns(number)
    assert not event.concerns(make_number())
    assert list(FeedEvent.objects.of_number(number)) == [event]


# --- An hour before the window closes --------------------------------------------------------------------------------


def test_an_hour_before_the_window_closes_programs_hear_of_it(listener, conversation, number):
    writes(conversation.thread.contact, number, now=NOON)
    timer = Timer.objects.get(kind="window_closing")
    assert timer.due_at == NOON + timedelta(hours=23)
    fire_due(NOON + timedelta(hours=22, minutes=59))
    assert told("window.closing") == []
    fire_due(NOON + timedelta(hours=23))
    (event,) = told("window.closing")
    assert event.data["closes_at"] == (NOON + timedelta(hours=24)).isoformat()
    assert not Timer.objects.filter(kind="window_closing").exists()


def test_a_later_word_moves_it_and_closing_takes_it_away(listener, conversation, number, ada):
    writes(conversation.thread.contact, number, now=NOON)
    writes(conversation.thread.contact, number, now=NOON + timedelta(hours=5))
    assert Timer.objects.get(kind="window_closing").due_at == NOON + timedelta(hours=28)
    closing.close(conversation.pk, ada)
    assert not Timer.objects.filter(kind="window_closing").exists()


def test_while_nobody_listens_no_timer_waits_for_the_window(conversation, number):
    writes(conversation.thread.contact, number, now=NOON)
    assert not Timer.objects.filter(kind="window_closing").exists()


# --- Its order -------------------------------------------------------------------------------------------------------


def test_what_is_rolled_back_was_never_told(listener, conversation):
    with transaction.atomic():
        _tell(conversation)
        assert FeedEvent.objects.count() == 1
        transaction.set_rollback(True)
    assert not FeedEvent.objects.exists()
    _tell(conversation)
    assert FeedEvent.objects.count() == 1


def test_places_follow_each_other_without_a_gap(listener, conversation):
    for _ in range(3):
        with change_conversation(conversation.pk) as change:
            change.tell(FeedKind.RELAY_FAILED)
            change.tell(FeedKind.RELAY_FAILED)
        webhooks.publish()
    assert [event.position for event in told()] == [1, 2, 3, 4, 5, 6]
    assert FeedHead.objects.get().position == 6


def test_after_the_cleaning_up_places_go_on_where_they_were(listener, conversation):
    with change_conversation(conversation.pk) as change:
        change.tell(FeedKind.RELAY_FAILED)
    (old,) = told()
    moved_back(old, days=31)
    assert webhooks.forget() == 1
    with change_conversation(conversation.pk) as change:
        change.tell(FeedKind.RELAY_FAILED)
    assert [event.position for event in told()] == [2]
    assert FeedHead.objects.get().forgotten == 1
    assert webhooks.forget() == 0


def test_what_is_29_days_old_is_kept(listener, conversation):
    with change_conversation(conversation.pk) as change:
        change.tell(FeedKind.RELAY_FAILED)
    assert webhooks.forget(timezone.now() + timedelta(days=29)) == 0


@pytest.mark.django_db(transaction=True)
class TestTogether:
    """Several connections at once, on real PostgreSQL."""

    def test_an_event_that_commits_late_is_not_skipped_by_a_reader(self):
        """Its id is lower than one that the reader has already seen; its position is higher."""
        number = make_number()
        slow, quick = (make_conversation("assigned", number=number, assignee=_agent(number)) for _ in range(2))
        make_subscription()
        has_written, may_commit = Event(), Event()

        def write_slowly():
            with transaction.atomic():
                _tell(slow)
                has_written.set()
                may_commit.wait(10)

        with _running(write_slowly):
            assert has_written.wait(10)
            _tell(quick)
            seen = told()
            assert [event.conversation for event in seen] == [quick]
            may_commit.set()
        webhooks.publish()
        after = FeedEvent.objects.filter(position__gt=seen[-1].position)
        assert [event.conversation for event in after] == [slow]
        assert after[0].pk < seen[-1].pk

    def test_two_sequencers_at_once_give_no_double_and_no_gap(self):
        number = make_number()
        conversations = [make_conversation("assigned", number=number, assignee=_agent(number)) for _ in range(4)]
        subscription = make_subscription()
        start = Barrier(6)

        def write(conversation):
            start.wait(10)
            for _ in range(10):
                _tell(conversation)

        def sequence():
            start.wait(10)
            for _ in range(20):
                webhooks.publish()

        tasks = [lambda each=each: write(each) for each in conversations] + [sequence, sequence]
        with _running(*tasks):
            pass
        webhooks.publish()
        events = list(FeedEvent.objects.order_by("position"))
        assert [event.position for event in events] == list(range(1, 41))
        for conversation in conversations:
            ids = [event.pk for event in events if event.conversation_id == conversation.pk]
            assert ids == sorted(ids)
        assert sorted(WebhookDelivery.objects.values_list("event", flat=True)) == sorted(event.pk for event in events)
        assert WebhookDelivery.objects.filter(subscription=subscription).count() == 40


def _agent(number):
    return make_agent(numbers=[number])


def _tell(conversation):
    with change_conversation(conversation.pk) as change:
        change.tell(FeedKind.RELAY_FAILED)


@contextmanager
def _running(*tasks):
    """Run these in threads with connections of their own, until all have ended."""
    errors = []

    def run(task):
        try:
            task()
        except Exception as error:  # noqa: BLE001 (shown below)
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join(20)
    assert errors == []
