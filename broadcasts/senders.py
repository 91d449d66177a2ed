"""Senders: who a broadcast comes from, as far ends know them, a test straight out, held after a fault of their own."""

import secrets
from dataclasses import dataclass

from django.utils import timezone

from broadcasts.failures import SenderFault
from broadcasts.mail.letter import From, Letter, email
from broadcasts.mail.post import post
from broadcasts.models import Broadcast, EmailSender, Pace, SmsSender
from broadcasts.sms.gateway import Credentials, Text
from broadcasts.sms.kinds import GATEWAYS
from inbox.queries import numbers_of
from whatsapp.models import Number

Channel = Broadcast.Channel
# The field of a broadcast that names its sender, by channel.
FIELDS = {Channel.WHATSAPP: "number", Channel.EMAIL: "email_sender", Channel.SMS: "sms_sender"}
WORDS = "This is a test of the sender *{}*. If you can read it, broadcasts can leave."
SMS_WORDS = "This is a test of {}."


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


# --- At work ----------------------------------------------------------------------------------------------------------


def writer_of(sender):
    """An EmailSender as the From of a letter."""
    return From(sender.name, sender.address, sender.reply_to)


def credentials_of(sender):
    """An SmsSender as its gateway knows it."""
    return Credentials(sender.sender, sender.account_sid, sender.auth_token)


def email_test(sender, to):
    """Raises broadcasts.failures.NotSent. A test that left lets the sender go on, a fault holds it."""
    reference = f"test-{secrets.token_hex(8)}"
    letter = email(writer_of(sender), Letter(to, f"Test of {sender.name}", WORDS.format(sender.name), reference))
    _try(sender, lambda: post(letter))


def sms_test(sender, to):
    """Likewise, for a phone with country code."""
    text = Text(to, SMS_WORDS.format(sender.name), "")
    _try(sender, lambda: GATEWAYS[sender.kind].send(credentials_of(sender), text))


def _try(sender, send):
    try:
        send()
    except SenderFault as fault:
        hold(sender, fault.words)
        raise
    release(sender)


def hold(sender, words):
    """Nothing leaves by this sender until a person has seen to it."""
    type(sender).objects.filter(pk=sender.pk).update(held_at=timezone.now(), held_reason=words)


def release(sender):
    type(sender).objects.filter(pk=sender.pk).update(held_at=None, held_reason="")


def keep_pace(kind, sender):
    """The lane of a sender, with the pace that its page says. Returns its key."""
    key = f"{kind}:{sender.pk}"
    Pace.objects.update_or_create(key=key, defaults={"per_second": sender.per_second})
    return key
