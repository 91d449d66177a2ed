"""Broadcasts, their ledger, and how fast they leave. Import the nouns from here."""

from broadcasts.models.broadcasts import Broadcast
from broadcasts.models.files import BroadcastFile
from broadcasts.models.pace import Courier, Pace
from broadcasts.models.recipients import SHARDS, Recipient, Tally
from broadcasts.models.senders import BadCall, EmailSender, SmsAnswer, SmsSender

__all__ = [
    "SHARDS",
    "BadCall",
    "Broadcast",
    "BroadcastFile",
    "Courier",
    "EmailSender",
    "Pace",
    "Recipient",
    "SmsAnswer",
    "SmsSender",
    "Tally",
]
