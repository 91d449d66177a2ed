"""How a bot's conversation ends: complete, the customer silent (S1-39, S1-40), or handed over to people.

After each of them nothing of the bot is left: people's rules apply to a conversation that was handed over, and one that
a bot closed was served by nobody whom a survey could be about (S1-45).
"""

from datetime import timedelta

from automation import log
from automation.models import BotRun, Decision
from automation.rules import occasions
from automation.rules.scripts import Why
from inbox.actions import closing
from inbox.actions.assignment import hand_over_within
from inbox.models import Agent, Conversation, Team

# A bot that owes an answer for so long has failed.
MOST_SILENCE = timedelta(seconds=30)
COMPLETE = "bot_complete"
SILENCE = "bot_silence"


def hand_over(change, why, team_id=None, agent_id=None, **data):
    """To a team, an agent who serves the number, or as the number assigns. What cannot be found is left out."""
    conversation, bot = change.conversation, str(change.conversation.bot)
    team = Team.objects.filter(pk=team_id).first() if team_id else None
    if team:
        conversation.team = team
    conversation.handover_to = Agent.objects.filter(pk=agent_id).first() if agent_id else None
    hand_over_within(change, str(why), **({"team": team.name} if team else {}))
    if why == Why.SCRIPT:
        log.done(change, Decision.BOT, _occasion(change), did="handed_over", bot=bot)
    else:
        log.refused(change, Decision.BOT, _occasion(change), str(why), bot=bot, **data)


def complete(change):
    """The process is complete: the bot closes."""
    _close(change, COMPLETE)


def _close(change, by_rule, **data):
    bot = str(change.conversation.bot)
    closing.close_within(change, by_rule=by_rule)
    log.done(change, Decision.BOT, _occasion(change), did=by_rule, bot=bot, **data)


def customer_is_silent(change, timer):
    """The bot wrote last, and nothing came for as long as the bot is set to wait."""
    conversation = change.conversation
    if _is_with_bot(conversation) and conversation.bot_wrote_at and not BotRun.words_owed(conversation).exists():
        waited = change.now - conversation.bot_wrote_at
        if waited >= timedelta(minutes=conversation.bot.silence_minutes):
            _close(change, SILENCE, minutes=conversation.bot.silence_minutes)


def bot_is_silent(change, timer):
    """The bot owed an answer for too long."""
    if _is_with_bot(change.conversation) and BotRun.words_owed(change.conversation).exists():
        hand_over(change, Why.SILENT)


def _is_with_bot(conversation):
    return conversation is not None and conversation.status == Conversation.Status.BOT


def _occasion(change):
    return occasions.end(change.conversation.pk, change.version)
