"""What a program may ask for with a message, and how it answers a relay later."""

import pytest
from django.utils import timezone

from automation.models import Relay
from inbox.models import ApiKey, Conversation, FeedKind, Message
from tests.factories import make_agent, make_conversation, taps
from tests.inbox.listening import make_subscription, told
from tests.workflow import LATER, LOOPBACK, newest_relay, running_workflow, work
from whatsapp.models import MessageTemplate

EVERYTHING = ApiKey.Scope.values
TEMPLATE = {"name": "shipped", "language": "en"}
ADDRESS = "https://crm.example/relays"


@pytest.fixture(autouse=True)
def as_on_a_server(settings):
    settings.PROGRAMS_ALLOWED_NETWORKS = []


@pytest.fixture
def ada(berlin):
    return make_agent("Ada", numbers=[berlin])


@pytest.fixture
def pending(berlin, ada):
    MessageTemplate.objects.create(
        account=berlin.account,
        name="shipped",
        language="en",
        status="APPROVED",
        category="UTILITY",
        components=[{"type": "BODY", "text": "Your order is on its way."}],
    )
    return make_conversation("pending", number=berlin, handover_to=ada)


@pytest.fixture
def crm(program):
    return program(*EVERYTHING, relay_url=ADDRESS)


def send(crm, conversation, query="?relay_response=true", **body):
    return crm.post(f"conversations/{conversation.pk}/template-messages/", {**TEMPLATE, **body}, query=query)


def say(crm, conversation, query="?relay_response=true", **body):
    words = {"content": {"text": "Which day?"}}
    return crm.post(f"conversations/{conversation.pk}/messages/", {**words, **body}, query=query)


@pytest.mark.parametrize("sends", [send, say])
def test_what_is_asked_for_is_stored_with_the_message(crm, pending, sends):
    wishes = {"correlation": [1, None], "next_message": True, "no_answer_minutes": 60}
    callback = {"callback": "https://flow.example/1?token=secret"}
    sent = sends(crm, pending, "?relay_response=true&bump_response=false", relay={**wishes, **callback})
    assert sent.status_code == 201, sent.json()
    message = Message.objects.get()
    assert message.on_answer == {"relay": True, "bump": False, **wishes, **callback}
    assert sent.json()["on_answer"] == {"relay": True, "bump": False, **wishes}
    assert message.api_key == crm.key
    pending.thread.refresh_from_db()
    assert pending.thread.awaited == message


def test_correlation_data_is_shown_to_the_key_that_gave_it_and_to_no_other(crm, program, pending):
    make_subscription()
    sent = send(crm, pending, relay={"correlation": {"order": "4711"}}).json()
    other = program(*crm.key.scopes)
    for path in (f"messages/{sent['id']}/", f"conversations/{pending.pk}/messages/"):
        assert "4711" in crm.get(path).content.decode()
        assert "4711" not in other.get(path).content.decode()
    (event,) = told(FeedKind.MESSAGE_CREATED)
    assert "4711" not in str(event.data)


def test_the_address_of_a_callback_which_may_carry_a_secret_is_shown_to_nobody(crm, program, pending):
    make_subscription()
    sent = send(crm, pending, relay={"callback": "https://flow.example/1?token=secret"}).json()
    other = program("conversations:read")
    for shown in (other.get(f"messages/{sent['id']}/"), other.get(f"conversations/{pending.pk}/messages/")):
        assert shown.status_code == 200
        assert "flow.example" not in shown.content.decode()
    (event,) = told(FeedKind.MESSAGE_CREATED)
    assert "flow.example" not in str(event.data)


@pytest.mark.parametrize("sends", [send, say])
def test_relay_without_relay_response_is_refused_in_words(crm, pending, sends):
    refused = sends(crm, pending, "", relay={"correlation": 1})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (400, "relay_not_asked", "relay")
    assert "relay_response=true" in refused.json()["detail"]


@pytest.mark.parametrize("sends", [send, say])
def test_a_relay_that_has_nowhere_to_go_is_refused(program, pending, sends):
    refused = sends(program(*EVERYTHING), pending)
    assert (refused.status_code, refused.json()["code"]) == (400, "relay_endpoint_missing")
    assert not Message.objects.exists()
    assert sends(program(*EVERYTHING), pending, relay={"callback": ADDRESS}).status_code == 201


@pytest.mark.parametrize(
    "wishes, field",
    [
        ({"callback": "http://crm.example/"}, "relay.callback"),
        ({"callback": "crm"}, "relay.callback"),
        ({"correlation": "x" * 4097}, "relay.correlation"),
        ({"correlation": "\x00"}, "relay.correlation"),
        ({"no_answer_minutes": 0}, "relay.no_answer_minutes"),
        ({"no_answer_minutes": 10_081}, "relay.no_answer_minutes"),
        ({"next_message": "soon"}, "relay.next_message"),
        ({"callbak": ADDRESS}, "relay.callbak"),
    ],
)
def test_wishes_that_make_no_sense_name_their_field(crm, pending, wishes, field):
    refused = send(crm, pending, relay=wishes)
    assert (refused.status_code, refused.json()["field"]) == (400, field)


@pytest.fixture
def taken(crm, pending, berlin, settings):
    """A relay that the workflow has taken, to answer later."""
    settings.PROGRAMS_ALLOWED_NETWORKS = LOOPBACK
    with running_workflow() as workflow:
        sent = send(crm, pending, relay={"callback": workflow.url}).json()
        Message.objects.filter(pk=sent["id"]).update(wamid="wamid.template", status="sent")
        taps(pending.thread.contact, berlin, "wamid.template")
        workflow.answers(LATER)
        work()
    return newest_relay()


def answer(crm, relay, action, **more):
    return crm.post(f"relays/{relay.pk}/answer/", {"action": action, **more})


def test_a_relay_is_answered_later_once(crm, taken, pending, ada):
    assert crm.get(f"relays/{taken.pk}/").json()["status"] == "taken"
    answered = answer(crm, taken, "hand_over", messages=[TEMPLATE])
    assert (answered.status_code, answered.json()["status"]) == (200, "answered")
    pending.refresh_from_db()
    assert (pending.assignee, pending.last_message.kind) == (ada, "template")
    again = answer(crm, taken, "none")
    assert (again.status_code, again.json()["code"]) == (409, "relay_answered")


def test_an_answer_after_the_deadline_is_too_late_in_words(crm, taken, pending, ada):
    work(taken.deadline_at)
    pending.refresh_from_db()
    assert pending.assignee == ada
    late = answer(crm, taken, "message", messages=[TEMPLATE])
    assert (late.status_code, late.json()["code"]) == (409, "relay_failed")
    assert late.json()["detail"] == "It is too late for an answer. It did not answer in time."
    assert Message.objects.filter(author_kind="integration").count() == 1


@pytest.mark.parametrize(
    "body, field",
    [
        ({}, "action"),
        ({"action": "dance"}, "action"),
        ({"action": "message", "messages": []}, "messages"),
        ({"action": "none", "messages": [TEMPLATE]}, "messages"),
        ({"action": "none", "agent": 1}, "action"),
        ({"action": "message", "messages": [{"name": "shipped"}]}, "messages.0.language"),
        ({"action": "message", "messages": [{"content": {"text": ""}}]}, "text"),
        ({"action": "hand_over", "team": 0}, "team"),
    ],
)
def test_an_answer_that_makes_no_sense_names_its_field_and_may_be_given_again(crm, taken, body, field):
    refused = crm.post(f"relays/{taken.pk}/answer/", body)
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert answer(crm, taken, "none").status_code == 200


def test_only_the_key_that_asked_sees_and_answers_its_relays(crm, taken, program):
    stranger = program(*EVERYTHING)
    assert answer(stranger, taken, "none").status_code == 404
    assert stranger.get("relays/").json()["results"] == []
    assert [row["id"] for row in crm.get("relays/", status="taken").json()["results"]] == [taken.pk]


def test_the_scopes_of_the_key_hold_for_a_late_answer(crm, taken, pending):
    ApiKey.objects.filter(pk=crm.key.pk).update(scopes=["messages:templates"])
    refused = answer(crm, taken, "complete")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    pending.refresh_from_db()
    assert pending.status == Conversation.Status.PENDING
    assert answer(crm, taken, "message", messages=[TEMPLATE]).status_code == 200


def test_two_machines_are_stopped_also_when_the_answer_comes_later(crm, taken, pending, ada):
    for _ in range(10):
        Message.objects.create(thread=pending.thread, author_kind="bot", kind="text", status="sent", at=timezone.now())
    refused = answer(crm, taken, "message", messages=[TEMPLATE])
    assert (refused.status_code, refused.json()["code"]) == (409, "two_machines")
    pending.refresh_from_db()
    assert pending.assignee == ada
    assert Relay.objects.get().status == Relay.Status.FAILED


PRIVATE = [
    "https://127.0.0.1/",
    "https://10.0.0.7/x",
    "https://[::1]/",
    "https://localhost/",
    "https://a:b@crm.example/",
]


@pytest.mark.parametrize("callback", PRIVATE)
def test_an_address_that_is_never_called_is_refused_before_anything_is_sent(crm, pending, callback):
    answer = send(crm, pending, relay={"callback": callback})
    assert (answer.status_code, answer.json()["field"]) == (400, "relay.callback")
    assert not Message.objects.exists()


def test_an_answer_that_stopped_two_machines_is_repeated_under_its_name_as_the_problem_it_was(crm, taken, pending):
    for _ in range(10):
        Message.objects.create(thread=pending.thread, author_kind="bot", kind="text", status="sent", at=timezone.now())
    said = {"action": "message", "messages": [TEMPLATE]}
    answers = [crm.post(f"relays/{taken.pk}/answer/", said, Idempotency_Key="one") for _ in range(2)]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(409, "two_machines")}
    assert {each["Content-Type"] for each in answers} == {"application/problem+json"}
    assert Relay.objects.get().status == Relay.Status.FAILED
