"""A signed call of a program, in the Standard Webhooks format: how webhooks and relays both leave."""

import json

from inbox.programs import door, signing


def call(url, message_id, content, secrets, now):
    """POST `content` (JSON's types), signed with each of `secrets`; returns the door.Answer, raises door.CallFailed.
    `message_id` is the same at every try.

    Slow (up to ten seconds): never called inside a transaction.
    """
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    headers = signing.headers(message_id, now, body, secrets)
    return door.post(url, body, {"Content-Type": "application/json", **headers})
