"""Who may ask: keys, scopes, limits, names for writes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import ApiKey, IdempotencyKey, Tag
from tests.factories import make_number


def problem(response):
    assert response["Content-Type"].startswith("application/problem+json")
    body = response.json()
    assert body["status"] == response.status_code
    return body["code"]


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer sb_", "Bearer sb_x_y", "Basic abc", "Bearer \xff\xfe"])
def test_without_a_valid_key_nothing_is_answered(client, header):
    response = client.get("/api/v1/numbers/", headers={"Authorization": header})
    assert response.status_code == 401
    assert problem(response) in ("not_authenticated", "key_refused")
    assert "Bearer" in response["WWW-Authenticate"]


def test_a_key_is_kept_hashed_and_its_last_use_is_noted(program, berlin):
    crm = program()
    secret = crm.token.split("_", 2)[2]
    assert secret not in str(ApiKey.objects.values().get())
    assert [row["name"] for row in crm.get("numbers/").json()["results"]] == ["Berlin"]
    assert ApiKey.objects.get().last_used_at is not None


@pytest.mark.parametrize(
    "ended", [{"expires_at": timezone.now() - timedelta(seconds=1)}, {"revoked_at": timezone.now()}]
)
def test_an_expired_or_revoked_key_is_refused(program, ended):
    crm = program()
    ApiKey.objects.update(**ended)
    assert problem(crm.get("numbers/")) == "key_refused"


def test_a_rotated_secret_works_on_while_both_are_valid(program):
    crm = program()
    old = crm.token
    key = ApiKey.objects.get()
    crm.token = key.rotate(previous_until=timezone.now() + timedelta(hours=1))
    key.save()
    assert crm.get("numbers/").status_code == 200
    crm.token = old
    assert crm.get("numbers/").status_code == 200
    ApiKey.objects.update(previous_until=timezone.now())
    assert crm.get("numbers/").status_code == 401


def test_a_key_does_what_its_scopes_say_and_nothing_else(program):
    crm = program("numbers:read")
    assert crm.get("numbers/").status_code == 200
    refused = crm.get("contacts/")
    assert (refused.status_code, problem(refused)) == (403, "scope_missing")
    assert "contacts:read" in refused.json()["detail"]


def test_a_key_of_one_number_sees_nothing_of_others(program, berlin):
    munich = make_number("Munich")
    crm = program(number=munich)
    assert [row["name"] for row in crm.get("numbers/").json()["results"]] == ["Munich"]
    assert problem(crm.get(f"numbers/{berlin.pk}/")) == "not_found"


def test_every_answer_says_how_often_one_may_ask_and_too_often_says_when_again(program):
    crm = program(requests_per_minute=2)
    first = crm.get("numbers/")
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("2", "1")
    assert 0 < int(first["RateLimit-Reset"]) <= 60
    answers = [crm.get("numbers/") for _ in range(4)]
    refused = answers[-1]
    assert (refused.status_code, problem(refused)) == (429, "too_many_requests")
    assert 0 < int(refused["Retry-After"]) <= 61


@pytest.mark.parametrize(
    "method, path, status",
    [("get", "contacts/", 403), ("get", "numbers/99/", 404), ("get", "nothing/", 404), ("put", "numbers/", 405)],
)
def test_refusals_of_a_valid_key_are_counted_and_say_the_limits_too(program, method, path, status):
    crm = program("numbers:read", requests_per_minute=5)
    answers = [crm.post(path, method=method) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [status] * 5 + [429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
    assert 0 < int(answers[-1]["Retry-After"]) <= 61


def test_a_key_learns_what_it_may_do(program, berlin):
    until = timezone.now() + timedelta(days=30)
    shown = program("numbers:read", number=berlin, requests_per_minute=60, expires_at=until).get("key/").json()
    assert (shown["name"], shown["scopes"], shown["number"]) == ("CRM", ["numbers:read"], berlin.pk)
    assert (shown["requests_per_minute"], shown["expires_at"][:10]) == (60, f"{until:%Y-%m-%d}")
    assert "digest" not in str(shown)


def test_a_named_write_happens_once_and_is_answered_the_same(program):
    crm = program()
    answers = [crm.post("tags/", {"name": "VIP", "colour": "red"}, Idempotency_Key="one") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotency-Replayed"] == "true"
    assert Tag.objects.count() == 1


def test_a_name_used_for_another_request_is_refused(program):
    crm = program()
    crm.post("tags/", {"name": "VIP"}, Idempotency_Key="one")
    assert problem(crm.post("tags/", {"name": "Late"}, Idempotency_Key="one")) == "idempotency_key_reused"


def test_a_refused_write_may_be_sent_again_under_its_name(program):
    crm = program()
    assert problem(crm.post("tags/", {"name": ""}, Idempotency_Key="one")) == "invalid"
    assert crm.post("tags/", {"name": "VIP"}, Idempotency_Key="one").status_code == 201


def test_changes_and_deletions_are_named_too(program):
    crm = program()
    tag = crm.post("tags/", {"name": "VIP"}).json()
    for _ in range(2):
        changed = crm.post(f"tags/{tag['id']}/", {"name": "Late"}, method="patch", Idempotency_Key="change")
        assert changed.json()["name"] == "Late"
    assert changed["Idempotency-Replayed"] == "true"
    other = crm.post(f"tags/{tag['id']}/", {"name": "Soon"}, method="patch", Idempotency_Key="change")
    assert problem(other) == "idempotency_key_reused"
    assert Tag.objects.get().name == "Late"


def test_the_same_name_of_another_key_is_another_name(program):
    for name in ("VIP", "Late"):
        assert program().post("tags/", {"name": name}, Idempotency_Key="one").status_code == 201


def test_the_same_name_at_another_address_is_another_request(program):
    crm = program()
    crm.post("contacts/", {"external_id": "C-1"}, Idempotency_Key="one")
    assert problem(crm.post("tags/", {"external_id": "C-1"}, Idempotency_Key="one")) == "idempotency_key_reused"


def test_names_are_free_again_after_24_hours(program):
    crm = program()
    crm.post("tags/", {"name": "VIP"}, Idempotency_Key="one")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert crm.post("tags/", {"name": "Late"}, Idempotency_Key="one").status_code == 201
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert IdempotencyKey.forget_old() == 1


def test_a_wrong_body_names_its_fields(program):
    crm = program()
    answer = crm.post("tags/", {"name": "x" * 50, "colour": "plaid"})
    assert answer.json()["field"] == "name"
    assert {error["field"] for error in answer.json()["errors"]} == {"name", "colour"}


def test_what_is_no_json_is_said_to_be_unreadable(program, client):
    crm = program()
    answer = client.post("/api/v1/tags/", b"{", content_type="application/json", headers=crm.headers())
    assert (answer.status_code, problem(answer)) == (400, "body_unreadable")
    answer = client.post("/api/v1/tags/", b"a=1", content_type="text/plain", headers=crm.headers())
    assert (answer.status_code, problem(answer)) == (415, "media_type_unknown")


def test_pages_go_on_by_cursor(program):
    crm = program()
    for count in range(5):
        crm.post("tags/", {"name": f"Tag {count}"})
    seen, page = [], crm.get("tags/", limit=2).json()
    while True:
        seen += [row["name"] for row in page["results"]]
        if not page["next"]:
            break
        page = crm.client.get(page["next"], headers=crm.headers()).json()
    assert seen == [f"Tag {count}" for count in range(5)]


@pytest.mark.parametrize("path", ["conversations/abc/", "nothing/", ""])
def test_an_address_that_is_none_is_answered_in_the_same_shape(program, path):
    answers = [program().get(path), program().post(path)]
    assert {(answer.status_code, problem(answer)) for answer in answers} == {(404, "not_found")}
