"""News from the inbox."""

from django.dispatch import receiver

from broadcasts.engine import fates
from inbox.models import Message
from inbox.signals import messages_moved


@receiver(messages_moved)
def on_messages_moved(sender, messages, now, **kwargs):
    ours = [message for message in messages if message.author_kind == Message.Author.BROADCAST]
    if ours:
        fates.follow(ours, now)
