"""Receipts let customers' words go first, and share a transaction where they wait in numbers."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from whatsapp.keeping import brings_receipts_only
from whatsapp.models import Account, WebhookCall
from whatsapp.processing import process_receipts, process_waiting, sweep, unclaimed

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return Account.objects.create(name="Hafen", waba_id="9000", access_token="token", app_secret="secret")


def receipt_call(account, number, wamid="wamid.1", is_receipts=True, **fields):
    status = {"id": wamid, "status": "sent", "timestamp": "1795000000", "recipient_id": "491725550137"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "1", "phone_number_id": number},
        "statuses": [status],
    }
    body = {"object": "whatsapp_business_account", "entry": [{"id": account.waba_id, "changes": []}]}
    body["entry"][0]["changes"].append({"field": "messages", "value": value})
    kept = json.dumps(body).encode()
    return WebhookCall.objects.create(account=account, body=kept, is_receipts=is_receipts, **fields)


@pytest.mark.parametrize(
    "body, expected",
    [
        (b'{"value": {"statuses": [{}]}, "field": "messages"}', True),
        (b'{"value": {"statuses":[{}], "messages" : [{}]}, "field": "messages"}', False),
        (b'{"value": {"messages":[{}]}, "field": "messages"}', False),
        (b"{}", False),
    ],
)
def test_calls_that_bring_receipts_only_are_told_by_a_look(body, expected):
    assert brings_receipts_only(body) is expected


def test_receipts_that_wait_are_applied_together_and_hold_up_no_customers_word(account, monkeypatch):
    heard = []
    monkeypatch.setattr("whatsapp.processing.receipts_received.send", lambda *_, events: heard.append(len(events)))
    monkeypatch.setattr("whatsapp.processing.event_received.send", lambda *_, **about: heard.append("word"))
    calls = [receipt_call(account, "109", f"wamid.{place}") for place in range(3)]
    word = receipt_call(account, "109", is_receipts=False)
    process_waiting()
    assert heard == ["word"]
    process_receipts()
    assert heard == ["word", 3]
    for call in (*calls, word):
        call.refresh_from_db()
        assert (call.event_count, call.problems) == (1, [])
        assert call.processed_at


def test_receipts_that_cannot_be_applied_together_are_applied_one_by_one(account, monkeypatch):
    applied = []

    def break_down(*_, events):
        raise ValueError("odd data")

    monkeypatch.setattr("whatsapp.processing.receipts_received.send", break_down)
    monkeypatch.setattr("whatsapp.processing.event_received.send", lambda *_, event, **about: applied.append(event))
    receipt_call(account, "109", "wamid.1")
    receipt_call(account, "109", "wamid.2")
    odd = receipt_call(account, "109")
    WebhookCall.objects.filter(pk=odd.pk).update(body=b"no JSON")
    process_receipts()
    assert [event.wamid for event in applied] == ["wamid.1", "wamid.2"]
    odd.refresh_from_db()
    assert odd.problems
    assert not unclaimed().exists()


def test_the_sweep_takes_receipts_together_too(account, monkeypatch):
    heard = []
    monkeypatch.setattr("whatsapp.processing.receipts_received.send", lambda *_, events: heard.append(len(events)))
    long_ago = timezone.now() - timedelta(minutes=1)
    for place in range(3):
        receipt_call(account, "109", f"wamid.{place}", received_at=long_ago)
    sweep()
    assert heard == [3]
