"""The SMS side of the sandbox for tests: what was sent, what subscribers write, what goes wrong."""

from dataclasses import dataclass

from tests.sandbox.phone import PATIENCE_SECONDS, Sandbox


@dataclass
class Texting:
    """`sandbox` is the control client; the account is the cast's only one."""

    sandbox: Sandbox

    def account(self) -> dict:
        """{sid, auth_token, numbers, ...}"""
        return self.sandbox.get("sms/accounts")["data"][0]

    def account_is(self, **changes) -> None:
        """sms_url, per_second."""
        self.sandbox.call("sms/accounts", changes)

    def sent(self, **filters) -> list[dict]:
        """Oldest first: sid, to, sender, body, status, error_code, callback. filters: to, body."""
        return self.sandbox.get("sms/sent", **filters)["data"]

    def doubles(self) -> dict[str, int]:
        return self.sandbox.get("sms/sent", limit=1)["doubles"]

    def waits_for_sent(self, count: int = 1, seconds: float = PATIENCE_SECONDS, **filters) -> list[dict]:
        return self.sandbox._waits(lambda: self.sent(**filters), count, seconds, f"{count} texts {filters}")

    def says(self, phone: str, text: str, number: str = "") -> dict:
        return self.sandbox.call("sms/say", {"from": phone, "text": text, **({"to": number} if number else {})})

    def status(self, text: dict, word: str, code: int | None = None) -> None:
        """Report a status by hand, whatever the text stood at."""
        self.sandbox.call("sms/status", {"sid": text["sid"], "status": word, "code": code})

    def callbacks(self) -> list[dict]:
        """What was posted to the product: url, fields, status (0: nobody answered)."""
        return self.sandbox.get("sms/callbacks")["data"]

    def fault(self, kind: str, **parameters) -> None:
        self.sandbox.call("sms/faults", {"kind": kind, **parameters})

    def clear_faults(self) -> None:
        self.sandbox.call("sms/faults", None, "DELETE")
