"""What an SMS gateway is to us: it takes a text, and tells what became of it and what people answer.

Another gateway is one class: send, news_in, and a line in `broadcasts.sms.kinds.GATEWAYS`.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Text:
    """`to` in international form with plus; `report_url` hears what becomes of it ("": nobody)."""

    to: str
    body: str
    report_url: str


@dataclass(frozen=True)
class Credentials:
    """What speaks for a sender at its gateway. `sender` is a number with plus, or a name of up to 11 letters."""

    sender: str
    account: str
    secret: str


@dataclass(frozen=True)
class Report:
    """News about a text that we sent: `status` is sent, delivered or failed; code and words with a failure."""

    message_id: str
    status: str
    code: str = ""
    words: str = ""


@dataclass(frozen=True)
class Answer:
    """A text that somebody sent to us; all three as the gateway writes them."""

    message_id: str
    sender: str
    to: str
    body: str


@dataclass(frozen=True)
class Call:
    """One POST of a gateway's to us. `urls`: under which our address may be known to it."""

    urls: list[str]
    fields: dict[str, list[str]]
    signed: str


class BadSignature(Exception):
    """Nobody who knows a secret of ours sent this (403)."""


class Malformed(Exception):
    """Signed, but of no use; its text says why."""


class Gateway(Protocol):
    """One kind of gateway. Neither method keeps anything."""

    name: str

    def send(self, credentials: Credentials, text: Text) -> str:
        """Answers the gateway's id of the message. Raises broadcasts.failures.NotSent and its children."""

    def news_in(self, call: Call, secrets: list[str]) -> Report | Answer:
        """Reads one call of the gateway's; `secrets` are those of our senders. Raises BadSignature and Malformed."""

    def account_in(self, call: Call) -> str:
        """Whose call this says it is, before anything is proven: only to look up the secrets."""
