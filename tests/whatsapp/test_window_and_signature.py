"""The 24-hour window (S4-4, S4-18) and Meta's signature."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp import signature, window

WROTE_AT = datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_window_stays_open_for_24_hours_after_the_customers_last_word():
    closes_at = window.closes_at(WROTE_AT)
    assert closes_at - WROTE_AT == timedelta(hours=24)
    assert window.is_open(closes_at, WROTE_AT)
    assert window.is_open(closes_at, closes_at - SECOND)
    assert not window.is_open(closes_at, closes_at)


def test_to_a_customer_who_never_wrote_the_window_is_closed():
    assert not window.is_open(None, WROTE_AT)


BODY = b'{"entry":[{"text":"caf\\u00e9"}]}'


def test_the_signature_is_hmac_sha256_of_the_raw_bytes():
    """Fixed vector of RFC 4231, test case 2."""
    signed = signature.sign("Jefe", b"what do ya want for nothing?")
    assert signed == "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_the_secret_that_signed_is_found_among_several():
    header = signature.sign("second", BODY)
    assert signature.matches(["first", "second"], BODY, header) == "second"


@pytest.mark.parametrize(
    "secrets, body, header",
    [
        (["first"], BODY, signature.sign("other", BODY)),
        (["first"], BODY + b" ", signature.sign("first", BODY)),
        ([""], BODY, signature.sign("", BODY)),
        ([], BODY, signature.sign("first", BODY)),
        (["first"], BODY, None),
        (["first"], BODY, ""),
        (["first"], BODY, "sha256="),
        (["first"], BODY, "sha256=é\ud800"),
        (["first"], BODY, signature.sign("first", BODY).removeprefix("sha256=")),
        (["first"], BODY, signature.sign("first", BODY).replace("sha256", "sha1")),
    ],
)
def test_anything_else_matches_no_secret(secrets, body, header):
    assert signature.matches(secrets, body, header) is None


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.binary())
def test_whatever_is_signed_matches(secret, body):
    assert signature.matches([secret], body, signature.sign(secret, body)) == secret
