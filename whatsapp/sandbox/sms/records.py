"""What the gateway remembers: plain records whose fields are all JSON values. Times are Unix seconds (float)."""

from dataclasses import dataclass

FINAL = ("delivered", "undelivered", "failed", "received")


@dataclass
class Account:
    """Who may send: `sid` and `auth_token` are the basic auth, and the token signs what the gateway calls.

    `numbers` may stand as From; `sms_url` hears inbound texts (empty: the product's usual address); `per_second` is
    how many requests are taken before 429.
    """

    sid: str
    auth_token: str
    numbers: list
    sms_url: str = ""
    per_second: float = 1000.0


@dataclass
class Text:
    """One SMS either way. `status` outbound: queued, sent, delivered, undelivered, failed; inbound: received."""

    sid: str
    account_sid: str
    to: str
    sender: str
    body: str
    direction: str
    at: float
    status: str
    segments: int = 1
    error_code: int | None = None
    callback: str = ""
    fate: int | None = None


def accounts() -> list[Account]:
    """The cast's account: fixed, and of no use but here."""
    sid, token = "AC00000000000000000000000000000042", "9b1de4fa77c04b3c8f2d60a5e1c7d384"
    return [Account(sid=sid, auth_token=token, numbers=["+4915735550142", "+351910555025"])]
