"""The reply to a customer who waits: closed hours, else queue, else unassigned (S1-20, S1-24, S1-25)."""

from dataclasses import replace

from django.db.models import Q

from automation import log
from automation.facts import Kind, on_at
from automation.outgoing import content_of, say_own
from automation.rules.replies import choose, with_position
from inbox.actions.refusals import Refusal
from inbox.models import Conversation
from inbox.rules.line import WAITING
from whatsapp.content import ContentError, Media


def reply(change, facts, policy):
    """The reply that the rules have found to be due."""
    chosen = choose(facts, policy)
    automation = on_at(change)[chosen.automation]
    try:
        content = content_of(automation)
    except Refusal as refusal:
        log.refused(change, automation.kind, chosen.occasion, refusal.code, words=refusal.words)
        return
    if automation.kind == Kind.QUEUE and automation.says_position:
        content = saying_position(content, count_before(change))
    say_own(change, automation, chosen.occasion, content)


def count_before(change):
    """How many wait before this conversation, in the same team's line of the same number."""
    conversation = change.conversation
    earlier = Q(waiting_since__lt=conversation.waiting_since)
    earlier |= Q(waiting_since=conversation.waiting_since, pk__lt=conversation.pk)
    line = Conversation.objects.filter(earlier, status__in=WAITING, team=conversation.team_id)
    return line.filter(thread__number=change.thread.number_id, thread__window_until__gt=change.now).count()


def saying_position(content, before):
    """`content` with the position as its last line; as it is where there is no room for one."""
    name = "caption" if isinstance(content, Media) else "text"
    try:
        return replace(content, **{name: with_position(getattr(content, name), before)})
    except ContentError:
        return content
