"""The sandbox's memory: accounts, numbers, customers, chats, messages, templates; and who may see what.

One world lives in one event loop; nothing here waits or speaks to a network. `on_news` listeners (the phone page) and
`changed` (the state file) hear of every change.
"""

import base64
import secrets
import time
from collections import Counter
from collections.abc import Callable

from whatsapp.sandbox import cast
from whatsapp.sandbox.records import Account, Chat, Customer, Flow, Media, Message, Number, Template
from whatsapp.sandbox.refusals import Refusal, no_such_node

WINDOW_SECONDS = 24 * 3600
TYPING_SECONDS = 25

SETTINGS = {
    "sent_after": 0.15,
    "delivered_after": 0.5,
    "read_after": 0.2,
    "refuse_closed_window_at_once": False,
    "pair_rate": True,
    "fetch_links": True,
    "review_after": 3.0,
    "request_welcome": True,
    "statuses": "auto",
    "contacts_in_failed": True,
    "allow_list": False,
    "keep_messages": 50_000,
}
"""Seconds between the steps of a message and a template's review; switches of behaviour (docs/sandbox.md)."""


class World:
    def __init__(self, **settings):
        self.settings = {**SETTINGS, **settings}
        self._given = dict(self.settings)
        self.now: Callable[[], float] = time.time
        self.listeners: list[Callable[[str, object], None]] = []
        self.changes = 0
        self.clear()

    def clear(self) -> None:
        """Back to the cast: no chats, no media, seeded templates, settings as started."""
        self.settings = dict(self._given)
        self.accounts: dict[str, Account] = {a.id: a for a in cast.accounts()}
        self.numbers: dict[str, Number] = {n.id: n for n in cast.numbers()}
        self.customers: dict[str, Customer] = {c.id: c for c in cast.customers()}
        self.templates: dict[str, Template] = {t.id: t for t in cast.templates()}
        self.flows: dict[str, Flow] = {}
        self.media: dict[str, Media] = {}
        self.messages: dict[str, Message] = {}
        self.chats: dict[tuple[str, str], Chat] = {}
        self.uploads: dict[str, dict] = {}
        self.sent_by_callback: Counter = Counter()
        self.viewers: dict[str, tuple[str, str]] = {}
        self.index()

    def index(self) -> None:
        """Rebuild the look-ups that follow from the records."""
        self.by_phone = {c.phone: c for c in self.customers.values() if c.phone}
        self.by_user_id = {c.user_id: c for c in self.customers.values()}
        self.by_token = {a.access_token: a for a in self.accounts.values()}

    def changed(self) -> None:
        self.changes += 1

    def tell(self, news: str, subject: object) -> None:
        """Something happened that a phone may want to show, and that the state file must keep."""
        self.changed()
        for listener in self.listeners:
            listener(news, subject)

    # Who may see what

    def number_for(self, account: Account, number_id: str, method: str = "get") -> Number:
        number = self.numbers.get(number_id)
        if number is None or number.account_id != account.id:
            raise no_such_node(number_id, method)
        return number

    def account_for(self, account: Account, account_id: str, method: str = "get") -> Account:
        if account.id != account_id:
            raise no_such_node(account_id, method)
        return account

    def template_named(self, account_id: str, name: str, language: str) -> Template | None:
        rows = (t for t in self.templates.values() if t.account_id == account_id and t.name == name)
        return next((t for t in rows if t.language == language), None)

    # Customers

    def add_customer(self, **given) -> Customer:
        """A new person; phone, id and user id are made up where not given."""
        phone = "".join(c for c in given.get("phone", "") if c.isdigit()) or f"4915{secrets.randbelow(10**9):09d}"
        user_id = given.get("user_id") or f"{country(phone)}.{secrets.randbelow(10**20):020d}"
        taken = self.by_phone.get(phone) or self.by_user_id.get(user_id) or self.customers.get(given.get("id", ""))
        if taken:
            raise ValueError(f"There is a customer with this phone, user id or id already: {taken.id}")
        rest = {k: v for k, v in given.items() if k not in ("phone", "user_id", "id")}
        customer = Customer(id=given.get("id") or f"c{phone}", phone=phone, user_id=user_id, **rest)
        self.customers[customer.id] = customer
        self.by_phone[phone] = customer
        self.by_user_id[user_id] = customer
        self.tell("customer", customer)
        return customer

    def recipient(self, to: str, user_id: str) -> Customer:
        """Whom a send means: `to` wins over `recipient`. An unknown phone becomes a customer.

        Raises Refusal 131009 for what can be no phone number, and 131026 for an unknown user id.
        """
        if to:
            digits = "".join(c for c in to if c.isdigit())
            if not 7 <= len(digits) <= 15 or any(c not in "+-() ." and not c.isdigit() for c in to):
                raise Refusal(131009, "Parameter 'to' is not a valid phone number.")
            return self.by_phone.get(canonical(digits)) or self._stranger(canonical(digits))
        if user_id not in self.by_user_id:
            raise Refusal(131026, "No WhatsApp user has this business-scoped user id.")
        return self.by_user_id[user_id]

    def _stranger(self, digits: str) -> Customer:
        return self.add_customer(name=f"+{digits}", phone=digits, stranger=True)

    # Chats and messages

    def chat(self, number_id: str, customer_id: str) -> Chat:
        key = (number_id, customer_id)
        if key not in self.chats:
            self.chats[key] = Chat(number_id=number_id, customer_id=customer_id)
        return self.chats[key]

    def window_open(self, number_id: str, customer_id: str) -> bool:
        chat = self.chats.get((number_id, customer_id))
        return bool(chat and chat.window_until > self.now())

    def open_window(self, chat: Chat, at: float) -> None:
        chat.window_until = max(chat.window_until, at + WINDOW_SECONDS)

    def keep(self, message: Message) -> Message:
        """Put a message into its chat; the oldest of a very long run are forgotten (`keep_messages`)."""
        self.messages[message.id] = message
        chat = self.chat(message.number_id, message.customer_id)
        chat.messages.append(message.id)
        if message.direction == "in":
            self.open_window(chat, message.at)
        if message.callback_data:
            self.sent_by_callback[message.callback_data] += 1
        if len(self.messages) > self.settings["keep_messages"]:
            self._forget_oldest()
        self.tell("message", message)
        return message

    def _forget_oldest(self) -> None:
        oldest = self.messages.pop(next(iter(self.messages)))
        chat = self.chats[oldest.number_id, oldest.customer_id]
        if oldest.id in chat.messages:
            chat.messages.remove(oldest.id)

    def is_watching(self, number_id: str, customer_id: str) -> bool:
        """Whether this customer has this chat open on a phone page (or was told so by the control API)."""
        return (number_id, customer_id) in self.viewers.values()


def new_wamid(digits: str) -> str:
    """A message id of Meta's look: opaque, base64, at times with `=`, `+` and `/`."""
    inside = (
        b"\x1c\x18" + bytes([len(digits)]) + digits.encode() + b"\x15\x02\x00\x11\x18\x12" + secrets.token_bytes(10)
    )
    return "wamid." + base64.b64encode(inside + b"\x00").decode()


def new_id(prefix: str = "77") -> str:
    """A decimal id of 15 digits: safe as a JSON number too."""
    return prefix + str(secrets.randbelow(10 ** (15 - len(prefix)))).zfill(15 - len(prefix))


def canonical(digits: str) -> str:
    """The id under which WhatsApp knows a number: Brazil drops its ninth digit, Mexico adds a 1."""
    if digits.startswith("55") and len(digits) == 13 and digits[4] == "9":
        return digits[:4] + digits[5:]
    if digits.startswith("52") and len(digits) == 12:
        return "521" + digits[2:]
    return digits


COUNTRIES = {"1": "US", "33": "FR", "34": "ES", "351": "PT", "39": "IT", "44": "GB", "49": "DE", "48": "PL", "55": "BR"}


def country(digits: str) -> str:
    """The country letters that open a made-up user id; XX where this small table does not know."""
    return next((COUNTRIES[digits[:n]] for n in (3, 2, 1) if digits[:n] in COUNTRIES), "XX")
