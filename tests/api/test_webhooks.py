"""Programs subscribe to events over the API, rotate secrets, test, send again, and read the log."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from inbox import webhooks
from inbox.actions import subscriptions
from inbox.api.webhooks import Webhooks
from inbox.changes import change_conversation
from inbox.models import FeedEvent, FeedKind, IdempotencyKey, Subscription, WebhookDelivery
from inbox.webhooks import replaying
from tests.factories import make_conversation, make_number
from tests.inbox.programs.far_end import running_program

pytestmark = pytest.mark.django_db
HOOK = "https://program.example/hook"
PAST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def crm(program):
    return program("webhooks:write")


@pytest.fixture
def far_end():
    with running_program() as far_end:
        yield far_end


@pytest.fixture
def conversation(berlin):
    return make_conversation("unassigned", number=berlin)


def subscribed(crm, url=HOOK, **fields):
    answer = crm.post("webhooks/", {"url": url, **fields})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def happens(conversation):
    with change_conversation(conversation.pk) as change:
        change.tell(FeedKind.RELAY_FAILED)
    webhooks.publish()
    return FeedEvent.objects.order_by("pk").last()


# --- Subscribing -----------------------------------------------------------------------------------------------------


def test_a_webhook_is_made_and_its_secret_is_in_that_answer_only(crm):
    made = subscribed(crm, name="CRM", kinds=["message.received"])
    assert made["secret"].startswith("whsec_")
    assert (made["kinds"], made["state"], made["number"]) == (["message.received"], "on", None)
    shown = crm.get(f"webhooks/{made['id']}/").json()
    assert "secret" not in shown
    assert crm.get("webhooks/").json()["results"] == [shown]


def test_the_secret_verifies_what_is_sent(crm, far_end, conversation):
    made = subscribed(crm, far_end.url)
    happens(conversation)
    webhooks.deliver(made["id"])
    (request,) = far_end.received
    assert Webhook(made["secret"]).verify(request.body, request.headers)["type"] == "relay.failed"


def test_a_repeated_answer_has_no_secret_and_none_is_kept(crm):
    named = {"Idempotency_Key": "subscribe-once"}
    first = crm.post("webhooks/", {"url": HOOK}, **named).json()
    again = crm.post("webhooks/", {"url": HOOK}, **named).json()
    assert again == {**first, "secret": None}
    assert "whsec_" not in str(IdempotencyKey.objects.get().body)
    assert Subscription.objects.count() == 1


@pytest.mark.parametrize(
    "url", ["http://program.example/", "https://10.0.0.1/", "https://2130706433/", "https://a:b@program.example/", "x"]
)
def test_a_private_address_is_refused(settings, crm, url):
    settings.PROGRAMS_ALLOWED_NETWORKS = []
    answer = crm.post("webhooks/", {"url": url})
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (400, "address_not_allowed", "url")
    made = subscribed(crm)
    assert crm.post(f"webhooks/{made['id']}/", {"url": url}, method="patch").status_code == 400
    assert Subscription.objects.get().url == HOOK


@pytest.mark.parametrize(
    "body, field",
    [
        ({}, "url"),
        ({"url": HOOK, "kinds": ["message.arrived"]}, "kinds"),
        ({"url": HOOK, "kinds": "message.received"}, "kinds"),
        ({"url": HOOK, "secret": "whsec_mine"}, "secret"),
        ({"url": HOOK, "number": "one"}, "number"),
    ],
)
def test_what_is_not_valid_is_refused(crm, body, field):
    answer = crm.post("webhooks/", body)
    assert answer.status_code == 400
    assert answer.json()["field"].startswith(field)


def test_a_key_has_only_so_many(crm, monkeypatch):
    monkeypatch.setattr(subscriptions, "MOST_OF_A_KEY", 1)
    subscribed(crm)
    answer = crm.post("webhooks/", {"url": HOOK})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhooks")


def test_a_key_sees_and_changes_only_its_own(crm, program):
    made = subscribed(crm)
    other = program("webhooks:write")
    assert other.get("webhooks/").json()["results"] == []
    path = f"webhooks/{made['id']}/"
    assert other.get(path).status_code == 404
    assert other.post(path, {"name": "Mine"}, method="patch").status_code == 404
    assert other.post(path, method="delete").status_code == 404
    for each in ("rotate-secret", "test"):
        assert other.post(f"{path}{each}/").status_code == 404
    assert other.post(f"{path}replay/", {"since": PAST.isoformat()}).status_code == 404
    assert other.get(f"{path}deliveries/").status_code == 404


def test_a_key_of_a_number_subscribes_to_that_number_only(program, berlin):
    hamburg = make_number("Hamburg")
    bound = program("webhooks:write", number=berlin)
    refused = bound.post("webhooks/", {"url": HOOK, "number": hamburg.pk})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (400, "number_unknown", "number")
    subscribed(bound)
    subscribed(bound, number=berlin.pk)
    happens(make_conversation("unassigned", number=hamburg))
    assert not WebhookDelivery.objects.exists()
    happens(make_conversation("unassigned", number=berlin))
    assert WebhookDelivery.objects.count() == 2


# --- Changing --------------------------------------------------------------------------------------------------------


def test_it_is_switched_off_and_on_again(crm, conversation):
    made = subscribed(crm)
    path = f"webhooks/{made['id']}/"
    assert crm.post(path, {"is_active": False}, method="patch").json()["state"] == "off"
    happens(conversation)
    assert not WebhookDelivery.objects.exists()
    Subscription.objects.update(trouble="It answered 410.", switched_off_at=PAST, failures_in_row=7, paused_at=PAST)
    shown = crm.post(path, {"is_active": True}, method="patch").json()
    assert (shown["state"], shown["trouble"], shown["switched_off_at"]) == ("on", "", None)


def test_a_new_address_gets_at_once_what_waited(crm, conversation):
    made = subscribed(crm)
    happens(conversation)
    later = timezone.now() + timedelta(hours=1)
    WebhookDelivery.objects.update(retry_at=later)
    Subscription.objects.update(paused_at=PAST, probe_at=later)
    shown = crm.post(f"webhooks/{made['id']}/", {"url": "https://new.example/"}, method="patch").json()
    assert (shown["url"], shown["state"]) == ("https://new.example/", "on")
    assert WebhookDelivery.objects.get().retry_at < later


def test_it_is_deleted_with_its_log(crm, conversation):
    made = subscribed(crm)
    happens(conversation)
    assert crm.post(f"webhooks/{made['id']}/", method="delete").status_code == 204
    assert not WebhookDelivery.objects.exists()
    assert FeedEvent.objects.exists()


def test_a_rotated_secret_works_beside_the_old_one_for_the_overlap(crm, far_end, conversation):
    made = subscribed(crm, far_end.url)
    rotated = crm.post(f"webhooks/{made['id']}/rotate-secret/", {"overlap_hours": 2}).json()
    assert rotated["secret"] != made["secret"]
    assert rotated["previous_until"]
    happens(conversation)
    webhooks.deliver(made["id"])
    (request,) = far_end.received
    for secret in (made["secret"], rotated["secret"]):
        Webhook(secret).verify(request.body, request.headers)


def test_without_overlap_the_old_secret_ends_at_once(crm):
    made = subscribed(crm)
    rotated = crm.post(f"webhooks/{made['id']}/rotate-secret/", {"overlap_hours": 0}).json()
    assert Subscription.objects.get().valid_secrets(timezone.now()) == [rotated["secret"]]
    assert rotated["previous_until"] is None


# --- Trying, sending again, the log ----------------------------------------------------------------------------------


def test_a_test_says_what_came_back(crm, far_end):
    path = f"webhooks/{subscribed(crm, far_end.url)['id']}/test/"
    answer = crm.post(path, Idempotency_Key="test").json()
    assert (answer["is_success"], answer["status"], answer["words"]) == (True, 200, "")
    far_end.status = 500
    answer = crm.post(path, Idempotency_Key="test").json()
    assert (answer["is_success"], answer["status"], answer["words"]) == (False, 500, "It answered 500.")


def test_a_test_of_an_address_that_leads_inside_says_so(settings, crm, far_end):
    made = subscribed(crm, far_end.url)
    settings.PROGRAMS_ALLOWED_NETWORKS = []
    answer = crm.post(f"webhooks/{made['id']}/test/").json()
    assert answer["status"] is None
    assert "not on the public internet" in answer["words"]


def test_one_or_all_since_a_time_are_sent_again(crm, far_end, conversation):
    made = subscribed(crm, far_end.url)
    events = [happens(conversation) for _ in range(2)]
    webhooks.deliver(made["id"])
    path = f"webhooks/{made['id']}/replay/"
    one = crm.post(path, {"event": events[0].public_id})
    assert (one.status_code, one.json()) == (202, {"count": 1})
    webhooks.deliver(made["id"])
    assert far_end.received[-1].message_id == events[0].public_id
    assert crm.post(path, {"since": PAST.isoformat()}).json() == {"count": 2}


@pytest.mark.parametrize("event", ["evt_0", "evt_", "evt_x", "evt_²", "12", "evt_99999999999999999999999"])
def test_an_event_that_is_none_is_not_sent_again(crm, event):
    answer = crm.post(f"webhooks/{subscribed(crm)['id']}/replay/", {"event": event})
    assert (answer.status_code, answer.json()["code"]) == (400, "event_unknown")


def test_what_a_key_may_not_see_is_not_sent_to_it_again(program, berlin):
    bound = program("webhooks:write", number=berlin)
    path = f"webhooks/{subscribed(bound)['id']}/replay/"
    elsewhere = happens(make_conversation("unassigned", number=make_number("Hamburg")))
    assert bound.post(path, {"event": elsewhere.public_id}).json()["code"] == "event_unknown"
    assert bound.post(path, {"since": PAST.isoformat()}).json() == {"count": 0}


@pytest.mark.parametrize("body", [{}, {"event": "evt_1", "since": PAST.isoformat()}, {"since": "yesterday"}])
def test_a_replay_names_an_event_or_a_time(crm, body):
    assert crm.post(f"webhooks/{subscribed(crm)['id']}/replay/", body).status_code == 400


def test_the_log_shows_what_became_of_each(crm, far_end, conversation):
    made = subscribed(crm, far_end.url)
    delivered = happens(conversation)
    webhooks.deliver(made["id"])
    far_end.status = 500
    waiting = happens(conversation)
    webhooks.deliver(made["id"])
    path = f"webhooks/{made['id']}/deliveries/"
    newest, oldest = crm.get(path).json()["results"]
    assert (newest["event"], newest["type"], newest["status"]) == (waiting.public_id, "relay.failed", "pending")
    assert (oldest["event"], oldest["status"], oldest["tries"][0]["status"]) == (delivered.public_id, "delivered", 200)
    assert [row["event"] for row in crm.get(path, status="pending").json()["results"]] == [waiting.public_id]
    assert crm.get(path, status="lost").status_code == 400
    page = crm.get(path, limit=1).json()
    assert len(page["results"]) == 1
    assert page["next"]


# --- Gone meanwhile --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path, body, method",
    [
        ("", {"name": "CRM"}, "patch"),
        ("rotate-secret/", {}, "post"),
        ("replay/", {"since": "2026-01-01T00:00:00Z"}, "post"),
        ("test/", {}, "post"),
    ],
)
def test_a_webhook_that_is_deleted_while_it_is_asked_for_is_not_found(crm, far_end, monkeypatch, path, body, method):
    made = subscribed(crm, far_end.url)
    looked_up = Webhooks.get_object

    def goes(view):
        found = looked_up(view)
        Subscription.objects.all().delete()
        return found

    monkeypatch.setattr(Webhooks, "get_object", goes)
    answer = crm.post(f"webhooks/{made['id']}/{path}", body, method=method)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_what_it_hears_of_is_sent_again_however_much_else_happened(crm, conversation, monkeypatch):
    monkeypatch.setattr(replaying, "MOST_AT_ONCE", 2)
    made = subscribed(crm, kinds=["relay.failed"])
    for _ in range(4):
        FeedEvent.objects.create(kind="message.received", thread=conversation.thread, data={})
    happens(conversation)
    WebhookDelivery.objects.all().delete()
    answer = crm.post(f"webhooks/{made['id']}/replay/", {"since": "2026-01-01T00:00:00Z"})
    assert answer.json() == {"count": 1}
