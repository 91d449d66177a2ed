"""News of the inbox becomes deadlines, inside the change that it is about."""

from django.db.models.signals import post_save
from django.dispatch import receiver

from automation.reactions import consent_words, timing, welcome
from inbox.models import Reception
from inbox.signals import conversation_changed, message_received, thread_opened
from whatsapp.wake import wake


@receiver(conversation_changed)
def on_conversation_changed(sender, change, **kwargs):
    if change.moved(*timing.CONCERNED) or timing.has_acted(change):
        timing.retime(change)


@receiver(thread_opened)
def on_thread_opened(sender, change, at, **kwargs):
    welcome.chat_opened(change, at)


@receiver(message_received)
def on_consent_word(sender, decision, change, **kwargs):
    if decision.consent:
        consent_words.expect_reply(change)


@receiver(post_save, sender=Reception)
def on_reception_saved(sender, instance, **kwargs):
    """How long its conversations wait for their customers may have changed."""
    wake("automation.tasks.retime_number", instance.number_id)
