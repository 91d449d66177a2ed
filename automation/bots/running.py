"""A bot's turn: the customer's words since the last one go through its script, what comes out is done.

Only scripted bots run here; those over the API are automation.relay's. A bot without steps that is not over the API
either hands over at once.
"""

from automation import outgoing
from automation.bots import endings
from automation.facts import hours_of
from automation.models import BotRun, Decision
from automation.models.bots import script_of
from automation.rules import scripts
from automation.rules.deadlines import Due
from automation.rules.scripts import Why
from inbox import timers
from inbox.actions.refusals import Refusal
from inbox.actions.sending.drafts import Draft, put
from inbox.models import Conversation, Event, Message, Tag
from inbox.moves import write_line
from inbox.rules.taps import TAPS, tapped

# Kinds of message, besides taps, whose words count as an answer; other kinds are words that fit nothing.
WRITTEN = ("text", "image", "video", "document")


def take_turn(change, timer):
    """Deal with the customer's words that came since the last turn, oldest first."""
    conversation = change.conversation
    if conversation is None or conversation.status != Conversation.Status.BOT:
        return
    script = script_of(conversation.bot)
    if not conversation.bot.is_active:
        endings.hand_over(change, Why.OFF)
    elif not script.steps:
        endings.hand_over(change, Why.NO_SCRIPT)
    else:
        _deal_with_words(change, script)


def _deal_with_words(change, script):
    conversation = change.conversation
    run, _ = BotRun.objects.get_or_create(conversation=conversation, defaults={"began_at": change.now})
    around = surroundings(change)
    for message in BotRun.words_owed(conversation):
        actions, state = scripts.turn(script, run.state, word_of(message), around)
        run.keep(state)
        run.word_id, run.ended_at = message.pk, None
        run.save()
        if not _done(change, actions):
            return
    timers.set_timers(change, conversation, {}, among={Due.BOT_OVERDUE})
    # The next word is the customer's, whatever the clocks of two machines say.
    conversation.bot_wrote_at = max(filter(None, (conversation.bot_wrote_at, conversation.last_word_at)))


def word_of(message):
    """A customer's message as the rules know it."""
    if message.kind in TAPS:
        return scripts.Word(str(message.content.get("title", "")), tapped(message.kind, message.content))
    return scripts.Word(message.text if message.kind in WRITTEN else "")


def surroundings(change):
    contact = change.thread.contact
    is_open = hours_of(change.thread.number_id).is_open(change.now)
    return scripts.Surroundings(is_open=is_open, contact_name=contact.name or contact.profile_name)


def _done(change, actions):
    """Do what the turn asks for; False once the bot no longer serves."""
    for action in actions:
        DOINGS[type(action)](change, action)
        if change.conversation.status != Conversation.Status.BOT:
            return False
    return True


def _send(change, action):
    if outgoing.is_among_machines(change):
        outgoing.stop(change, Decision.BOT)
        endings.hand_over(change, Why.TOO_MUCH)
        return
    try:
        put(change, Draft(action.content, author_kind=Message.Author.BOT, bump=False))
    except Refusal as refusal:
        endings.hand_over(change, Why.NOT_SENT, words=refusal.words)


def _add_tag(change, action):
    tag = Tag.objects.filter(pk=action.tag_id).first()
    if tag and not change.conversation.tags.filter(pk=tag.pk).exists():
        change.conversation.tags.add(tag)
        write_line(change, Event.Kind.TAGGED, tag=tag.name, colour=tag.colour, bot=str(change.conversation.bot))


def _hand_over(change, action):
    endings.hand_over(change, action.why, action.team_id, action.agent_id)


def _complete(change, action):
    endings.complete(change)


DOINGS = {
    scripts.Send: _send,
    scripts.AddTag: _add_tag,
    scripts.HandOver: _hand_over,
    scripts.Complete: _complete,
}
