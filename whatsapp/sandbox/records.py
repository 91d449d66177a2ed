"""What the sandbox remembers: plain records whose fields are all JSON values. Times are Unix seconds (float)."""

from dataclasses import dataclass, field

TRAITS = {
    "no_whatsapp": 131026,
    "blocks_us": 131026,
    "opted_out": 131050,
    "marketing_cap": 131049,
    "experiment": 130472,
    "not_allowed": 131030,
    "receipts_off": None,
    "never_delivered": None,
    "slow": None,
}
"""Recipient traits and the code that a message to such a person meets (None: no error, only other receipts)."""


@dataclass
class Account:
    """A WhatsApp Business account (WABA) with the one app that reaches it."""

    id: str
    name: str
    portfolio_id: str
    portfolio_name: str
    app_id: str
    app_secret: str
    verify_token: str
    access_token: str
    country: str = "DE"
    currency: str = "EUR"
    timezone_id: str = "47"
    subscribed: bool = True
    callback_url: str = ""
    status: str = "APPROVED"


@dataclass
class Number:
    """A business phone number. `throughput` is messages per second; `announces_edits` is Meta's Coexistence."""

    id: str
    account_id: str
    display_phone_number: str
    verified_name: str
    profile: dict = field(default_factory=dict)
    automation: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)
    fields: dict = field(default_factory=dict)
    blocked: list = field(default_factory=list)
    qr_codes: dict = field(default_factory=dict)
    callback_url: str = ""
    public_key: str = ""
    pin: str = ""
    throughput: int = 80
    registered: bool = True
    announces_edits: bool = False

    @property
    def digits(self) -> str:
        return "".join(c for c in self.display_phone_number if c.isdigit())


@dataclass
class Customer:
    """A person with a phone. `shares_phone` False: a username user whose number the business does not get to see."""

    id: str
    name: str
    phone: str
    user_id: str
    username: str = ""
    shares_phone: bool = True
    language: str = "en"
    traits: dict = field(default_factory=dict)
    stranger: bool = False


@dataclass
class Chat:
    """One customer with one number. `window_until` is when the customer service window closes."""

    number_id: str
    customer_id: str
    messages: list = field(default_factory=list)
    window_until: float = 0.0
    typing_until: float = 0.0
    welcomed: bool = False


@dataclass
class Message:
    """One message either way. `body` is what stands under the type's key; `shown` is a template as the phone shows it.

    `status` outbound: accepted, sent, delivered, read, played, failed; inbound: pending, delivered, read.
    """

    id: str
    number_id: str
    customer_id: str
    direction: str
    type: str
    body: object
    at: float
    status: str
    context: dict | None = None
    callback_data: str = ""
    addressed_by: str = "phone"
    category: str = "service"
    shown: dict | None = None
    error: dict | None = None
    reactions: dict = field(default_factory=dict)
    edited: bool = False
    deleted: bool = False


@dataclass
class Media:
    """A stored file. `uploaded` True: by the business (30 days), False: sent by a customer (7 days)."""

    id: str
    number_id: str
    mime_type: str
    sha256: str
    size: int
    filename: str
    created_at: float
    uploaded: bool = True


@dataclass
class Template:
    id: str
    account_id: str
    name: str
    language: str
    category: str
    components: list
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"
    quality: str = "UNKNOWN"
    rejected_reason: str = "NONE"
    ttl: int | None = None
    edited_at: list = field(default_factory=list)


@dataclass
class Flow:
    id: str
    account_id: str
    name: str
    categories: list
    status: str = "DRAFT"
    endpoint_uri: str = ""
    flow_json: str = ""
    validation_errors: list = field(default_factory=list)


@dataclass
class Delivery:
    """One webhook change on its way to the product. `raw` replaces what would be built; `signature` "good" or "bad"."""

    id: int
    url: str
    account_id: str
    field: str
    value: object
    lane: str
    due_at: float
    message_id: str = ""
    attempts: int = 0
    state: str = "pending"
    answer: str = ""
    raw: str | None = None
    signature: str = "good"
    created_at: float = 0.0
