"""A customer's word in a bot's conversation makes its turn due; whatever ends the conversation stops the run."""

from django.dispatch import receiver

from automation.bots import endings
from automation.models import BotRun
from automation.models.bots import is_program
from automation.rules.deadlines import Due
from inbox import timers
from inbox.models import Conversation
from inbox.signals import conversation_changed, message_received

BOT = Conversation.Status.BOT
OWN = frozenset({Due.BOT_TURN, Due.BOT_OVERDUE})


@receiver(message_received)
def on_word(sender, message, conversation, change, **kwargs):
    if conversation is not None and conversation.status == BOT:
        expect_turn(change, conversation)


@receiver(conversation_changed)
def on_change(sender, conversation, before, change, **kwargs):
    """Handed over, taken over, closed: the run stops. A closing that was undone goes on where it was."""
    was_with_bot = before is not None and before.status == BOT
    if was_with_bot and conversation.status != BOT:
        timers.set_timers(change, conversation, {}, among=OWN)
        BotRun.objects.filter(conversation=conversation).update(ended_at=change.now)
    elif before is not None and not was_with_bot and conversation.status == BOT:
        BotRun.begin(conversation, change.now)
        expect_turn(change, conversation)


def expect_turn(change, conversation):
    """A scripted bot's turn is due now, and overdue half a minute after the oldest word that it owes an answer. A bot
    over the API is told by automation.relay."""
    if is_program(conversation.bot):
        return
    oldest = BotRun.words_owed(conversation).values_list("created_at", flat=True).first()
    if oldest is not None:
        due = {Due.BOT_TURN: change.now, Due.BOT_OVERDUE: oldest + endings.MOST_SILENCE}
        timers.set_timers(change, conversation, due, among=OWN)
