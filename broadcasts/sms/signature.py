"""X-Twilio-Signature, checked: HMAC-SHA1 with the auth token over the address and the sorted form fields. Pure.

Source: twilio.com/docs/usage/webhooks/webhooks-security. The address is the one that was given to the gateway, with its
query; behind a proxy a request may show another one, so the caller names those that it goes by.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping


def signature(auth_token: str, url: str, fields: Mapping[str, list[str]]) -> str:
    """`fields`: each name with its values; of a name that came twice each different value counts once, in order."""
    parts = [name + value for name in sorted(fields) for value in sorted(set(fields[name]))]
    text = (url + "".join(parts)).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.new(auth_token.encode(), text, hashlib.sha1).digest()).decode()


def fits(given: str, auth_token: str, urls: Iterable[str], fields: Mapping[str, list[str]]) -> bool:
    """Whether `given` signs these fields for any of the addresses. An empty token signs nothing."""
    told = given.encode("utf-8", "replace")
    signed = [signature(auth_token, url, fields).encode() for url in urls if auth_token]
    return any(hmac.compare_digest(told, each) for each in signed)
