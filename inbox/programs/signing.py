"""Signatures of the Standard Webhooks specification (https://www.standardwebhooks.com), which libraries in many
languages verify. Pure, but for the random bytes of a new secret."""

import base64
import binascii
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
SECRET_BYTES = 32
FEWEST_BYTES = 24


def new_secret():
    """A secret as receivers enter it: `whsec_` and base64 of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def is_secret(text):
    """True for `whsec_` and base64 of 24 bytes or more."""
    try:
        return text.startswith(PREFIX) and len(_key(text)) >= FEWEST_BYTES
    except (binascii.Error, ValueError):
        return False


def headers(message_id, sent_at, body, valid_secrets):
    """The three headers of a call: `message_id` is the same at every try, `sent_at` (aware) is this try's time.

    With several valid secrets (one is being rotated) there is a signature by each, and a receiver accepts any of them.
    """
    seconds = str(int(sent_at.timestamp()))
    signed = b".".join([message_id.encode(), seconds.encode(), body])
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(signed, secret) for secret in valid_secrets),
    }


def _signature(signed, secret):
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _key(secret):
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
