"""Who a broadcast comes from: one of our numbers, or a sender of email or SMS."""

from dataclasses import dataclass

from broadcasts.models import Broadcast, EmailSender, SmsSender
from inbox.queries import numbers_of
from whatsapp.models import Number

Channel = Broadcast.Channel
# The field of a broadcast that names its sender, by channel.
FIELDS = {Channel.WHATSAPP: "number", Channel.EMAIL: "email_sender", Channel.SMS: "sms_sender"}


@dataclass(frozen=True)
class Choice:
    """A sender that may be chosen. `value` is "channel:id"; `problem` says why it cannot send now, "" where it can."""

    channel: str
    sender: Number | EmailSender | SmsSender
    detail: str
    problem: str = ""

    @property
    def value(self):
        return f"{self.channel}:{self.sender.pk}"

    @property
    def name(self):
        return self.sender.name


def sender_of(broadcast):
    """The Number, EmailSender or SmsSender of a broadcast, None where it has none yet."""
    return getattr(broadcast, FIELDS[broadcast.channel])


def choices_for(agent):
    """The senders that an agent may broadcast from, in the order of the channels."""
    numbers = numbers_of(agent).select_related("account").order_by("name", "pk")
    return [
        *(Choice(Channel.WHATSAPP, one, one.display_phone_number, _problem(one)) for one in numbers),
        *(Choice(Channel.EMAIL, one, one.address, _problem(one)) for one in EmailSender.objects.filter(is_active=True)),
        *(Choice(Channel.SMS, one, one.sender, _problem(one)) for one in SmsSender.objects.filter(is_active=True)),
    ]


def choose(broadcast, choice):
    """Make it come from this sender, and from no other. Nothing is saved."""
    broadcast.channel = choice.channel
    for channel, field in FIELDS.items():
        setattr(broadcast, field, choice.sender if channel == choice.channel else None)


def _problem(sender):
    return f"It cannot send at the moment: {sender.held_reason}" if sender.held_at else ""
