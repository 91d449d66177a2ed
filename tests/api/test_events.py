"""The change feed over the API: what webhooks gave, for whoever was down."""

import json

import pytest

from inbox import webhooks
from inbox.changes import change_conversation
from inbox.models import FeedEvent, FeedHead, FeedKind
from tests.factories import make_conversation, make_number, moved_back, writes
from tests.inbox.listening import make_subscription
from tests.inbox.programs.far_end import running_program

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(program):
    return program("events:read")


@pytest.fixture
def conversation(reader, berlin):
    return make_conversation("unassigned", number=berlin)


def happens(conversation, kind=FeedKind.RELAY_FAILED):
    with change_conversation(conversation.pk) as change:
        change.tell(kind)
    webhooks.publish()


def positions(answer):
    return [event["position"] for event in answer["results"]]


def test_the_feed_holds_what_happened_in_order(reader, conversation, berlin):
    writes(conversation.thread.contact, berlin, "Is anybody there?")
    happens(conversation)
    answer = reader.get("events/").json()
    assert [event["type"] for event in answer["results"]] == ["message.received", "relay.failed"]
    received = answer["results"][0]
    assert received["data"]["message"]["content"] == {"text": "Is anybody there?"}
    assert received["id"] == FeedEvent.objects.order_by("position")[0].public_id
    assert (answer["after"], answer["next"]) == (2, None)


def test_messages_conversations_and_contacts_look_as_the_api_shows_them(program, conversation, berlin):
    message = writes(conversation.thread.contact, berlin)
    webhooks.publish()
    crm = program()
    data = crm.get("events/").json()["results"][0]["data"]
    assert data["message"] == crm.get(f"messages/{message.pk}/").json()
    assert data["conversation"] == crm.get(f"conversations/{conversation.pk}/").json()
    assert data["contact"] == crm.get(f"contacts/{conversation.thread.contact_id}/").json()


def test_a_webhook_and_the_feed_say_the_same(reader, conversation):
    with running_program() as far_end:
        subscription = make_subscription(far_end.url)
        happens(conversation)
        webhooks.deliver(subscription.pk)
    (sent,) = [request.body for request in far_end.received]
    event = reader.get("events/").json()["results"][0]
    assert event["type"].encode() in sent
    assert far_end.received[0].message_id == event["id"]


def test_what_a_program_gave_to_know_its_relay_by_is_told_to_that_program_only(program, conversation):
    mine, other = program("events:read"), program("events:read")
    relay = {"id": 1, "key": mine.key.pk, "kind": "message", "correlation": {"order": "4711"}, "failure": "No."}
    with running_program() as far_end:
        subscriptions = [make_subscription(far_end.url, api_key=key) for key in (mine.key, other.key, None)]
        with change_conversation(conversation.pk) as change:
            change.tell(FeedKind.RELAY_FAILED, relay=relay)
        webhooks.publish()
        for subscription in subscriptions:
            webhooks.deliver(subscription.pk)
    told = [json.loads(request.body)["data"]["relay"] for request in far_end.received]
    told += [reader.get("events/").json()["results"][0]["data"]["relay"] for reader in (mine, other)]
    nobodys = {**relay, "correlation": None}
    assert told == [relay, nobodys, nobodys, relay, nobodys]


def test_a_reader_goes_on_where_it_was(reader, conversation):
    for _ in range(5):
        happens(conversation)
    first = reader.get("events/", limit=2).json()
    assert (positions(first), first["after"]) == ([1, 2], 2)
    assert "after=2" in first["next"]
    second = reader.get("events/", limit=2, after=first["after"]).json()
    assert positions(second) == [3, 4]
    last = reader.get("events/", limit=2, after=second["after"]).json()
    assert (positions(last), last["next"]) == ([5], None)
    nothing = reader.get("events/", after=last["after"]).json()
    assert (positions(nothing), nothing["after"]) == ([], 5)


def test_of_some_kinds_only(reader, conversation):
    """And the place moves past what was left out, so that nothing is looked through twice."""
    happens(conversation, FeedKind.SURVEY_ANSWERED)
    happens(conversation, FeedKind.WINDOW_CLOSING)
    happens(conversation)
    answer = reader.get("events/", kinds="survey.answered,window.closing").json()
    assert (positions(answer), answer["after"]) == ([1, 2], 3)
    assert reader.get("events/", kinds="survey.answered,nonsense").json()["field"] == "kinds"


def test_what_has_no_place_yet_is_not_there_yet(reader, conversation):
    with change_conversation(conversation.pk) as change:
        change.tell(FeedKind.RELAY_FAILED)
    assert reader.get("events/").json()["results"] == []
    webhooks.publish()
    assert positions(reader.get("events/").json()) == [1]


def test_a_key_of_a_number_reads_of_that_number_only(program, conversation, berlin):
    bound = program("events:read", number=berlin)
    happens(make_conversation("unassigned", number=make_number("Hamburg")))
    happens(conversation)
    answer = bound.get("events/").json()
    assert positions(answer) == [2]
    assert answer["results"][0]["data"]["number"] == berlin.pk


def test_after_what_was_cleaned_up_a_reader_hears_that_it_missed_something(reader, conversation):
    for _ in range(3):
        happens(conversation)
    for event in FeedEvent.objects.filter(position__lte=2):
        moved_back(event, days=31)
    webhooks.forget()
    answer = reader.get("events/", after=1)
    assert (answer.status_code, answer.json()["code"]) == (410, "events_forgotten")
    assert positions(reader.get("events/", after=2).json()) == [3]
    assert positions(reader.get("events/").json()) == [3]
    assert FeedHead.objects.get().forgotten == 2


@pytest.mark.parametrize("asked", [{"after": "x"}, {"after": -1}, {"after": 2**70}, {"limit": 0}, {"limit": 201}])
def test_what_is_no_place_is_refused(reader, asked):
    assert reader.get("events/", **asked).status_code == 400


def test_a_place_that_the_feed_has_not_come_to_is_none_of_its(reader, conversation):
    """After a backup was brought back a reader would silently miss what happens until then."""
    happens(conversation)
    answer = reader.get("events/", after=2)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "cursor_unknown", "after")
    assert reader.get("events/", after=1).status_code == 200


def test_an_empty_feed_has_an_end(reader):
    assert reader.get("events/").json() == {"results": [], "after": 0, "next": None}
