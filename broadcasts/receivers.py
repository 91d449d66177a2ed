"""News from the inbox and from Meta."""

from django.dispatch import receiver

from broadcasts import quality
from broadcasts.engine import fates
from inbox.models import Message
from inbox.signals import messages_moved
from whatsapp.signals import account_restricted, number_rated


@receiver(messages_moved)
def on_messages_moved(sender, messages, now, **kwargs):
    ours = [message for message in messages if message.author_kind == Message.Author.BROADCAST]
    if ours:
        fates.follow(ours, now)


@receiver(number_rated)
def on_number_rated(sender, number, before, **kwargs):
    quality.watch(number, before)


@receiver(account_restricted)
def on_account_restricted(sender, account, **kwargs):
    quality.restricted(account)
