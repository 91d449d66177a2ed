"""What customers say to messages that were sent for a workflow becomes a relay."""

from datetime import timedelta

from django.dispatch import receiver

from automation.models import Relay
from automation.relay import making
from automation.rules.deadlines import Due
from inbox import timers
from inbox.models import Message
from inbox.rules.taps import INTERACTIONS
from inbox.signals import message_queued, message_received

Kind = Relay.Kind


@receiver(message_received, dispatch_uid="automation.relay")
def on_word(sender, message, decision, answered, change, **kwargs):
    if decision.is_relayed:
        kind = Kind.INTERACTION if message.kind in INTERACTIONS else Kind.MESSAGE
        making.relay_response(change, kind, answered, message)


@receiver(message_queued, dispatch_uid="automation.relay")
def on_queued(sender, message, change, **kwargs):
    minutes = message.on_answer.get("no_answer_minutes")
    if minutes and change.conversation:
        due = {Due.NO_ANSWER: change.now + timedelta(minutes=minutes)}
        timers.set_timers(change, change.conversation, due, among={Due.NO_ANSWER})


def no_answer(change, timer):
    """The time is up that the newest message asked for: the workflow is told, unless the customer has written."""
    conversation = change.conversation
    if conversation is None or not conversation.is_open:
        return
    rows = Message.objects.filter(conversation=conversation).exclude(kind__in=Message.ANNOTATIONS)
    asked = rows.filter(on_answer__has_key="no_answer_minutes").order_by("-pk").first()
    if asked and not rows.filter(author_kind=Message.Author.CUSTOMER, pk__gt=asked.pk).exists():
        making.relay_response(change, Kind.NO_ANSWER, asked, minutes=asked.on_answer["no_answer_minutes"])
