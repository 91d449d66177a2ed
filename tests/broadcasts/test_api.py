"""Broadcasts over the API, in the shape of S3."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from broadcasts.api.shapes import REASONS, STATUSES
from broadcasts.models import Broadcast, Recipient
from inbox.api.docs import described
from inbox.models import Installation, Message
from tests.api.conftest import Program
from tests.broadcasts.sending import NOTICE, VALUES, carry_all, phone_of, report
from tests.factories import make_contact, make_number

pytestmark = pytest.mark.django_db

IDA = {"phone": phone_of(1), "params": {"name": "Ida", "date": "1 May", "from": "9:00", "to": "12:00"}}
NOBODY = {"phone": phone_of(2), "params": {"date": "2 May", "from": "13:00", "to": "15:00"}}
BOTH = {"template": NOTICE, "users": [IDA, NOBODY], "params": {"Name": "Customer"}}


@pytest.fixture
def crm(client, berlin):
    Installation.switch_on()
    return Program(client, ["broadcasts:read", "broadcasts:write"])


def sent_through(crm, body=BOTH):
    """Post it, carry it, and return what the API says of it then."""
    created = crm.post("broadcasts/", body)
    assert created.status_code == 201, created.json()
    carry_all(Broadcast.objects.get(pk=created.json()["id"]))
    return crm.get(f"broadcasts/{created.json()['id']}/").json()


def refused(crm, **changed):
    """(status, code, field) of a refusal; nothing was written."""
    answer = crm.post("broadcasts/", {**BOTH, **changed})
    assert not Broadcast.objects.exists()
    assert not Recipient.objects.exists()
    return answer.status_code, answer.json()["code"], answer.json().get("field", "")


def test_the_delivery_notice_four_values_each_one_literal_and_a_default_name(crm, meta):
    """Shows S3-1, S3-2, S3-10, S3-11, S3-14, S3-15, S3-16, S3-17, S3-18, S3-19, S3-20, S3-21, S3-22, S3-24, S3-25,
    S3-26, S3-27."""
    answer = sent_through(crm)
    assert sorted(row["shown"]["body"] for row in meta.sent()) == [
        "Dear Customer, your parcel comes on 2 May between 13:00 and 15:00. Questions? Call +31367606600.",
        "Dear Ida, your parcel comes on 1 May between 9:00 and 12:00. Questions? Call +31367606600.",
    ]
    assert answer["status"] == "finished"
    assert answer["statistics"]["total"] == answer["statistics"]["sent"] == 2
    assert Broadcast.objects.count() == 1


def test_sending_is_asynchronous_and_pending_is_counted(crm, meta):
    """Shows S3-28, S3-40, S3-41, S3-42."""
    created = crm.post("broadcasts/", BOTH).json()
    assert meta.sent() == []
    nought = dict.fromkeys(("sent", "delivered", "read", "failure", "skipped", "cancelled"), 0)
    assert created["statistics"] == {"total": 2, "pending": 2, **nought}
    shown = crm.get(f"broadcasts/{created['id']}/").json()
    assert [(one["phone"], one["status"]) for one in shown["statuses"]] == [
        (phone_of(1), "pending"),
        (phone_of(2), "pending"),
    ]


@pytest.mark.parametrize(
    "end, params, urls",
    [
        ("my-campaign-referrer-link", {}, ["my-campaign-referrer-link"] * 3),
        ("{{ link }}", {"link": "new-user"}, ["first-user", "new-user", "second-user"]),
    ],
)
def test_a_link_in_a_button_ends_the_same_for_all_or_in_ones_own_value_or_the_default(crm, meta, end, params, urls):
    """Shows S3-32, S3-33, S3-34, S3-35, S3-36."""
    button = {"type": "button", "sub_type": "url", "index": 0, "parameters": [{"type": "text", "text": end}]}
    users = [
        {"phone": phone_of(1), "params": {"link": "first-user"}},
        {"phone": phone_of(2), "params": {"link": "second-user"}},
        {"phone": phone_of(3)},
    ]
    template = {"name": "campaign", "language": "en", "components": [button]}
    sent_through(crm, {"template": template, "users": users, "params": params})
    assert sorted(row["shown"]["buttons"][0]["url"] for row in meta.sent()) == [
        f"https://example.com/{u}" for u in urls
    ]


def test_statuses_and_failures_say_reason_and_details_and_failures_stand_in_both_lists(crm, meta):
    """Shows S3-30, S3-31, S3-37, S3-38, S3-39, S3-43, S3-44."""
    broadcast_id = sent_through(crm)["id"]
    report(Message.objects.order_by("pk")[0], "delivered")
    report(Message.objects.order_by("pk")[1], "failed", 131026)
    shown = crm.get(f"broadcasts/{broadcast_id}/").json()
    delivered, failed = shown["statuses"]
    assert (delivered["status"], delivered["reason"]) == ("delivered", None)
    assert (failed["status"], failed["reason"], failed["code"]) == ("failure", "whatsapp_131026", 131026)
    assert failed["details"]
    assert shown["failures"] == [failed]
    assert (shown["statistics"]["delivered"], shown["statistics"]["failure"]) == (1, 1)


def test_who_opted_out_is_skipped_and_who_is_named_twice_gets_it_once(crm, meta):
    """Shows S3-54."""
    make_contact("Ida", phone_of(1), whatsapp_optout="all")
    again = {**NOBODY, "phone": phone_of(2).replace("+49", "+49 ")}
    shown = sent_through(crm, {**BOTH, "users": [IDA, NOBODY, again]})
    assert [(one["status"], one["reason"]) for one in shown["statuses"]] == [
        ("skipped", "opted_out"),
        ("sent", None),
        ("skipped", "duplicate"),
    ]
    assert (shown["statistics"]["skipped"], shown["failures"], len(meta.sent())) == (2, [], 1)


def with_texts(*texts):
    return {**NOTICE, "components": [{"type": "body", "parameters": [{"type": "text", "text": t} for t in texts]}]}


IMAGE = {"type": "header", "parameters": [{"type": "image", "image": {"id": "1"}}]}


@pytest.mark.parametrize(
    "changed, code, field",
    [
        ({"template": {**NOTICE, "name": "unknown"}}, "template_unknown", "template"),
        ({"template": {**NOTICE, "language": "fr"}}, "template_unknown", "template"),
        ({"template": {**NOTICE, "name": "storm_notice"}}, "template_not_approved", "template"),
        ({"template": with_texts("{{ name }}")}, "content", "body"),
        ({"template": {**NOTICE, "components": [*NOTICE["components"], IMAGE]}}, "content", "header"),
        ({"template": {**NOTICE, "components": [{"parameters": []}]}}, "content", "components.0"),
        ({"params": {}}, "value_missing", "body parameter 1"),
        ({"users": [{**IDA, "params": {**IDA["params"], "date": "1\n May"}}]}, "content", "body parameter 2"),
        ({"users": [{**IDA, "phone": "12"}]}, "phone_invalid", "users.0.phone"),
        ({"users": [IDA, {"phone": 5}]}, "invalid", "users.1.phone"),
        ({"users": [{**IDA, "parms": {}}]}, "invalid", "users.0.parms"),
        ({"users": [{**IDA, "params": {"name": {"first": "Ida"}}}]}, "invalid", "users.0.params.name"),
        ({"users": []}, "users_missing", "users"),
        ({"users": "all"}, "invalid", "users"),
        ({"scheduled": "tomorrow"}, "invalid", "scheduled"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_sent_naming_component_and_parameter(crm, changed, code, field):
    """Shows S3-47, S3-48, S3-49."""
    assert refused(crm, **changed) == (400, code, field)


def test_ten_thousand_users_go_in_one_call_and_no_more(crm):
    users = [{"phone": f"+49152288{place:05}", "params": {**IDA["params"]}} for place in range(10_001)]
    assert refused(crm, users=users)[:2] == (400, "invalid")
    created = crm.post("broadcasts/", {**BOTH, "users": users[:-1]})
    assert created.status_code == 201, created.json()
    shown = crm.get(f"broadcasts/{created.json()['id']}/").json()
    assert len(shown["statuses"]) == shown["statistics"]["pending"] == 10_000


def test_the_number_is_the_keys_or_the_only_one_or_has_to_be_named(crm, client, berlin):
    assert crm.post("broadcasts/", BOTH).json()["number"] == berlin.pk
    lisbon = make_number("Lisbon", berlin.account)
    answer = crm.post("broadcasts/", BOTH)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "number_required", "number")
    assert crm.post("broadcasts/", {**BOTH, "number": lisbon.pk}).json()["number"] == lisbon.pk
    of_lisbon = Program(client, ["broadcasts:read", "broadcasts:write"], number=lisbon)
    assert of_lisbon.post("broadcasts/", BOTH).json()["number"] == lisbon.pk
    assert {one["number"] for one in of_lisbon.get("broadcasts/").json()["results"]} == {lisbon.pk}
    theirs = Broadcast.objects.filter(number=berlin).latest("pk")
    assert of_lisbon.get(f"broadcasts/{theirs.pk}/").status_code == 404
    assert of_lisbon.post(f"broadcasts/{theirs.pk}/cancel/").status_code == 404


def test_until_the_switches_are_on_nothing_is_accepted_and_the_answer_names_the_switch(crm):
    """Shows S3-4, S3-5."""
    Installation.objects.update(rest_api_is_on=False, broadcasting_is_on=False)
    assert refused(crm)[:2] == (403, "rest_api_off")
    Installation.objects.update(rest_api_is_on=True)
    assert refused(crm)[:2] == (403, "broadcasting_off")
    assert crm.get("broadcasts/").status_code == 200


def test_a_key_needs_the_scopes(crm, client):
    reader = Program(client, ["broadcasts:read"])
    assert reader.post("broadcasts/", BOTH).json()["code"] == "scope_missing"
    assert reader.get("broadcasts/").status_code == 200
    assert Program(client, ["broadcasts:write"]).get("broadcasts/").status_code == 403


def test_the_same_call_under_the_same_name_is_one_broadcast(crm):
    first, again = (crm.post("broadcasts/", BOTH, Idempotency_Key="spring") for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert Broadcast.objects.count() == 1


def test_one_that_is_scheduled_waits_for_its_time(crm):
    at = (timezone.now() + timedelta(hours=1)).isoformat()
    created = crm.post("broadcasts/", {**BOTH, "scheduled_at": at, "name": "Spring"}).json()
    assert (created["status"], created["name"]) == ("scheduled", "Spring")
    assert crm.get("broadcasts/", status="scheduled").json()["results"][0]["id"] == created["id"]
    too_late = (timezone.now() + timedelta(days=400)).isoformat()
    assert crm.post("broadcasts/", {**BOTH, "scheduled_at": too_late}).json()["field"] == "scheduled_at"


def test_it_is_paused_resumed_cancelled_and_the_failed_are_tried_again(crm, meta):
    broadcast_id = crm.post("broadcasts/", BOTH).json()["id"]
    paused = crm.post(f"broadcasts/{broadcast_id}/pause/").json()
    assert (paused["status"], paused["pause"]["reason"]) == ("paused", "by_hand")
    assert crm.post(f"broadcasts/{broadcast_id}/resume/").json()["status"] == "sending"
    carry_all(Broadcast.objects.get())
    report(Message.objects.latest("pk"), "failed", 131049)
    assert crm.post(f"broadcasts/{broadcast_id}/retry-failed/").json() == {"retried": 1, "left_out": 0}
    cancelled = crm.post(f"broadcasts/{broadcast_id}/cancel/").json()
    assert cancelled["status"] == "cancelled"
    assert (cancelled["statistics"]["skipped"], cancelled["statistics"]["cancelled"]) == (1, 0)
    assert crm.post(f"broadcasts/{broadcast_id}/resume/").status_code == 409


def test_what_became_of_users_comes_in_pages_and_by_status(crm, meta):
    broadcast_id = sent_through(crm)["id"]
    page = crm.get(f"broadcasts/{broadcast_id}/recipients/", limit=1).json()
    assert [one["phone"] for one in page["results"]] == [phone_of(1)]
    assert page["next"]
    assert crm.get(f"broadcasts/{broadcast_id}/recipients/", status="failure").json()["results"] == []
    assert crm.get(f"broadcasts/{broadcast_id}/recipients/", status="lost").status_code == 400


def test_every_status_and_reason_stands_in_the_apis_description():
    """Shows S3-45."""
    fields = described()["components"]["schemas"]["StatusOfUser"]["properties"]
    for status in STATUSES:
        assert f"`{status}`" in fields["status"]["description"]
    for reason in REASONS:
        assert f"`{reason}`" in fields["reason"]["description"]


@pytest.mark.parametrize(
    "user",
    [
        b'{"phone": "+4915228810001", "params": {"name": 1e400}}',
        b'{"phone": "+4915228810001", "params": {"name": "\\ud800"}}',
        b'{"phone": "+4915228810001", "params": {"\\ud800": "x"}}',
        b'{"phone": "+4915228810001", "params": {"\\ud800": []}}',
        b'{"phone": "+4915228810001", "params": {"a\\u0000b": "x"}}',
        b'{"phone": "+4915228810001", "\\ud800": 1}',
        b'{"phone": "\\ud800"}',
        b'{"phone": ["+4915228810001"]}',
        b'{"phone": "+4915228810001", "params": [1]}',
        b'{"phone": "+4915228810001", "params": "x"}',
        b"null",
        b"7",
        b'"+4915228810001"',
    ],
)
def test_a_user_who_cannot_be_kept_is_refused_in_words(crm, user):
    """Never a 500, and nothing is written."""
    body = json.dumps({**BOTH, "params": VALUES, "users": ["*"]}).replace('"*"', user.decode())
    answer = crm.client.post("/api/v1/broadcasts/", body, "application/json", headers=crm.headers())
    assert answer.status_code == 400, answer.content
    assert not Broadcast.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"template": None},
        {"template": []},
        {"template": {**NOTICE, "components": {}}},
        {"template": {**NOTICE, "components": [{"type": "body", "parameters": 5}]}},
        {"template": {**NOTICE, "components": [{"type": "body", "parameters": ["x"]}]}},
        {"template": {**NOTICE, "components": [{"type": "body", "parameters": {"a": 1}}]}},
        {"template": {**NOTICE, "components": [{"type": {}, "parameters": []}]}},
        {"template": {**NOTICE, "components": [{"type": "button", "sub_type": {}, "index": {}, "parameters": [{}]}]}},
        {"template": {**NOTICE, "components": [{"type": "body", "parameters": [{"type": "text", "text": None}] * 5}]}},
        {"template": {**NOTICE, "components": [{"type": "body", "parameters": [{"type": "text", "text": {}}] * 5}]}},
        {"template": {**NOTICE, "name": {}}},
        {"users": {}},
        {"users": "x"},
        {"users": None},
        {"number": 10**30},
        {"number": "1"},
        {"scheduled_at": "0001-01-01T00:00:00+14:00"},
        {"scheduled_at": "9999-12-31T23:59:59-14:00"},
        {"scheduled_at": 7},
        {"stop_percent": 10**30},
        {"name": "a\u0000b"},
        {"params": []},
        {"params": {"name": float("inf")}},
        {"\ud800": 1},
        {"template": {**NOTICE, "\ud800": 1}},
        {"status": "finished"},
        {"created_by": 1},
        {"lane": "whatsapp:1"},
    ],
)
def test_a_body_of_a_wrong_type_is_refused_in_words(crm, changed):
    answer = crm.post("broadcasts/", {**BOTH, **changed})
    assert answer.status_code in (400, 404), answer.content
    assert not Broadcast.objects.exists()


def test_the_end_of_a_link_travels_encoded_however_its_kind_is_written(crm, meta):
    """S3-35: blanks in a value break no link."""
    ends = [{"type": "text", "text": "{{ end }}"}]
    component = {"type": "BUTTON", "sub_type": "URL", "index": "0", "parameters": ends}
    template = {"name": "campaign", "language": "en", "components": [component]}
    users = [{"phone": phone_of(1), "params": {"end": "first user"}}]
    assert crm.post("broadcasts/", {"template": template, "users": users}).status_code == 201
    carry_all(Broadcast.objects.get())
    button = Message.objects.get().content["preview"]["buttons"][0]
    assert button["url"] == "https://example.com/first%20user"
