"""Bots over the API: a bot without a script whose program is called with every word of its customers.

It answers each word at once, later by the relay's answer, or freely: what it says over the API meanwhile deals with the
words that it has.
"""

from django.dispatch import receiver

from automation import outgoing
from automation.bots import endings
from automation.models import BotRun, Decision, Relay
from automation.models.bots import is_program
from automation.relay import failing, making
from automation.rules.deadlines import Due
from automation.rules.loops import MOST_MESSAGES
from automation.rules.scripts import Why
from inbox import timers
from inbox.delivery.outcomes import mark_failed
from inbox.models import Conversation, Message
from inbox.signals import conversation_changed, message_queued, message_received

BOT = Conversation.Status.BOT
NO_LONGER_ITS = "The conversation is no longer the bot's."
TWO_MACHINES = f"Not sent: more than {MOST_MESSAGES} automatic messages in ten minutes. People have it now."


@receiver(message_received, dispatch_uid="automation.relay.bots")
def on_word(sender, conversation, decision, change, **kwargs):
    if conversation is not None and conversation.status == BOT and is_program(conversation.bot):
        relay_words(change)


@receiver(conversation_changed, dispatch_uid="automation.relay.bots")
def on_change(sender, conversation, before, change, **kwargs):
    """It came to a bot's program: that gets what is unanswered. It left: nothing is asked of the program any more."""
    was_with_bot = before is not None and before.status == BOT
    if was_with_bot and conversation.status != BOT:
        rows = Relay.objects.filter(conversation=conversation, kind=Relay.Kind.BOT, status__in=Relay.OPEN)
        rows.update(status=Relay.Status.FAILED, settled_at=change.now, failure=NO_LONGER_ITS, claimed_until=None)
    elif before is not None and not was_with_bot and conversation.status == BOT and is_program(conversation.bot):
        relay_words(change)


@receiver(message_queued, dispatch_uid="automation.relay.bots")
def on_queued(sender, message, change, **kwargs):
    """The bot's program speaks by itself."""
    is_free = message.author_kind == Message.Author.BOT and message.api_key_id and not message.context
    if not is_free:
        return
    if outgoing.is_among_machines(change, besides=message):
        mark_failed(change, message, None, TWO_MACHINES)
        change.save(message)
        outgoing.stop(change, Decision.BOT)
        endings.hand_over(change, Why.TOO_MUCH)
    else:
        _deal_freely(change)


def bot_is_silent(change, timer):
    """The bot owed an answer for too long: its relay has failed, a script is handed over as it is."""
    rows = Relay.objects.filter(conversation=change.conversation, kind=Relay.Kind.BOT, status__in=Relay.OPEN)
    overdue = rows.filter(deadline_at__lte=change.now).select_related("message", "asked", "api_key").first()
    if overdue is None:
        endings.bot_is_silent(change, timer)
        return
    failing.fail_within(change, overdue, failing.KEPT_SILENT, Why.SILENT)
    overdue.save()


def relay_words(change):
    """Every word that the bot owes an answer and no program was told yet; overdue half a minute after the oldest."""
    words = BotRun.words_owed(change.conversation).filter(relays__isnull=True)
    for word in words:
        making.relay_to_bot(change, word)
    set_overdue(change)


def dealt_with(change, relay):
    """The bot has answered a word of its conversation."""
    if relay.is_for_bot and relay.message_id:
        relay.save()
        _note_dealt_with(change, relay.message_id)


def set_overdue(change):
    """The bot is silent once the oldest word that it has not dealt with has waited for too long."""
    conversation = change.conversation
    waiting = Relay.objects.filter(conversation=conversation, kind=Relay.Kind.BOT, status__in=Relay.OPEN)
    oldest = waiting.order_by("deadline_at").values_list("deadline_at", flat=True).first()
    due = {Due.BOT_OVERDUE: oldest} if oldest else {}
    timers.set_timers(change, conversation, due, among={Due.BOT_OVERDUE})


def _deal_freely(change):
    """What it was told already is dealt with. A call that still runs may bring an answer of its own."""
    rows = Relay.objects.filter(conversation=change.conversation, kind=Relay.Kind.BOT)
    known = rows.filter(status__in=[Relay.Status.TAKEN, Relay.Status.SENDING])
    newest = known.order_by("-message").values_list("message", flat=True).first()
    known.filter(status=Relay.Status.SENDING).update(answer=Relay.FREE)
    known.filter(status=Relay.Status.TAKEN).update(
        status=Relay.Status.ANSWERED, settled_at=change.now, answer=Relay.FREE
    )
    if newest:
        _note_dealt_with(change, newest)


def _note_dealt_with(change, word_id):
    run, _ = BotRun.objects.get_or_create(conversation=change.conversation, defaults={"began_at": change.now})
    run.word_id, run.ended_at = max(run.word_id, word_id), None
    run.save()
    set_overdue(change)
