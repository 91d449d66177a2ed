"""Meta's signature of a webhook: HMAC-SHA256 of the raw body with the app secret (Meta: webhooks/getting-started)."""

import hashlib
import hmac
from collections.abc import Iterable

PREFIX = "sha256="


def sign(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature-256` for these very bytes."""
    return PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def matches(secrets: Iterable[str], body: bytes, header: str | None) -> str | None:
    """The secret that signed `body`, or None. Compares in constant time; an empty secret matches nothing."""
    given = (header or "").encode("utf-8", "replace")
    for secret in secrets:
        if secret and hmac.compare_digest(sign(secret, body).encode(), given):
            return secret
    return None
