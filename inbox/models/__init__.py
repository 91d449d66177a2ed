"""The inbox's nouns. One module each; import them from here."""

from inbox.models.consent import Consent
from inbox.models.contacts import Contact, ContactMerge, Identity
from inbox.models.conversations import (
    CannedReply,
    Conversation,
    Participant,
    ReadMark,
    Tag,
    Thread,
)
from inbox.models.events import Event
from inbox.models.feed import FEED_KIND_OF_LINE, FeedEvent, FeedHead, FeedKind, Subscription, WebhookDelivery
from inbox.models.groups import Group
from inbox.models.imports import ContactImport
from inbox.models.installation import Installation
from inbox.models.keys import ApiKey, IdempotencyKey
from inbox.models.messages import Attachment, Message
from inbox.models.people import Agent, Team
from inbox.models.pulse import Pulse
from inbox.models.reception import Bot, Reception
from inbox.models.shown_once import ShownOnce
from inbox.models.timers import Timer

__all__ = [
    "FEED_KIND_OF_LINE",
    "Agent",
    "ApiKey",
    "Attachment",
    "Bot",
    "CannedReply",
    "Consent",
    "Contact",
    "ContactImport",
    "ContactMerge",
    "Conversation",
    "Event",
    "Group",
    "FeedEvent",
    "FeedHead",
    "FeedKind",
    "IdempotencyKey",
    "Identity",
    "Installation",
    "Message",
    "Participant",
    "Pulse",
    "ReadMark",
    "Reception",
    "ShownOnce",
    "Subscription",
    "Tag",
    "Team",
    "Thread",
    "Timer",
    "WebhookDelivery",
]
