"""The cast of the email and SMS tests: senders, broadcasts with their recipients, and one run of them."""

import itertools

from django.utils import timezone

from broadcasts import ledger
from broadcasts.channels.email import Email
from broadcasts.channels.sms import Sms
from broadcasts.models import Broadcast, EmailSender, Recipient, SmsSender

CHANNELS = {"email": Email(), "sms": Sms()}
_serial = itertools.count(1)


def make_email_sender(**fields):
    serial = next(_serial)
    return EmailSender.objects.create(**{"name": "Hafen & Co", "address": f"news{serial}@hafen.example", **fields})


def make_sms_sender(account, **fields):
    """`account`: of the gateway, as the sandbox's control API tells it."""
    known = {"sender": account["numbers"][0], "account_sid": account["sid"], "auth_token": account["auth_token"]}
    return SmsSender.objects.create(**{"name": "Hafen texts", **known, **fields})


def make_email(addresses=(), *, subject="Your parcel", message="Dear {{ name }}, it is here.", **fields):
    """A broadcast by email that is under way. `addresses`: of its recipients, or {address: params}."""
    sender = fields.pop("email_sender", None) or make_email_sender()
    content = {"subject": subject, "message": message}
    return _under_way("email", addresses, email_sender=sender, content=content, **fields)


def make_sms(sender, phones=(), *, message="Your parcel is here.", offers_stop=False, **fields):
    content = {"message": message, "offers_stop": offers_stop}
    return _under_way("sms", phones, sms_sender=sender, content=content, **fields)


def _under_way(channel, addresses, **fields):
    fields = {"params": {"name": "friend"}, "status": "sending", "started_at": timezone.now(), **fields}
    broadcast = Broadcast(channel=channel, **fields)
    broadcast.lane = CHANNELS[channel].lane(broadcast)
    broadcast.save()
    params = addresses if isinstance(addresses, dict) else dict.fromkeys(addresses, {})
    ledger.add(broadcast, [ledger.Entry(address, params=own) for address, own in params.items()], timezone.now())
    return broadcast


def enter(broadcast, now=None):
    """Claim everybody who is due; returns what is to leave."""
    now = now or timezone.now()
    recipients = ledger.take_next(broadcast, 100, now)
    return CHANNELS[broadcast.channel].enter(broadcast, recipients, now)


def run(broadcast, now=None):
    """One run of a courier, without its pace. Returns the codes of those refused for now."""
    channel = CHANNELS[broadcast.channel]
    now = now or timezone.now()
    channel.left_behind(broadcast.lane, 100, now)
    return channel.leave(broadcast.lane, enter(broadcast, now))


def fates(broadcast):
    """{address: (status, reason)} of its recipients."""
    rows = Recipient.objects.filter(broadcast=broadcast).order_by("pk")
    return {row.address: (row.status, row.reason) for row in rows}


def only(broadcast):
    """Its only recipient."""
    return Recipient.objects.get(broadcast=broadcast)
