"""From queued to sent, against the sandbox: order, retries, refusals, and never twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox import delivery
from inbox.actions.sending import react, send_message
from inbox.delivery import deliver_next, lane
from inbox.models import Identity, Message
from tests.factories import make_agent, make_contact, make_conversation, moved_back
from whatsapp.content import Button, Buttons, Contacts, Link, ListMessage, Location, Row, Section, Text
from whatsapp.inbound import Fault, StatusReported

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(berlin):
    return make_agent("Ben Krüger", numbers=[berlin])


@pytest.fixture
def amira(meta):
    return meta.customer("Amira")


@pytest.fixture
def conversation(berlin, ben, amira):
    wamid = amira.writes("Where is my parcel?")
    contact = make_contact("Amira", f"+{amira.phone}")
    conversation = make_conversation("assigned", number=berlin, contact=contact, assignee=ben)
    Message.objects.create(
        thread=conversation.thread,
        conversation=conversation,
        author_kind="customer",
        kind="text",
        status="received",
        wamid=wamid,
    )
    return conversation


@pytest.fixture
def say(conversation, ben):
    def say(text, **more):
        return send_message(conversation.pk, Text(text), ben, **more)

    return say


@pytest.fixture
def deliver(conversation):
    return lambda: deliver_next(conversation.thread_id)


def now_due(message):
    """The pause before the next try is over."""
    message.refresh_from_db()
    assert message.retry_at > timezone.now() - timedelta(minutes=10)
    return moved_back(message, minutes=10)


def receipt(message, status, **more):
    number = message.thread.number
    usual = {"wamid": message.wamid or "wamid.unseen", "reported_at": timezone.now()}
    return StatusReported(number.account.waba_id, number.phone_number_id, status=status, **{**usual, **more})


# Out


def test_messages_leave_in_order_one_after_another(say, deliver, meta):
    messages = [say(f"Line {n}") for n in range(5)]
    deliver()
    assert [row["callback_data"] for row in meta.sent()] == [f"m:{message.pk}" for message in messages]
    for message in messages:
        message.refresh_from_db()
        assert message.status == "sent"
        assert message.wamid
        assert message.sent_at


@pytest.mark.django_db(transaction=True)
def test_a_message_and_its_receipt_cost_few_queries_up_to_the_screens(say, deliver, django_assert_max_num_queries):
    message = say("Hello")
    # With two transactions, what the lane looks at before and after, and whether any program listens.
    with django_assert_max_num_queries(16):
        deliver()
    message.refresh_from_db()
    assert message.status == "sent"
    told = receipt(message, "delivered")
    with django_assert_max_num_queries(10):
        delivery.record_receipt(told)


def test_our_id_travels_with_the_message(say, deliver, meta):
    message = say("Hello")
    deliver()
    assert meta.sent()[0]["callback_data"] == f"m:{message.pk}"


def test_the_agents_name_stands_above_texts_only_at_sending(say, deliver, meta, berlin):
    berlin.reception.shows_agent_name = True
    berlin.reception.save()
    message = say("It left Hamburg.")
    too_long = say("x" * 4096)
    deliver()
    message.refresh_from_db()
    assert message.content == {"text": "It left Hamburg."}
    assert meta.sent()[0]["body"]["body"] == "*Ben:*\nIt left Hamburg."
    too_long.refresh_from_db()
    assert too_long.status == "sent"


@pytest.mark.parametrize(
    "content",
    [
        Buttons("Keep your slot?", (Button("keep", "Keep it"), Button("move", "Another time"))),
        ListMessage("What is it about?", "Topics", (Section("", (Row("late", "Parcel is late"),)),)),
        Link("See the map", "Open map", "https://example.test/map"),
        Location(52.5163, 13.3777, "Main gate", "Pariser Platz 1"),
        Contacts(({"name": {"formatted_name": "Ida Brandt", "first_name": "Ida"}},)),
    ],
    ids=lambda content: content.kind,
)
def test_every_kind_an_agent_sends_is_taken(conversation, ben, deliver, content):
    message = send_message(conversation.pk, content, ben)
    deliver()
    message.refresh_from_db()
    assert (message.status, message.error_text) == ("sent", "")


def test_a_reaction_and_a_quoted_reply_are_taken(conversation, ben, deliver, meta):
    word = conversation.messages.get(author_kind="customer")
    reaction = react(word.pk, "👍", ben)
    reply = send_message(conversation.pk, Text("On its way"), ben, quoted_id=word.pk)
    deliver()
    assert {m.status for m in Message.objects.filter(pk__in=[reaction.pk, reply.pk])} == {"sent"}
    assert meta.sent(text="On its way")[0]["context"]["message_id"] == word.wamid


def test_an_answer_goes_to_a_user_id_where_only_that_is_known(conversation, say, deliver, amira, meta):
    thread = conversation.thread
    thread.reply_identity = Identity.objects.create(
        contact=thread.contact, kind="bsuid", scope=thread.number.account.identity_scope, value=amira.user_id
    )
    thread.save()
    message = say("Hello")
    deliver()
    message.refresh_from_db()
    assert message.status == "sent"


# Trouble before Meta took it


def test_a_throttled_message_waits_and_keeps_its_place(say, deliver, meta):
    meta.fault("refuse", code=130429, times=1)
    first, second = say("First"), say("Second")
    deliver()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status, first.error_code) == ("queued", "queued", 130429)
    assert meta.sent() == []
    deliver()
    assert meta.sent() == []
    now_due(first)
    deliver()
    assert [row["callback_data"] for row in meta.sent()] == [f"m:{first.pk}", f"m:{second.pk}"]


def test_the_pair_rate_waits_longer_each_time(say, deliver, meta):
    meta.fault("refuse", code=131056, times=3)
    message = say("Hello")
    pauses = []
    for _ in range(3):
        before = timezone.now()
        deliver()
        message.refresh_from_db()
        pauses.append((message.retry_at - before).total_seconds())
        now_due(message)
    for pause, asked in zip(pauses, (1, 4, 16), strict=True):
        assert asked <= pause < asked * 1.25 + 1
    deliver()
    message.refresh_from_db()
    assert (message.status, message.error_code) == ("sent", None)


def test_an_unreachable_meta_costs_nothing(say, deliver, settings, meta):
    good, settings.WHATSAPP_API_URL = settings.WHATSAPP_API_URL, "http://127.0.0.1:9"
    message = say("Hello")
    deliver()
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("queued", 1)
    settings.WHATSAPP_API_URL = good
    now_due(message)
    deliver()
    assert len(meta.sent()) == 1


def test_an_unnamed_fault_that_does_not_pass_lets_the_next_one_go(say, deliver, meta):
    meta.fault("refuse", code=131000, times=6)
    first, second = say("Poison"), say("Fine")
    for _ in range(6):
        deliver()
        first.refresh_from_db()
        if first.retry_at:
            now_due(first)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("failed", "sent")


def test_after_a_day_of_outage_it_has_failed_with_a_sentence(say, deliver, settings):
    settings.WHATSAPP_API_URL = "http://127.0.0.1:9"
    message = say("Hello")
    message.refresh_from_db()
    Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(hours=25))
    deliver()
    message.refresh_from_db()
    assert message.status == "failed"
    assert "could not be reached" in message.error_text


# Refused


def test_a_refused_message_says_why_and_lets_the_next_one_go(say, deliver, meta):
    meta.fault("refuse", code=131026, times=1)
    first, second = say("First"), say("Second")
    deliver()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.error_code, second.status) == ("failed", 131026, "sent")
    assert "another way" in first.error_text


def test_a_refused_answer_leaves_the_customer_unanswered_again(say, deliver, meta, conversation):
    since = conversation.unanswered_since
    meta.fault("refuse", code=131026, times=1)
    say("Hello")
    deliver()
    conversation.refresh_from_db()
    assert conversation.unanswered_since == since


def test_a_later_answer_that_stands_keeps_the_customer_answered(say, deliver, meta, conversation):
    since = conversation.unanswered_since
    meta.fault("refuse", code=131026, times=1)
    say("First")
    second = say("Second")
    deliver()
    conversation.refresh_from_db()
    assert conversation.unanswered_since is None
    second.refresh_from_db()
    assert second.answered_since == since
    delivery.record_receipt(receipt(second, "failed", error=Fault(131026)))
    conversation.refresh_from_db()
    assert conversation.unanswered_since == since


def test_a_window_that_closed_while_the_message_waited_refuses_it(say, deliver, meta, conversation):
    message = say("Hello")
    thread = conversation.thread
    thread.window_until = timezone.now() - timedelta(seconds=1)
    thread.save()
    deliver()
    message.refresh_from_db()
    assert message.status == "failed"
    assert "template" in message.error_text
    assert meta.sent() == []


def test_a_reaction_that_failed_goes_from_the_message(conversation, ben, deliver, meta):
    word = conversation.messages.get(author_kind="customer")
    react(word.pk, "👍", ben)
    meta.fault("refuse", code=131009, times=1)
    deliver()
    word.refresh_from_db()
    assert word.reactions == {}


# Never twice


def test_a_worker_killed_between_claim_and_answer_sends_nothing_twice(say, deliver, meta):
    first, second = say("First"), say("Second")
    assert lane._claim(lane._head(first.thread_id))
    deliver()
    assert meta.sent() == []
    first.refresh_from_db()
    moved_back(first, minutes=2)
    deliver()
    first.refresh_from_db()
    assert first.status == "unconfirmed"
    assert "may or may not have been sent" in first.error_text
    assert [row["callback_data"] for row in meta.sent()] == [f"m:{second.pk}"]


def test_an_answer_lost_after_meta_accepted_is_healed_by_the_receipt(say, deliver, meta):
    meta.fault("drop_answer", times=1)
    first, second = say("First"), say("Second")
    deliver()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("sending", "queued")
    row = meta.sent()[0]
    delivery.record_receipt(receipt(first, "delivered", wamid=row["id"], callback_data=row["callback_data"]))
    first.refresh_from_db()
    assert (first.status, first.wamid) == ("delivered", row["id"])
    deliver()
    assert len(meta.sent()) == 2


def test_an_unconfirmed_message_moves_on_with_any_receipt_and_is_never_resent(say, deliver, meta):
    meta.fault("drop_answer", times=1)
    message = say("Hello")
    deliver()
    message.refresh_from_db()
    moved_back(message, minutes=2)
    deliver()
    deliver()
    message.refresh_from_db()
    assert message.status == "unconfirmed"
    row = meta.sent()[0]
    delivery.record_receipt(receipt(message, "sent", wamid=row["id"], callback_data=row["callback_data"]))
    message.refresh_from_db()
    assert (message.status, message.error_text) == ("sent", "")
    assert len(meta.sent()) == 1


def test_a_receipt_that_overtakes_the_answer_is_kept(say, meta, berlin):
    message = say("Hello")
    assert lane._claim(lane._head(message.thread_id))
    delivery.record_receipt(receipt(message, "read", wamid="wamid.quick", callback_data=f"m:{message.pk}"))
    head = Message.objects.select_related("author", "thread__number__account").get(pk=message.pk)
    lane._send(head)
    message.refresh_from_db()
    assert (message.status, message.wamid) == ("read", "wamid.quick")


def test_two_workers_on_one_thread_send_each_message_once(say, deliver, meta):
    say("Hello")
    head = lane._head(Message.objects.get(author_kind="agent").thread_id)
    assert lane._claim(head)
    assert not lane._claim(head)


# Identity


def test_the_wa_id_that_meta_names_becomes_the_same_contacts_identity(conversation, say, deliver, amira):
    """Meta may spell a phone in another way than it was typed (product: "Identity")."""
    thread = conversation.thread
    thread.contact.identities.all().delete()
    thread.reply_identity = None
    thread.save()
    say("Hello")
    deliver()
    identity = Identity.objects.get(value=amira.phone, kind="wa_id")
    thread.refresh_from_db()
    assert (identity.contact, thread.reply_identity) == (thread.contact, identity)


# The sweep


def test_the_sweep_finds_what_a_lost_wake_up_left(say, meta, django_capture_on_commit_callbacks, monkeypatch):
    woken = []
    monkeypatch.setattr("inbox.delivery.sweeping.wake_for", lambda task, *args: woken.append((task, *args)))
    message = say("Hello")
    delivery.sweep()
    assert woken == []
    moved_back(message, minutes=1)
    delivery.sweep()
    assert woken == [("inbox.tasks.deliver", message.thread_id)]


def test_the_sweep_leaves_alone_what_waits_behind_a_pause(say, deliver, meta, monkeypatch):
    woken = []
    monkeypatch.setattr("inbox.delivery.sweeping.wake_for", lambda task, *args: woken.append(args))
    meta.fault("refuse", code=130429, times=1)
    first, second = say("First"), say("Second")
    deliver()
    Message.objects.filter(pk=second.pk).update(created_at=timezone.now() - timedelta(minutes=5))
    Message.objects.filter(pk=first.pk).update(retry_at=timezone.now() + timedelta(minutes=1))
    delivery.sweep()
    assert woken == []
