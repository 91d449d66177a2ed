"""When a conversation's automations are due: kept true by every change, asked again before anything is done."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from automation import log
from automation.facts import AS_STORED, Kind, facts_of, on_at, policy_of
from automation.models import Automation
from automation.rules import occasions
from automation.rules.deadlines import COMPUTED, Due, deadlines, still_due
from automation.rules.replies import Hold, Nothing, choose
from automation.rules.withdrawals import why_withdrawn
from inbox import events, timers
from inbox.changes import change_together
from inbox.clock import database_time
from inbox.models import Conversation, Thread

# A change of none of these fields moves no deadline.
CONCERNED = (*AS_STORED, "assignee_id", "last_inbound_id")
# So many threads are locked at once when a number's wishes have changed.
BATCH = 100
# So long after settings were saved it is made sure that they hold for open conversations.
CHANGED_LATELY = timedelta(hours=1)
BOT, PENDING = Conversation.Status.BOT, Conversation.Status.PENDING
# An auto-close that moves because somebody wrote, or that a person did before it, was not given up.
MOVES_ALONG = ("customer_wrote", "closed", "reopened", "answered")


def retime(change):
    """Make the timers of the change's conversation what its facts ask for, and log what is withdrawn.

    One query where the number has nothing on, no bot is there and nobody waits for the customer.
    """
    if not on_at(change) and {BOT, PENDING}.isdisjoint({change.conversation.status, change.stood.get("status")}):
        return
    facts, policy = facts_of(change, change.conversation), policy_of(change)
    set_deadlines(change, facts, policy)
    if change.moved("last_inbound_id"):
        _note_left_out(change, facts, policy)
    if has_acted(change):
        _note_hold(change, facts, policy)


def set_deadlines(change, facts, policy):
    gone = timers.set_timers(change, change.conversation, deadlines(facts, policy), among=COMPUTED)
    for kind in gone:
        note_withdrawn(change, kind, facts, policy)


def has_acted(change):
    """Whether this change is what an automation did when its timer fired."""
    fired = change.deadlines and change.deadlines.fired
    return fired is not None and fired.kind in COMPUTED


def retime_changed(now=None):
    """The same for numbers that were changed lately: a wake-up may be lost, and a worker die half-way."""
    changed = Automation.objects.filter(changed_at__gt=(now or database_time()) - CHANGED_LATELY)
    for number_id in set(changed.values_list("number", flat=True)):
        retime_number(number_id)


def retime_number(number_id):
    """What a number wants has changed: so have the deadlines of its conversations."""
    rows = Conversation.objects.filter(thread__number=number_id)
    is_closed = Q(status=Conversation.Status.CLOSED)
    # A thread is changed on one of its conversations at a time, and may have one of each.
    for some in (rows.exclude(is_closed), rows.filter(is_closed, timers__kind__in=COMPUTED).distinct()):
        conversation_ids = list(some.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(conversation_ids), BATCH):
            _retime_together(conversation_ids[start : start + BATCH])
    # The conversations did not change, their deadlines did: open screens look again.
    events.viewers_changed(number_id=number_id)


@transaction.atomic
def _retime_together(conversation_ids):
    threads = Thread.objects.select_related("contact", "number__reception").order_by("pk")
    of_these = Conversation.objects.filter(pk__in=conversation_ids).values("thread")
    locked = list(threads.filter(pk__in=of_these).select_for_update(of=("self",)))
    with change_together(locked, conversation_ids, database_time()) as changes:
        for change in changes:
            if change.conversation:
                set_deadlines(change, facts_of(change, change.conversation), policy_of(change))


def when_due(kind, act):
    """The handler of a kind: `act(change, facts, policy)`, unless its cause is gone or it has to wait longer."""

    def handle(change, timer):
        facts, policy = facts_of(change, change.conversation), policy_of(change)
        if still_due(kind, facts, policy):
            act(change, facts, policy)
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
        log.left_out(change, automation, _occasion(change, Due.WAITING_REPLY), "old_word")


def _note_hold(change, facts, policy):
    """After one automatic message another one has to wait."""
    chosen = choose(facts, policy)
    if isinstance(chosen, Hold) and chosen.reason != "at_once":
        log.held(change, chosen.reply.automation, chosen.reply.occasion, chosen.reason, until=chosen.until)


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
    return occasions.survey(change.conversation.pk) if kind == Due.SURVEY else ""


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
