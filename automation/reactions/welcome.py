"""The welcome: once per contact and number, when the chat is opened, else on the first word (S1-4, S1-5)."""

from dataclasses import replace

from automation import log
from automation.facts import Kind, facts_of, on_at, policy_of
from automation.models import Decision
from automation.outgoing import say_own
from automation.reactions.timing import note_withdrawn
from automation.rules.deadlines import Due, still_due
from automation.rules.facts import TOO_OLD
from inbox import timers
from inbox.models import Message

ONCE = ""


def chat_opened(change, at):
    """Meta reports that the customer opened the chat at `at`: a welcome is wanted, if the thread holds nothing."""
    if Kind.WELCOME not in on_at(change) or _is_settled(change.thread):
        return
    if change.thread.messages.exists():
        return
    if change.now - at > TOO_OLD:
        log.refused(change, Kind.WELCOME, ONCE, "old_word")
        return
    timers.set_timers(change, None, {Due.WELCOME: change.now}, among=[Due.WELCOME])


def fire(change, timer):
    """The timer of a conversation came of a word, that of the thread alone of the opening."""
    if timer.conversation_id is None:
        if not _is_settled(change.thread):
            _send(change)
        return
    policy = policy_of(change)
    facts = replace(facts_of(change, change.conversation), first_contact_at=timer.due_at)
    if still_due(Due.WELCOME, facts, policy):
        _send(change)
    else:
        note_withdrawn(change, Due.WELCOME, facts, policy)


def _send(change):
    automation = on_at(change).get(Kind.WELCOME)
    if automation is None:
        log.refused(change, Kind.WELCOME, ONCE, "switched_off")
    elif change.thread.messages.exclude(author_kind=Message.Author.CUSTOMER).exists():
        log.refused(change, Kind.WELCOME, ONCE, "already_answered")
    else:
        say_own(change, automation, ONCE)


def _is_settled(thread):
    welcomes = Decision.objects.filter(thread=thread, automation=Kind.WELCOME, occasion=ONCE)
    return welcomes.filter(outcome__in=Decision.SETTLING).exists()
