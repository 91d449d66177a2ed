"""The webhook's door: who is let in, what is answered, what is kept."""

import json

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from tests.whatsapp.posting import ADDRESS, SECRET, make_captured_number, payload, post, words
from whatsapp import keeping, views
from whatsapp.models import Account, WebhookCall
from whatsapp.signature import sign

pytestmark = pytest.mark.django_db
ASKED = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "prove it"}


def ask(**changed):
    return Client().get(ADDRESS, {**ASKED, **{f"hub.{name}": value for name, value in changed.items()}})


def test_meta_gets_its_challenge_back_for_the_token_of_any_account():
    make_captured_number()
    Account.objects.create(name="Other", waba_id="2", app_secret="x", access_token="x", verify_token="another")
    for token in ("prove it", "another"):
        response = ask(verify_token=token)
        assert (response.status_code, response.content) == (200, b"1158201444")
        assert response["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("changed", [{"verify_token": "guessed"}, {"verify_token": ""}, {"mode": "unsubscribe"}])
def test_a_wrong_token_is_refused(changed):
    make_captured_number()
    assert ask(**changed).status_code == 403


def test_an_account_without_verify_token_opens_no_door():
    number = make_captured_number()
    Account.objects.filter(pk=number.account_id).update(verify_token="")
    assert ask(verify_token="").status_code == 403


def test_a_signed_call_is_kept_as_it_came_and_answered_200():
    number = make_captured_number()
    body = json.dumps(payload(words("wamid.1", "Grüße 👋"))).encode()
    assert post(body).status_code == 200
    call = WebhookCall.objects.get()
    assert (bytes(call.body), call.size_bytes, call.account) == (body, len(body), number.account)
    assert call.processed_at is None


def test_every_accounts_secret_is_tried():
    make_captured_number()
    Account.objects.create(name="Other", waba_id="2", app_secret="other secret", access_token="x")
    assert post(b"{}", secret="other secret").status_code == 200
    assert WebhookCall.objects.get().account.name == "Other"


@pytest.mark.parametrize(
    "header",
    ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc", sign("guessed", b"{}"), sign("", b"{}"), "sha256=ü"],
)
def test_a_forged_call_is_refused_and_leaves_nothing(header):
    make_captured_number()
    assert post(b"{}", HTTP_X_HUB_SIGNATURE_256=header).status_code == 401
    assert not WebhookCall.objects.exists()


def test_a_call_without_signature_is_refused():
    make_captured_number()
    assert Client().generic("POST", ADDRESS, b"{}", content_type="application/json").status_code == 401


def test_a_signature_of_other_bytes_is_refused():
    make_captured_number()
    assert post(b'{"a": 1}', HTTP_X_HUB_SIGNATURE_256=sign(SECRET, b'{"a":1}')).status_code == 401


def test_3_mib_are_taken_and_a_byte_more_is_not():
    make_captured_number()
    assert post(b" " * settings.WEBHOOK_MAX_BYTES).status_code == 200
    assert post(b" " * (settings.WEBHOOK_MAX_BYTES + 1)).status_code == 413
    assert WebhookCall.objects.count() == 1


def test_a_signed_body_that_is_no_json_is_kept():
    make_captured_number()
    assert post(b"\xff{{{").status_code == 200
    assert bytes(WebhookCall.objects.get().body) == b"\xff{{{"


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(method):
    assert getattr(Client(), method)(ADDRESS).status_code == 405


def test_while_the_database_is_away_meta_is_asked_to_repeat(monkeypatch):
    make_captured_number()

    def away(*args, **kwargs):
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(keeping, "_store", away)
    assert post(b"{}").status_code == 503
    monkeypatch.setattr(views, "is_verify_token", away)
    assert ask().status_code == 503


def test_no_cookie_and_no_csrf_token_are_needed():
    make_captured_number()
    client = Client(enforce_csrf_checks=True)
    response = client.generic("POST", ADDRESS, b"{}", HTTP_X_HUB_SIGNATURE_256=sign(SECRET, b"{}"))
    assert response.status_code == 200
    assert not response.cookies
