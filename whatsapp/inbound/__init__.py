"""Webhook JSON -> a list of events. An unknown kind is an event, never an exception."""

from .events import (
    AccountChanged,
    ChatOpened,
    Event,
    Fault,
    IdentityChanged,
    MessageDeleted,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    NumberChanged,
    NumberEvent,
    NumberFaulted,
    PreferenceChanged,
    ReactionReceived,
    Sender,
    StatusReported,
    TemplateChanged,
    Unreadable,
)
from .parsing import parse
from .reading import Undecodable, decode, storable

__all__ = [
    "AccountChanged",
    "ChatOpened",
    "Event",
    "Fault",
    "IdentityChanged",
    "MessageDeleted",
    "MessageEchoed",
    "MessageEdited",
    "MessageReceived",
    "NumberChanged",
    "NumberEvent",
    "NumberFaulted",
    "PreferenceChanged",
    "ReactionReceived",
    "Sender",
    "StatusReported",
    "TemplateChanged",
    "Undecodable",
    "Unreadable",
    "decode",
    "parse",
    "storable",
]
