"""A client of the sandbox's control API for tests: `sandbox.customer("Amira").writes("Hello")`, `sandbox.sent()`.

sandbox = Sandbox(handle.url)
amira = sandbox.customer("Amira")
wamid = amira.writes("Where is my parcel?")
answer = sandbox.waits_for_sent(customer=amira, text="It left Hamburg")
amira.taps(answer, "Yes")
"""

import base64
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import requests

PATIENCE_SECONDS = 10


class SandboxRefused(AssertionError):
    """The control API said no; the words are its own."""


@dataclass
class Sandbox:
    """One running sandbox. `number` is used wherever a customer names none (its first number by default)."""

    url: str
    number: str = ""
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    def call(self, path: str, body: dict | None = None, method: str = "POST", **query) -> dict:
        answer = self.session.request(method, f"{self.url}/control/{path}", json=body, params=query, timeout=30)
        if answer.status_code >= 400:
            raise SandboxRefused(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def get(self, path: str, **query) -> dict:
        return self.call(path, None, "GET", **{k: v for k, v in query.items() if v})

    # People and numbers

    def numbers(self) -> list[dict]:
        """Each with phone_number_id, waba_id, access_token, app_secret, verify_token, display_phone_number."""
        return self.get("numbers")["data"]

    def customer(self, who: str) -> "Phone":
        """By id, first or whole name, phone or user id."""
        people = self.get("customers")["data"]
        digits = "".join(c for c in who if c.isdigit())
        for row in people:
            names = (row["id"], row["name"], row["name"].split()[0], row["user_id"])
            if who in names or (digits and digits == row["phone"]):
                return Phone(self, row)
        raise SandboxRefused(f"There is no customer {who!r}.")

    def new_customer(self, name: str, **given) -> "Phone":
        """given: phone, user_id, username, shares_phone, language, traits (list or dict), id."""
        return Phone(self, self.call("customers", {"name": name, **given}))

    # What the business sent

    def sent(self, customer: "Phone | str" = "", **filters) -> list[dict]:
        """Oldest first: id, type, body, status, error, callback_data, context, shown … filters: number, type, status,
        callback, text."""
        return self.get("sent", customer=getattr(customer, "id", customer), **filters)["data"]

    def doubles(self) -> dict[str, int]:
        """biz_opaque_callback_data that came more than once, with how often."""
        return self.get("sent", limit=1)["doubles"]

    def waits_for_sent(self, count: int = 1, seconds: float = PATIENCE_SECONDS, **filters) -> dict:
        """The newest sent message that fits, once there are `count`."""
        return self._waits(lambda: self.sent(**filters), count, seconds, f"{count} sent {filters}")[-1]

    def waits_until_taken(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Until the product has taken every webhook."""
        self._waits(lambda: [1] if self.get("webhooks")["waiting"] == 0 else [], 1, seconds, "all webhooks taken")

    def _waits(self, look, count: int, seconds: float, what: str) -> list:
        until = time.monotonic() + seconds
        pause = threading.Event()
        while len(found := look()) < count:
            if time.monotonic() > until:
                raise AssertionError(f"Waited {seconds} s for {what}; there are {len(found)}.")
            pause.wait(0.02)
        return found

    # Meta's side

    def status(self, message: dict | str, word: str, **more) -> dict:
        """Push a status by hand: sent, delivered, read, played, failed (code, details); again=True repeats it."""
        return self.call("status", {"message": _id(message), "status": word, **more})

    def template_changes(self, template_id: str, **change) -> dict:
        """status, quality, category, reason."""
        return self.call("templates", {"template": template_id, **change})

    def raw(self, payload: object = None, **more) -> dict:
        """POST exactly this to the product; body="text" for what is no JSON, signature="bad" for a wrong one."""
        return self.call("raw", {"payload": payload, **more})

    def webhooks(self, **filters) -> list[dict]:
        return self.get("webhooks", **filters)["data"]

    def retry(self) -> int:
        """Don't wait for the next attempt; how many webhooks were waiting for one."""
        return self._waits(
            lambda: [n] if (n := self.call("retry", {})["woken"]) else [], 1, PATIENCE_SECONDS, "a retry"
        )[0]

    # Trouble

    def fault(self, kind: str, **parameters) -> int:
        """Set a fault (docs/sandbox.md lists them); answers its id."""
        return self.call("faults", {"kind": kind, **parameters})["id"]

    def clear_faults(self, fault_id: int | None = None) -> None:
        self.call(f"faults/{fault_id}" if fault_id else "faults", None, "DELETE")

    def settings(self, **changes) -> dict:
        return self.call("settings", changes)

    def number_is(self, number: str = "", **switches) -> dict:
        """throughput, announces_edits, registered, fields={...}."""
        return self.call("numbers", {"number": number or self.number, **switches})

    def reset(self) -> None:
        self.call("reset", {})


@dataclass
class Phone:
    """One customer with a phone."""

    sandbox: Sandbox
    row: dict

    @property
    def id(self) -> str:
        return self.row["id"]

    @property
    def name(self) -> str:
        return self.row["name"]

    @property
    def phone(self) -> str:
        return self.row["phone"]

    @property
    def user_id(self) -> str:
        return self.row["user_id"]

    def _does(self, what: str, number: str = "", **body) -> dict:
        number = number or self.sandbox.number
        return self.sandbox.call(what, {"customer": self.id, "number": number, **body})

    def writes(self, text: str, number: str = "", **more) -> str:
        """Answers the message's id. more: quote (id), at (Unix seconds), referral, context, omit."""
        return self._does("say", number, text=text, **more)["id"]

    def says(self, kind: str, content: object = None, number: str = "", **more) -> str:
        """Any kind of message, known or not: `content` stands under the kind's name."""
        return self._does("say", number, type=kind, **({kind: content} if content is not None else {}), **more)["id"]

    def sends_media(self, content: bytes | Path, mime_type: str, filename: str = "", number: str = "", **more) -> str:
        """more: caption, voice=True, kind (sticker), quote."""
        name = filename or (content.name if isinstance(content, Path) else "")
        data = content.read_bytes() if isinstance(content, Path) else content
        text = base64.b64encode(data).decode()
        return self._does("media", number, content=text, mime_type=mime_type, filename=name, **more)["id"]

    def taps(self, message: dict | str, choice: str) -> str:
        """A button, row or quick reply by its id, payload or title."""
        return self._does("tap", message=_id(message), choice=choice)["id"]

    def finishes_flow(self, message: dict | str, **answers) -> str:
        return self._does("flow", message=_id(message), answers=answers)["id"]

    def reacts(self, message: dict | str, emoji: str) -> None:
        self._does("react", message=_id(message), emoji=emoji)

    def edits(self, message: dict | str, text: str) -> None:
        self._does("edit", message=_id(message), text=text)

    def deletes(self, message: dict | str) -> None:
        self._does("delete", message=_id(message))

    def opens_chat(self, number: str = "") -> int:
        """Looks at the chat and keeps looking; answers how many messages became read."""
        return self._does("open", number, viewer=self.id)["read"]

    def closes_chat(self) -> None:
        self._does("close", viewer=self.id)

    def reads(self, message: dict | str = "", number: str = "") -> int:
        """One message, or all that was delivered."""
        return self._does("read", number, **({"message": _id(message)} if message else {}))["read"]

    def changes_number(self, phone: str) -> None:
        self.row = self._does("change-number", phone=phone)

    def stops_marketing(self, number: str = "") -> None:
        self._does("preference", number, value="stop")

    def resumes_marketing(self, number: str = "") -> None:
        self._does("preference", number, value="resume")

    def window_closes_in(self, seconds: float, number: str = "") -> None:
        self._does("window", number, closes_in=seconds)

    def has(self, **changes) -> None:
        """traits=[...], name, username, language, shares_phone."""
        self.row = self.sandbox.call(f"customers/{self.id}", changes)

    def messages(self, number: str = "") -> list[dict]:
        """The chat both ways as the phone shows it, oldest first."""
        number = number or self.sandbox.number
        return self.sandbox.get("messages", customer=self.id, number=number)["data"]


def _id(message: dict | str) -> str:
    return message["id"] if isinstance(message, dict) else message
