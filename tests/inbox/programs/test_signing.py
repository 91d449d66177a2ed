"""Signatures, checked by the public library that receivers use."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from inbox.programs import signing

BODY = b'{"type": "message.received", "data": {"text": "Gr\xc3\xbc\xc3\x9fe"}}'


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))))
def test_the_public_library_verifies_what_we_sign(content):
    secret, body = signing.new_secret(), json.dumps(content).encode()
    headers = signing.headers("evt_1", datetime.now(UTC), body, [secret])
    assert Webhook(secret).verify(body, headers) == content


def test_while_a_secret_is_rotated_both_verify_and_no_third_one():
    old, new, other = (signing.new_secret() for _ in range(3))
    headers = signing.headers("evt_1", datetime.now(UTC), BODY, [new, old])
    Webhook(new).verify(BODY, headers)
    Webhook(old).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(BODY, headers)


@pytest.mark.parametrize("changed", [{"webhook-id": "evt_2"}, {"webhook-timestamp": "1700000000"}])
def test_what_was_changed_on_the_way_is_noticed(changed):
    secret = signing.new_secret()
    headers = signing.headers("evt_1", datetime.now(UTC), BODY, [secret])
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, {**headers, **changed})
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY + b" ", headers)


def test_secrets_are_long_and_never_the_same():
    made = {signing.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(signing.is_secret(secret) for secret in made)


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_c2hvcnQ=", "secret", "whsec_%%%", "whsec_ümlaut"])
def test_what_is_no_secret(text):
    assert not signing.is_secret(text)
