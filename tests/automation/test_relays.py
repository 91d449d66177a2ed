"""Relays: which responses go to a workflow, what it answers, and what happens when it does not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from automation.models import Relay
from inbox import timers
from inbox.actions.permission import TEMPLATES_ONLY
from inbox.actions.sending import send_message
from inbox.models import ApiKey, Conversation, Event, FeedEvent, FeedKind, Message
from inbox.sentences import sentence
from tests.factories import make_agent, make_conversation, make_number, make_team, taps, writes
from tests.moving import move_back
from tests.workflow import COMPLETE, HAND_OVER, LATER, NONE, newest_relay, work
from whatsapp.content import Button, Buttons, Text

pytestmark = pytest.mark.django_db
Status = Conversation.Status
QUESTION = Buttons("Deliver on Friday?", (Button("yes", "Yes"), Button("no", "No")))
SOON = {"content": {"text": "It comes on Friday."}}


@pytest.fixture
def pending(berlin, amira, lena):
    """Lena comes in when Amira responds; nobody has written yet (but the window is open)."""
    return make_conversation("pending", number=berlin, contact=amira, handover_to=lena)


@pytest.fixture
def served(berlin, amira, lena):
    """Lena serves Amira, and everything is answered."""
    return make_conversation("assigned", number=berlin, contact=amira, assignee=lena, unanswered_since=None)


def asks(conversation, key, **on_answer):
    """Our message with buttons, sent for the workflow and on the customer's phone. Returns the Message."""
    message = send_message(
        conversation, QUESTION, author_kind="integration", api_key=key, on_answer={"relay": True, **on_answer}
    )
    Message.objects.filter(pk=message.pk).update(wamid=f"wamid.{message.pk}", status="sent")
    message.refresh_from_db()
    return message


def lines(conversation):
    """The lines about relays, in words."""
    kinds = (Event.Kind.RELAYED, Event.Kind.RELAY_ANSWERED, Event.Kind.RELAY_FAILED)
    rows = conversation.events.filter(kind__in=kinds).order_by("pk")
    return [sentence(row.kind, "", row.data) for row in rows]


def fresh(row):
    row.refresh_from_db()
    return row


# --- What is relayed -------------------------------------------------------------------------------------------------


def test_s0_11_an_interaction_goes_to_the_workflow_with_the_callers_own_data(workflow, key, pending, amira, berlin):
    """S0-11"""
    asked = asks(pending, key, correlation={"order": 4711})
    tapped = taps(amira, berlin, asked.wamid)
    work()
    [call] = workflow.calls
    assert call["type"] == "relay.response"
    told = call["data"]
    assert told["correlation"] == {"order": 4711}
    assert (told["message"]["id"], told["asked"]["id"]) == (tapped.pk, asked.pk)
    assert (told["conversation"]["id"], told["contact"]["id"]) == (pending.pk, amira.pk)
    assert told["answer_url"].endswith(f"/api/v1/relays/{newest_relay().pk}/answer/")
    assert workflow.names == [newest_relay().name]
    assert workflow.is_signed_with(key.relay_secret)


def test_s0_12_only_a_message_that_was_sent_for_it_relays(workflow, key, pending, amira, berlin):
    """S0-12"""
    message = send_message(pending, QUESTION, author_kind="integration", api_key=key)
    Message.objects.filter(pk=message.pk).update(wamid="wamid.plain", status="sent")
    taps(amira, berlin, "wamid.plain")
    work()
    assert not workflow.calls
    assert fresh(pending).status == Status.ASSIGNED


def test_a_callback_of_the_message_comes_before_the_keys_address(workflow, key, pending, amira, berlin):
    key.relay_url = "https://crm.example/relays"
    key.save()
    taps(amira, berlin, asks(pending, key, callback=workflow.url).wamid)
    work()
    assert len(workflow.calls) == 1


def test_an_ordinary_message_goes_to_people_unless_the_next_one_was_asked_for(workflow, key, pending, amira, berlin):
    asks(pending, key)
    writes(amira, berlin, "Hello?")
    assert fresh(pending).status == Status.ASSIGNED
    assert not Relay.objects.exists()


def test_the_next_message_goes_to_the_workflow_where_it_was_asked_for_and_only_that_one(
    workflow, key, pending, amira, berlin
):
    asked = asks(pending, key, next_message=True)
    word = writes(amira, berlin, "Friday suits me")
    work()
    [call] = workflow.calls
    assert (call["type"], call["data"]["message"]["id"], call["data"]["asked"]["id"]) == (
        "relay.message",
        word.pk,
        asked.pk,
    )
    assert fresh(pending).status == Status.PENDING
    writes(amira, berlin, "Or Monday")
    assert fresh(pending).status == Status.ASSIGNED
    assert Relay.objects.count() == 1


def test_a_tap_ends_the_waiting_for_the_next_message(workflow, key, pending, amira, berlin):
    taps(amira, berlin, asks(pending, key, next_message=True).wamid)
    writes(amira, berlin, "And another thing")
    assert [relay.kind for relay in Relay.objects.all()] == [Relay.Kind.INTERACTION]
    assert fresh(pending).status == Status.ASSIGNED


def test_no_answer_within_the_time_is_told_once(workflow, key, pending):
    asked = asks(pending, key, no_answer_minutes=30)
    move_back(pending, minutes=29)
    timers.fire_due()
    assert not Relay.objects.exists()
    move_back(pending, minutes=2)
    timers.fire_due()
    work()
    move_back(pending, minutes=60)
    timers.fire_due()
    [call] = workflow.calls
    assert (call["type"], call["data"]["message"], call["data"]["asked"]["id"]) == ("relay.no_answer", None, asked.pk)
    assert "The customer did not answer for 30 minutes: CRM was told" in lines(pending)


def test_no_answer_is_not_told_once_the_customer_has_written(workflow, key, pending, amira, berlin):
    asked = asks(pending, key, no_answer_minutes=30)
    taps(amira, berlin, asked.wamid)
    timers.fire_due(timezone.now() + timedelta(minutes=31))
    assert [relay.kind for relay in Relay.objects.all()] == [Relay.Kind.INTERACTION]


# --- What it answers -------------------------------------------------------------------------------------------------


def test_nothing_leaves_a_pending_conversation_pending(workflow, key, pending, amira, berlin):
    taps(amira, berlin, asks(pending, key).wamid)
    workflow.answers(NONE)
    work()
    assert (fresh(pending).status, newest_relay().status) == (Status.PENDING, Relay.Status.ANSWERED)
    assert lines(pending) == [
        "What the customer chose went to CRM",
        "CRM answered: nothing is to be done",
    ]


def test_a_204_is_nothing_too(workflow, key, pending, amira, berlin):
    taps(amira, berlin, asks(pending, key).wamid)
    workflow.answers(204)
    work()
    assert newest_relay().status == Relay.Status.ANSWERED


def test_s0_22_the_workflow_hands_over_to_the_agent_who_waits(workflow, key, pending, amira, berlin, lena):
    """S0-22"""
    taps(amira, berlin, asks(pending, key).wamid)
    workflow.answers(HAND_OVER)
    work()
    handed = fresh(pending)
    assert (handed.status, handed.assignee) == (Status.ASSIGNED, lena)
    assert handed.events.filter(kind=Event.Kind.HANDED_OVER).count() == 1


def test_it_hands_over_to_a_team_or_an_agent_of_its_choice(workflow, key, pending, amira, berlin):
    ben = make_agent("Ben", numbers=[berlin])
    taps(amira, berlin, asks(pending, key).wamid)
    workflow.answers({**HAND_OVER, "agent": ben.pk})
    work()
    assert fresh(pending).assignee == ben


def test_messages_go_out_silently_or_not_and_ask_on(workflow, key, pending, amira, berlin):
    taps(amira, berlin, asks(pending, key).wamid)
    before = fresh(pending).bumped_at
    again = {
        "kind": "buttons",
        "content": QUESTION.as_dict(),
        "bump": False,
        "bump_response": False,
        "relay_response": True,
        "relay": {"correlation": 2},
    }
    workflow.answers({"action": "message", "messages": [{**SOON, "bump": False}, again]})
    work()
    said, asked = Message.objects.filter(author_kind="integration").order_by("-pk")[:2][::-1]
    assert said.text == "It comes on Friday."
    assert asked.on_answer == {"bump": False, "relay": True, "correlation": 2}
    assert fresh(pending).bumped_at == before
    assert lines(pending)[-1] == "CRM answered with 2 messages"
    Message.objects.filter(pk=asked.pk).update(wamid="wamid.again", status="sent")
    taps(amira, berlin, "wamid.again")
    work()
    assert workflow.calls[-1]["data"]["correlation"] == 2


def test_complete_closes_with_last_words(workflow, key, pending, amira, berlin):
    taps(amira, berlin, asks(pending, key).wamid)
    workflow.answers({**COMPLETE, "messages": [SOON]})
    work()
    closed = fresh(pending)
    assert closed.status == Status.CLOSED
    line = closed.events.get(kind=Event.Kind.CLOSED)
    assert sentence("closed", "", line.data) == "Closed by CRM"
    assert closed.last_message.text == "It comes on Friday."


def test_s0_33_the_workflow_never_takes_a_conversation_away_from_an_agent(workflow, key, served, amira, berlin, lena):
    """S0-33"""
    for reply in (COMPLETE, HAND_OVER):
        taps(amira, berlin, asks(served, key).wamid)
        workflow.answers(reply)
        work()
        assert (fresh(served).assignee, served.status) == (lena, Status.ASSIGNED)
        assert newest_relay().status == Relay.Status.FAILED


@pytest.mark.parametrize(
    "scope, reply",
    [
        ("messages:free-form", {"action": "message", "messages": [SOON]}),
        ("conversations:write", HAND_OVER),
        ("conversations:write", COMPLETE),
    ],
)
def test_the_scopes_of_the_key_hold_for_answers(workflow, key, pending, amira, berlin, scope, reply):
    key.scopes = [each for each in key.scopes if each != scope]
    key.save()
    taps(amira, berlin, asks(pending, key).wamid)
    workflow.answers(reply)
    work()
    lacks = TEMPLATES_ONLY if scope == ApiKey.Scope.MESSAGES_FREE_FORM else f"This key lacks the scope {scope}."
    assert newest_relay().failure == lacks
    assert fresh(pending).status == Status.ASSIGNED


def test_what_was_refused_leaves_nothing_behind(workflow, key, pending, amira, berlin):
    taps(amira, berlin, asks(pending, key).wamid)
    no_agent = {**HAND_OVER, "agent": 0, "messages": [SOON]}
    workflow.answers(no_agent)
    work()
    assert not Message.objects.filter(text="It comes on Friday.").exists()
    assert fresh(pending).handover_to is None
    assert pending.events.filter(kind=Event.Kind.HANDED_OVER).count() == 1
    assert newest_relay().failure == "There is no agent 0 who may log in."


# --- Does the customer wait? -----------------------------------------------------------------------------------------


def test_what_the_workflow_took_is_answered(workflow, key, served, amira, berlin):
    taps(amira, berlin, asks(served, key).wamid)
    assert fresh(served).unanswered_since
    workflow.answers(LATER)
    work()
    assert fresh(served).unanswered_since is None
    assert newest_relay().status == Relay.Status.TAKEN


def test_older_and_later_words_stay_unanswered(workflow, key, served, amira, berlin):
    now = timezone.now()
    asked = asks(served, key)
    older = writes(amira, berlin, "Hello?", now=now - timedelta(minutes=5))
    taps(amira, berlin, asked.wamid, now=now)
    work()
    assert fresh(served).unanswered_since == older.created_at
    Conversation.objects.update(unanswered_since=None)
    taps(amira, berlin, asks(served, key).wamid, now=now)
    later = writes(amira, berlin, "Still there?", now=now + timedelta(minutes=1))
    work()
    assert fresh(served).unanswered_since == later.created_at


def test_what_it_took_and_never_answered_is_unanswered_again(workflow, key, served, amira, berlin):
    tapped = taps(amira, berlin, asks(served, key).wamid)
    workflow.answers(202)
    work()
    work(timezone.now() + timedelta(minutes=11))
    assert newest_relay().status == Relay.Status.FAILED
    assert fresh(served).unanswered_since == tapped.created_at
    assert served.status == Status.ASSIGNED


# --- When it fails ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply, words",
    [
        (404, "It answered 404."),
        (b"<html>", "Its answer is not a JSON object."),
        (b"[1]", "Its answer is not a JSON object."),
        (b"[" * 60_000, "Its answer is not a JSON object."),
        ({"action": "dance"}, '"dance" is not a valid choice.'),
        ({"action": "message"}, "Name at least one message."),
        ({"action": "none", "mood": "good"}, "There is no such field here."),
        (
            {"action": "message", "messages": [{}]},
            "Name a message template, or give a free-form message's content.",
        ),
    ],
)
def test_nonsense_hands_over_with_the_reason(workflow, key, pending, amira, berlin, lena, reply, words):
    taps(amira, berlin, asks(pending, key).wamid)
    workflow.answers(reply)
    work()
    relay = newest_relay()
    assert (relay.status, relay.failure) == (Relay.Status.FAILED, words)
    assert fresh(pending).assignee == lena
    assert lines(pending)[-1].startswith("CRM failed: ")


def test_what_may_pass_is_tried_again_under_the_same_name(workflow, key, pending, amira, berlin):
    taps(amira, berlin, asks(pending, key).wamid)
    workflow.answers(503, 429, NONE)
    work()
    assert newest_relay().status == Relay.Status.PENDING
    work(timezone.now())
    assert len(workflow.calls) == 1, "it waits before the next try"
    for _ in range(2):
        Relay.objects.update(retry_at=timezone.now())
        work()
    assert workflow.names == [newest_relay().name] * 3
    assert newest_relay().status == Relay.Status.ANSWERED
    assert [one["status"] for one in newest_relay().tries] == [503, 429, 200]
    assert fresh(pending).status == Status.PENDING


def test_a_program_that_is_away_until_the_deadline_has_failed(workflow, key, pending, amira, berlin, lena):
    key.relay_url = "http://127.0.0.1:9/"
    key.save()
    taps(amira, berlin, asks(pending, key).wamid)
    work()
    assert fresh(pending).status == Status.PENDING
    work(timezone.now() + timedelta(minutes=9))
    assert fresh(pending).status == Status.PENDING
    work(timezone.now() + timedelta(minutes=11))
    assert (fresh(pending).assignee, newest_relay().failure) == (lena, "It did not answer in time.")


def test_patience_is_the_keys_own(workflow, key, pending, amira, berlin):
    ApiKey.objects.update(relay_patience_minutes=60)
    key.refresh_from_db()
    taps(amira, berlin, asks(pending, key).wamid)
    workflow.answers(LATER)
    work()
    work(timezone.now() + timedelta(minutes=59))
    assert fresh(pending).status == Status.PENDING


def test_a_revoked_key_is_not_called_for(workflow, key, pending, amira, berlin):
    asked = asks(pending, key)
    ApiKey.objects.update(revoked_at=timezone.now())
    taps(amira, berlin, asked.wamid)
    work()
    assert not workflow.calls
    assert newest_relay().failure == "Its API key was deleted, revoked or has expired."


def test_a_key_that_was_deleted_leaves_people_to_answer(workflow, key, pending, amira, berlin, lena):
    asked = asks(pending, key)
    key.delete()
    taps(amira, berlin, asked.wamid)
    work()
    assert (fresh(pending).assignee, Relay.objects.get().status) == (lena, Relay.Status.FAILED)


def test_a_call_whose_worker_died_is_made_again_under_the_same_name(workflow, key, pending, amira, berlin):
    """At least once."""
    taps(amira, berlin, asks(pending, key).wamid)
    Relay.objects.update(status="sending", attempts=1, claimed_until=timezone.now() + timedelta(seconds=20))
    work()
    assert not workflow.calls, "it may still be under way"
    Relay.objects.update(claimed_until=timezone.now())
    work()
    assert workflow.names == [newest_relay().name]
    assert newest_relay().attempts == 2


def test_a_conversations_responses_arrive_in_their_order(workflow, key, served, amira, berlin):
    for title in ("Yes", "No"):
        taps(amira, berlin, asks(served, key).wamid, title)
    workflow.answers(503, NONE)
    work()
    assert [call["data"]["message"]["content"]["title"] for call in workflow.calls] == ["Yes"]
    Relay.objects.update(retry_at=timezone.now())
    work()
    assert [call["data"]["message"]["content"]["title"] for call in workflow.calls] == ["Yes", "Yes", "No"]


def test_two_machines_that_talk_to_each_other_are_stopped(workflow, key, pending, amira, berlin, lena):
    workflow.answers({"action": "message", "messages": [SOON]})
    for _ in range(11):
        taps(amira, berlin, asks(pending, key).wamid)
        work()
    assert Message.objects.filter(text="It comes on Friday.").count() == 10
    assert fresh(pending).assignee == lena
    assert pending.events.filter(kind=Event.Kind.AUTOMATION_STOPPED).count() == 1
    assert newest_relay().failure == "Two machines seem to be talking to each other."


def test_a_rotated_secret_signs_beside_the_new_one(workflow, key, pending, amira, berlin):
    old = key.relay_secret
    key.rotate(previous_until=timezone.now() + timedelta(hours=1))
    key.save()
    taps(amira, berlin, asks(pending, key).wamid)
    work()
    assert workflow.is_signed_with(old)
    assert workflow.is_signed_with(key.relay_secret)


def test_a_relay_goes_along_to_a_team(workflow, key, pending, amira, berlin):
    parcels = make_team("Parcels")
    Conversation.objects.update(handover_to=None)
    taps(amira, berlin, asks(pending, key).wamid)
    workflow.answers({**HAND_OVER, "team": parcels.pk, "messages": [SOON]})
    work()
    handed = fresh(pending)
    assert (handed.team, handed.is_waiting) == (parcels, True)


def test_the_workflow_of_a_key_of_one_number_hands_over_to_nobody_elses_team_or_agent(
    workflow, key, pending, amira, berlin, lena
):
    key.number = berlin
    key.save()
    zoe = make_agent("Zoe", numbers=[make_number("Munich")])
    for named in ({"team": make_team("Repairs", zoe).pk}, {"agent": zoe.pk}):
        Conversation.objects.update(status="pending", assignee=None, handover_to=lena)
        taps(amira, berlin, asks(pending, key).wamid)
        workflow.answers({**HAND_OVER, **named})
        work()
        assert newest_relay().failure.startswith(f"There is no {next(iter(named))}")
        assert (fresh(pending).team, pending.assignee) == (None, lena)
    taps(amira, berlin, asks(pending, key).wamid)
    Conversation.objects.update(status="pending", assignee=None, handover_to=lena)
    workflow.answers({**HAND_OVER, "team": make_team("Parcels", lena).pk})
    work()
    assert fresh(pending).team.name == "Parcels"


def test_free_text_asked_for_by_a_text(workflow, key, served, amira, berlin):
    """Not only messages with buttons wait for the next message."""
    on_answer = {"relay": True, "next_message": True}
    send_message(served, Text("Which order?"), author_kind="integration", api_key=key, on_answer=on_answer)
    writes(amira, berlin, "4711")
    work()
    assert workflow.calls[0]["data"]["message"]["content"] == {"text": "4711"}
    assert fresh(served).unanswered_since is None


def test_a_program_that_hangs_does_not_hang_all_workers(workflow, key, berlin, lena):
    """Two calls at a time; the next one goes when one of them has ended, without a sweep."""
    made = []
    for _ in range(3):
        conversation = make_conversation("pending", number=berlin, handover_to=lena)
        taps(conversation.thread.contact, berlin, asks(conversation, key).wamid)
        made.append(newest_relay())
    under_way = timezone.now() + timedelta(seconds=20)
    Relay.objects.exclude(pk=made[2].pk).update(status="sending", claimed_until=under_way)
    work()
    assert not workflow.calls
    Relay.objects.filter(pk=made[0].pk).update(status="answered", claimed_until=None)
    work()
    assert workflow.names == [made[2].name]


def test_the_feed_is_told_of_a_failure(workflow, key, pending, amira, berlin):
    """The key reads events, so somebody listens."""
    tapped = taps(amira, berlin, asks(pending, key, correlation=7).wamid)
    workflow.answers(404)
    work()
    told = FeedEvent.objects.get(kind=FeedKind.RELAY_FAILED).data
    assert told["message"]["id"] == tapped.pk
    assert told["relay"] == {
        "id": newest_relay().pk,
        "key": key.pk,
        "kind": "interaction",
        "correlation": 7,
        "failure": "It answered 404.",
    }
