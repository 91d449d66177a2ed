"""Senders at work: as their far ends know them, a test straight out, and standing still after a fault of their own."""

import secrets

from django.utils import timezone

from broadcasts.failures import SenderFault
from broadcasts.mail.letter import From, Letter, email
from broadcasts.mail.post import post
from broadcasts.models import Pace
from broadcasts.sms.gateway import Credentials, Text
from broadcasts.sms.kinds import GATEWAYS

WORDS = "This is a test of the sender *{}*. If you can read it, broadcasts can leave."
SMS_WORDS = "This is a test of {}."


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
