"""Elements of `messages` and `message_echoes` -> events."""

from dataclasses import dataclass
from datetime import datetime

from whatsapp.inbound.events import (
    ChatOpened,
    Event,
    IdentityChanged,
    MessageDeleted,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    ReactionReceived,
    Sender,
    Unreadable,
)
from whatsapp.inbound.kinds import kind_and_content
from whatsapp.inbound.people import recipient_of, sender_of
from whatsapp.inbound.place import Place
from whatsapp.inbound.reading import ID_LIMIT, identifier, mapping, text, wa_id

CONTEXT_FLAGS = ("forwarded", "frequently_forwarded")
IDENTITY_TYPES = (
    "user_changed_number",
    "customer_changed_number",
    "user_changed_user_id",
    "customer_identity_changed",
)
NO_CONTENT_OF_ITS_OWN = ("edit", "revoke", "system", "request_welcome")


@dataclass(frozen=True)
class Envelope:
    """What every usable message element has."""

    place: Place
    element: dict
    wamid: str
    sent_at: datetime
    sender: Sender

    @property
    def start(self) -> tuple:
        return (self.place.waba_id, self.place.phone_number_id, self.wamid, self.sent_at, self.sender)

    def refused(self, reason: str) -> Unreadable:
        return self.place.unreadable(reason, self.element)


def message_event(place: Place, element: dict) -> Event:
    """An element without id, time or sender is unreadable; one whose content alone is odd is an unknown message."""
    wamid, sent_at = identifier(element.get("id")), place.moment(element)
    if not wamid or sent_at is None:
        return place.unreadable("no message id" if not wamid else "no usable time", element)
    if element.get("group_id"):
        return place.unreadable("a message to a group", element)
    envelope = Envelope(place, element, wamid, sent_at, sender_of(element, place.contacts))
    if not (envelope.sender.wa_id or envelope.sender.bsuid):
        return place.unreadable("no sender", element)
    return BY_TYPE.get(text(element.get("type"), ID_LIMIT), message_received)(envelope)


def message_received(envelope: Envelope) -> MessageReceived:
    element = envelope.element
    kind, content = kind_and_content(element)
    quoted_wamid = identifier(mapping(element.get("context")).get("id"))
    return MessageReceived(*envelope.start, kind, content, quoted_wamid, context_of(element), element)


def context_of(element: dict) -> dict:
    """How the message came about, besides a quote: forwarded, an ad, a product."""
    told = mapping(element.get("context"))
    found: dict = {flag: True for flag in CONTEXT_FLAGS if told.get(flag) is True}
    for key, value in (("referral", element.get("referral")), ("referred_product", told.get("referred_product"))):
        if mapping(value):
            found[key] = value
    return found


def reaction_received(envelope: Envelope) -> Event:
    kind, content = kind_and_content(envelope.element)
    if kind != "reaction":
        return envelope.refused("a reaction to nothing")
    return ReactionReceived(*envelope.start, content["target"], content["emoji"])


def message_edited(envelope: Envelope) -> Event:
    edit = mapping(envelope.element.get("edit"))
    target, changed = identifier(edit.get("original_message_id")), mapping(edit.get("message"))
    if not target or not changed:
        return envelope.refused("an edit of nothing")
    return MessageEdited(*envelope.start, target, *kind_and_content(changed))


def message_deleted(envelope: Envelope) -> Event:
    target = identifier(mapping(envelope.element.get("revoke")).get("original_message_id"))
    return MessageDeleted(*envelope.start, target) if target else envelope.refused("a deletion of nothing")


def chat_opened(envelope: Envelope) -> ChatOpened:
    return ChatOpened(*envelope.start)


def identity_changed(envelope: Envelope) -> Event:
    """`from` is the identity of before. Old payloads wrote the new number as `new_wa_id` and the old as `customer`."""
    told = mapping(envelope.element.get("system"))
    if told.get("type") not in IDENTITY_TYPES:
        return envelope.refused("a system message of unknown type")
    place, sender = envelope.place, envelope.sender
    new_wa_id = wa_id(told.get("wa_id")) or wa_id(told.get("new_wa_id"))
    return IdentityChanged(
        place.waba_id,
        place.phone_number_id,
        envelope.wamid,
        envelope.sent_at,
        old_wa_id=sender.wa_id,
        new_wa_id=new_wa_id,
        old_bsuid=sender.bsuid,
        new_bsuid=identifier(told.get("user_id")),
        words=text(told.get("body")),
    )


def echo_event(place: Place, element: dict) -> Event:
    wamid, sent_at = identifier(element.get("id")), place.moment(element)
    recipient = recipient_of(element, place.contacts)
    if not wamid or sent_at is None or not (recipient.wa_id or recipient.bsuid):
        return place.unreadable("an echo without id, time or recipient", element)
    if text(element.get("type")) in NO_CONTENT_OF_ITS_OWN:
        return place.unreadable("an echo that is no message", element)
    return MessageEchoed(place.waba_id, place.phone_number_id, wamid, sent_at, recipient, *kind_and_content(element))


BY_TYPE = {
    "reaction": reaction_received,
    "edit": message_edited,
    "revoke": message_deleted,
    "request_welcome": chat_opened,
    "system": identity_changed,
}
