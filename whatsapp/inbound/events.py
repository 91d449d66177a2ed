"""What can happen on Meta's side, each as one frozen fact. All times are aware and in UTC; absent words are ""."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Sender:
    """A customer as WhatsApp knows them. `phone` is E.164 ("+49…"), derived from `wa_id`; with a username and no
    recent contact only `bsuid` (business-scoped user id) is there."""

    phone: str = ""
    wa_id: str = ""
    bsuid: str = ""
    name: str = ""
    username: str = ""


@dataclass(frozen=True)
class Fault:
    """An error that Meta reports. `details` are Meta's own words."""

    code: int
    title: str = ""
    details: str = ""


@dataclass(frozen=True)
class Event:
    """Something that Meta's webhook told about the WhatsApp business account `waba_id`."""

    waba_id: str


@dataclass(frozen=True)
class NumberEvent(Event):
    """It concerns one of the account's numbers."""

    phone_number_id: str


@dataclass(frozen=True)
class MessageReceived(NumberEvent):
    """A customer's message. `content` is the stored shape of `kind`; `raw` is Meta's element, made storable."""

    wamid: str
    sent_at: datetime
    sender: Sender
    kind: str
    content: dict
    quoted_wamid: str = ""
    context: dict = field(default_factory=dict)
    raw: dict = field(default_factory=dict)


@dataclass(frozen=True)
class ReactionReceived(NumberEvent):
    """`emoji` "" takes the sender's reaction away. The target may be unknown to us."""

    wamid: str
    sent_at: datetime
    sender: Sender
    target_wamid: str
    emoji: str


@dataclass(frozen=True)
class MessageEdited(NumberEvent):
    """The customer changed the message `target_wamid`; `content` is the whole new content."""

    wamid: str
    sent_at: datetime
    sender: Sender
    target_wamid: str
    kind: str
    content: dict


@dataclass(frozen=True)
class MessageDeleted(NumberEvent):
    """The customer deleted the message `target_wamid` for everyone."""

    wamid: str
    sent_at: datetime
    sender: Sender
    target_wamid: str


@dataclass(frozen=True)
class ChatOpened(NumberEvent):
    """A customer opened the chat for the first time (`request_welcome`, a legacy of Meta's)."""

    wamid: str
    sent_at: datetime
    sender: Sender


@dataclass(frozen=True)
class IdentityChanged(NumberEvent):
    """A customer changed number, user id or security code. Only what Meta told is filled; `words` are Meta's."""

    wamid: str
    sent_at: datetime
    old_wa_id: str = ""
    new_wa_id: str = ""
    old_bsuid: str = ""
    new_bsuid: str = ""
    words: str = ""


@dataclass(frozen=True)
class StatusReported(NumberEvent):
    """Fate of a message that left by this number: sent, delivered, read, played or failed (then with `error`)."""

    wamid: str
    status: str
    reported_at: datetime
    recipient_wa_id: str = ""
    recipient_bsuid: str = ""
    callback_data: str = ""
    error: Fault | None = None


@dataclass(frozen=True)
class PreferenceChanged(NumberEvent):
    """A customer's choice in the app, for example category "marketing_messages", value "stop" or "resume"."""

    wa_id: str
    bsuid: str
    category: str
    value: str
    changed_at: datetime


@dataclass(frozen=True)
class MessageEchoed(NumberEvent):
    """A person of the business sent this from the phone app (Coexistence)."""

    wamid: str
    sent_at: datetime
    recipient: Sender
    kind: str
    content: dict


@dataclass(frozen=True)
class TemplateChanged(Event):
    """`changes` has any of: event, status, reason, quality, category, correct_category, components, and the objects
    rejection_info, disable_info, other_info as Meta sent them. `components` here is partial: fetch the template."""

    template_id: str
    name: str
    language: str
    changes: dict


@dataclass(frozen=True)
class NumberChanged(Event):
    """Quality, name or security of a number, which Meta names here only by its display number."""

    display_phone_number: str
    field: str
    value: dict


@dataclass(frozen=True)
class AccountChanged(Event):
    """Restrictions, limits, reviews, alerts and the like: `value` as Meta sent it."""

    field: str
    value: dict


@dataclass(frozen=True)
class NumberFaulted(NumberEvent):
    """Meta reports an error of the whole number, tied to no message."""

    fault: Fault


@dataclass(frozen=True)
class Unreadable(Event):
    """An element that we do not know or cannot use. `raw` is that element, made storable."""

    field: str
    reason: str
    raw: object = None
