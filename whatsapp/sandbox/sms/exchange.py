"""The gateway's memory and its rules: who may send what to whom, and who has unsubscribed from which number."""

import re
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict

from whatsapp.sandbox.rates import Bucket
from whatsapp.sandbox.sms.records import Account, Text, accounts
from whatsapp.sandbox.sms.refusals import BAD_FROM, BAD_TO, Refusal

MAX_BODY = 1600
KEPT = 200_000
E164 = re.compile(r"\+[1-9]\d{6,14}")
NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"}
START_WORDS = {"START", "YES", "UNSTOP"}
# The basic table of GSM 03.38, then its extension, whose characters take two places.
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = set("^{}\\[~]|€\f")


class Exchange:
    """All texts either way. `now` and `changed` are the world's: one clock, one state file."""

    def __init__(self, now: Callable[[], float], changed: Callable[[], None]):
        self.now, self.changed = now, changed
        self.clear()

    def clear(self) -> None:
        self.accounts: dict[str, Account] = {a.sid: a for a in accounts()}
        self.texts: dict[str, Text] = {}
        self.unsubscribed: set[tuple[str, str]] = set()
        self.sent_by_callback: Counter = Counter()
        self._buckets: dict[str, Bucket] = {}

    # Sending

    def account(self, sid: str, token: str) -> Account:
        """Raises Refusal 20003."""
        account = self.accounts.get(sid)
        if account is None or not secrets.compare_digest(account.auth_token.encode(), token.encode()):
            raise Refusal(20003)
        return account

    def accept(self, account: Account, to: str, sender: str, body: str, callback: str) -> Text:
        """Queue one text. Raises Refusal as Twilio would, in its order: rate, fields, To, From, body, consent."""
        self._check_rate(account)
        self._check(account, to, sender, body, callback)
        text = self._text(account, to, sender, body, "outbound-api", "queued")
        text.callback = callback
        if callback:
            self.sent_by_callback[callback] += 1
        return text

    def _check_rate(self, account: Account) -> None:
        bucket = self._buckets.setdefault(account.sid, Bucket(account.per_second, self.now()))
        if not bucket.take(self.now(), account.per_second, account.per_second):
            raise Refusal(20429)

    def _check(self, account: Account, to: str, sender: str, body: str, callback: str) -> None:
        for code, missing in ((21604, not to), (21603, not sender), (21602, not body)):
            if missing:
                raise Refusal(code)
        _check_to(to)
        _check_from(account, sender)
        if len(body) > MAX_BODY:
            raise Refusal(21617)
        if callback and not callback.startswith(("http://", "https://")):
            raise Refusal(21609)
        if (sender, to) in self.unsubscribed:
            raise Refusal(21610)

    # Receiving

    def receive(self, phone: str, number: str, body: str) -> Text:
        """A subscriber writes to a number of ours; STOP and START are obeyed here, as Twilio does by itself."""
        account = next((a for a in self.accounts.values() if number in a.numbers), None)
        if account is None:
            raise ValueError(f"No account has the number {number!r}.")
        word = body.strip().upper()
        if word in STOP_WORDS:
            self.unsubscribed.add((number, phone))
        elif word in START_WORDS:
            self.unsubscribed.discard((number, phone))
        return self._text(account, number, phone, body, "inbound", "received")

    def _text(self, account: Account, to: str, sender: str, body: str, direction: str, status: str) -> Text:
        sid = "SM" + secrets.token_hex(16)
        text = Text(sid, account.sid, to, sender, body, direction, self.now(), status, segments(body))
        self.texts[sid] = text
        if len(self.texts) > KEPT:
            self.texts.pop(next(iter(self.texts)))
        self.changed()
        return text

    # The state file

    def dump(self) -> dict:
        texts = [asdict(text) for text in self.texts.values()]
        return {"texts": texts, "unsubscribed": sorted(self.unsubscribed), "callbacks": dict(self.sent_by_callback)}

    def load(self, saved: dict) -> None:
        self.texts = {row["sid"]: Text(**row) for row in saved.get("texts", [])}
        self.unsubscribed = {tuple(pair) for pair in saved.get("unsubscribed", [])}
        self.sent_by_callback = Counter(saved.get("callbacks", {}))


def _check_to(to: str) -> None:
    if to in BAD_TO:
        raise Refusal(BAD_TO[to])
    if not E164.fullmatch(to):
        raise Refusal(21211, f"The 'To' number {to} is not a valid phone number.")


def _check_from(account: Account, sender: str) -> None:
    if sender in BAD_FROM:
        raise Refusal(BAD_FROM[sender])
    if sender not in account.numbers and not NAME.fullmatch(sender):
        raise Refusal(21606 if E164.fullmatch(sender) else 21212)


def segments(body: str) -> int:
    """How many texts the networks carry: 160 or 153 places of the GSM alphabet, else 70 or 67 UTF-16 units."""
    if all(c in GSM or c in GSM_EXTENSION for c in body):
        places, alone, joined = [2 if c in GSM_EXTENSION else 1 for c in body], 160, 153
    else:
        places, alone, joined = [len(c.encode("utf-16-be")) // 2 for c in body], 70, 67
    if sum(places) <= alone:
        return 1
    count, used = 1, 0
    for places_taken in places:
        if used + places_taken > joined:
            count, used = count + 1, 0
        used += places_taken
    return count
