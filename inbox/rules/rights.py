"""The four sending rights: window, opt-out, template, number. Asked when a message is accepted and as it leaves."""

from dataclasses import dataclass
from datetime import datetime

from whatsapp import message_templates, window
from whatsapp.content import Content, ContentError, Template
from whatsapp.number_states import CUT_OFF

OPTED_OUT_OF_ALL = "all"
OPTED_OUT_OF_MARKETING = "marketing"
MARKETING = "MARKETING"


@dataclass(frozen=True)
class StoredTemplate:
    """A message template as it was last synced: Meta's words for `status` and `category`, Meta's components."""

    status: str
    category: str
    components: list[dict]


@dataclass(frozen=True)
class Facts:
    """What is known of thread and number. `template` is the one that the content names, None where there is none."""

    window_until: datetime | None
    optout: str
    number_status: str
    has_token: bool
    has_address: bool
    template: StoredTemplate | None = None


@dataclass(frozen=True)
class Reason:
    """Why it may not be sent: a stable code, a sentence with what to do, the field it is about."""

    code: str
    words: str
    field: str = ""


def refusal(facts: Facts, content: Content, now: datetime, fits: bool = False) -> Reason | None:
    """None when `content` may be sent. A number on hold is no reason: its messages are accepted and held.

    `fits`: the caller has just matched the components against the stored template.
    """
    is_template = isinstance(content, Template)
    return (
        number_refusal(facts)
        or (consent_refusal(facts) if is_template else window_refusal(facts, now))
        or (template_refusal(facts.template, content, fits) if is_template else None)
    )


def number_refusal(facts: Facts) -> Reason | None:
    if not facts.has_token or facts.number_status in CUT_OFF:
        words = "This number is not connected to WhatsApp. An administrator has to connect it first."
        return Reason("number_not_connected", words)
    if not facts.has_address:
        return Reason(
            "no_address",
            "No WhatsApp number of this contact is known. Add a phone number to the contact.",
        )
    return None


def window_refusal(facts: Facts, now: datetime) -> Reason | None:
    """Free-form messages only while the window is open."""
    if window.is_open(facts.window_until, now):
        return None
    if facts.window_until is None:
        words = "The customer has not written yet. Start with a message template."
        return Reason("window_closed", words)
    words = "More than 24 hours have passed since the customer last wrote. Send a message template instead."
    return Reason("window_closed", words)


def consent_refusal(facts: Facts) -> Reason | None:
    """Message templates are ours to start, so an opt-out blocks them; replies inside the window stay possible."""
    if facts.optout == OPTED_OUT_OF_ALL:
        words = "This contact does not want messages that we start. Wait until they write."
        return Reason("opted_out", words)
    is_marketing = facts.template is not None and facts.template.category == MARKETING
    if facts.optout == OPTED_OUT_OF_MARKETING and is_marketing:
        words = "This contact has turned off marketing messages. Choose a template of another category."
        return Reason("opted_out_of_marketing", words)
    return None


def template_refusal(stored: StoredTemplate | None, content: Template, fits: bool = False) -> Reason | None:
    shown = f"“{content.name}” ({content.language})"
    if stored is None:
        return Reason(
            "template_unknown",
            f"There is no message template {shown}. Choose another one.",
            "name",
        )
    problem = message_templates.problem(stored.status)
    if problem:
        return Reason("template_not_approved", problem, "name")
    if fits:
        return None
    try:
        message_templates.check(stored.components, content.components)
    except ContentError as error:
        return Reason("template_mismatch", error.message, error.field)
    return None
