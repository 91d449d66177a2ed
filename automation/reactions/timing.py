"""When a conversation's automations are due: kept true by every change, asked again before anything is done."""

from django.db import transaction

from automation import log
from automation.facts import Kind, facts_of, on_at, policy_of
from automation.rules.deadlines import COMPUTED, Due, deadlines, still_due
from automation.rules.replies import Nothing, choose
from automation.rules.withdrawals import why_withdrawn
from inbox import timers
from inbox.changes import Change
from inbox.clock import database_time
from inbox.models import Conversation, Thread

# A change of none of these fields moves no deadline.
CONCERNED = (
    "status",
    "assignee_id",
    "unanswered_since",
    "waiting_since",
    "assigned_at",
    "served_since",
    "last_word_at",
    "agent_wrote_at",
    "bot_wrote_at",
    "closed_at",
    "customer_wrote_at",
    "last_inbound_id",
)
BOT = Conversation.Status.BOT
# An auto-close that moves because somebody wrote, or that a person did before it, was not given up.
MOVES_ALONG = ("customer_wrote", "closed", "reopened", "answered")


def retime(change):
    """Make the timers of the change's conversation what its facts ask for, and log what is withdrawn.

    One query where the number has nothing on and no bot is there.
    """
    conversation = change.conversation
    automations = on_at(change.thread.number_id)
    if not automations and BOT not in (conversation.status, change.stood.get("status")):
        return
    facts = facts_of(change, conversation)
    policy = policy_of(change.thread.number_id, conversation.bot, automations)
    set_deadlines(change, facts, policy)
    if change.moved("last_inbound_id"):
        _note_left_out(change, facts, policy)


def set_deadlines(change, facts, policy):
    due = deadlines(facts, policy)
    gone = timers.set_timers(change, change.conversation, due, among=COMPUTED)
    for kind in gone:
        note_withdrawn(change, kind, facts, policy)


def retime_number(number_id):
    """What a number wants has changed: so have the deadlines of its open conversations."""
    rows = Conversation.objects.filter(thread__number=number_id).exclude(status=Conversation.Status.CLOSED)
    timed = Conversation.objects.filter(thread__number=number_id, timers__kind__in=COMPUTED)
    for conversation_id in rows.union(timed).values_list("pk", flat=True):
        _retime_one(conversation_id)


@transaction.atomic
def _retime_one(conversation_id):
    threads = Thread.objects.select_related("contact", "number__reception").filter(conversations=conversation_id)
    thread = threads.select_for_update(of=("self",)).first()
    if thread is None:
        return
    change = Change(thread=thread, now=database_time())
    conversation = change.look_at(thread.conversations.select_related("assignee").get(pk=conversation_id))
    policy = policy_of(thread.number_id, conversation.bot)
    set_deadlines(change, facts_of(change, conversation), policy)


def when_due(kind, act):
    """The handler of a kind: `act(change, facts, policy)`, unless its cause is gone or it has to wait longer."""

    def handle(change, timer):
        automations = on_at(change.thread.number_id)
        facts = facts_of(change, change.conversation)
        policy = policy_of(change.thread.number_id, change.conversation.bot, automations)
        if still_due(kind, facts, policy):
            act(change, facts, policy)
            retime(change)
        elif kind not in deadlines(facts, policy):
            note_withdrawn(change, kind, facts, policy)
        else:
            set_deadlines(change, facts, policy)

    return handle


def note_withdrawn(change, kind, facts, policy):
    """Log why a timer went away before it did anything."""
    reason = why_withdrawn(kind, facts, policy)
    automation = _named(change, kind, facts, policy)
    if not reason or automation is None or (kind == Due.AUTO_CLOSE and reason in MOVES_ALONG):
        return
    log.withdrawn(change, automation, _occasion(change, kind), reason, **_who(change, reason))


def _note_left_out(change, facts, policy):
    """What a customer's word did not even begin to draw."""
    if policy.welcomes and facts.first_contact_at and not change.stood:
        if facts.status == BOT:
            log.refused(change, Kind.WELCOME, "", "bot_serves")
        elif facts.is_word_old:
            log.refused(change, Kind.WELCOME, "", "old_word")
    if choose(facts, policy) == Nothing("old_word"):
        automation = _named(change, Due.WAITING_REPLY, facts, policy)
        log.withdrawn(change, automation, _occasion(change, Due.WAITING_REPLY), "old_word")


def _named(change, kind, facts, policy):
    """The automation that a kind of timer is about; None: somebody else's to log."""
    if kind != Due.WAITING_REPLY:
        return kind if kind in Kind.values else None
    if policy.replies_closed_hours and not policy.hours.is_open(facts.now):
        return Kind.CLOSED_HOURS
    was_queued = change.stood.get("status") == Conversation.Status.QUEUED
    return Kind.QUEUE if was_queued and policy.replies_queued else Kind.UNASSIGNED


def _occasion(change, kind):
    """As the occasion would have been called if it had been settled; what stood before the change tells."""
    if kind == Due.REMINDER:
        return _iso(change, "unanswered_since")
    if kind == Due.WAITING_REPLY:
        return _iso(change, "waiting_since")
    return f"conversation:{change.conversation.pk}" if kind == Due.SURVEY else ""


def _iso(change, name):
    moment = change.stood.get(name) or getattr(change.conversation, name)
    return moment.isoformat() if moment else ""


def _who(change, reason):
    """Whose doing it was, where that is known."""
    conversation = change.conversation
    if reason == "agent_replied" and conversation.last_message and conversation.last_message.author:
        return {"by": str(conversation.last_message.author)}
    if reason in ("someone_serves", "answered") and conversation.assignee:
        return {"by": str(conversation.assignee)}
    if reason == "closed" and conversation.closed_by:
        return {"by": str(conversation.closed_by)}
    return {}
