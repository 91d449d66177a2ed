"""The one answer to an opt-out or opt-in word (S3-56). The word opened the window, so this may be said after a refusal.

What the word does is done by then, in the inbox: an answer that cannot be sent takes nothing back.
"""

from automation import log
from automation.facts import Kind
from automation.models import Automation, Decision
from automation.outgoing import say_own
from automation.rules import occasions
from automation.rules.deadlines import Due
from inbox import timers
from inbox.models import Message
from inbox.rules.consent import OPT_IN, OPT_OUT

KINDS = {OPT_OUT: Kind.OPT_OUT, OPT_IN: Kind.OPT_IN}


def expect_reply(change):
    """The answer to the newest word is due now; words that come in one breath are answered once."""
    timers.set_timers(change, None, {Due.CONSENT_REPLY: change.now}, among=[Due.CONSENT_REPLY])


def reply(change, timer):
    """Say what the number is set to say, unless this word was answered."""
    words = Message.objects.filter(thread=change.thread, author_kind=Message.Author.CUSTOMER)
    word = words.filter(context__consent__in=KINDS).order_by("-at", "-pk").first()
    if word is None or _is_settled(word):
        return
    automation = Automation.of(change.thread.number_id, KINDS[word.context["consent"]])
    if automation.is_on:
        say_own(change, automation, occasions.word(word.pk))
    else:
        log.refused(change, automation.kind, occasions.word(word.pk), "switched_off")


def _is_settled(word):
    decided = Decision.objects.filter(thread=word.thread_id, occasion=occasions.word(word.pk))
    return decided.filter(outcome__in=Decision.SETTLING).exists()
