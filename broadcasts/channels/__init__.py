"""The ways a broadcast can go. Each channel is one class; a new one is added here."""

from broadcasts.channels.base import Channel, Obstacle
from broadcasts.channels.email import Email
from broadcasts.channels.sms import Sms
from broadcasts.channels.whatsapp import WhatsApp

CHANNELS = {channel.kind: channel for channel in (WhatsApp(), Email(), Sms())}


def channel_of(broadcast):
    """The Channel of a broadcast."""
    return CHANNELS[broadcast.channel]


__all__ = ["CHANNELS", "Channel", "Email", "Obstacle", "Sms", "WhatsApp", "channel_of"]
