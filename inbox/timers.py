"""The engine of stored deadlines: set from facts on each change, swept when due, fired exactly once.

A kind registers what happens (`register`); whoever knows the facts keeps the rows true (`set_timers`). A worker locks
the thread before the timer, as everybody else does, and finds a timer that another one fired gone.
"""

from django.db.models import Q

from inbox.changes import change_thread
from inbox.clock import database_time
from inbox.models import Conversation, Timer
from whatsapp.wake import wake

FIRE = "inbox.tasks.fire_timers_of"
# So many threads are taken at once by a sweep.
BATCH = 100
MOST_BATCHES = 200

_handlers = {}
_labels = {}


def register(kind, handler, label=""):
    """`handler(change, timer)` runs when a timer of `kind` is due: inside a Change, its thread locked, its conversation
    (if it has one) looked at, the timer gone already.

    `label` is what screens say before the time left ("closes" in 3 h); a kind without one is not shown.
    """
    _handlers[kind] = handler
    _labels[kind] = label


def kinds():
    """The kinds that something is registered for, by name."""
    return sorted(_handlers)


def label_of(kind):
    """What screens say of a kind; "" where it is not shown."""
    return _labels.get(kind, "")


def shown_of(conversation):
    """The timers of a conversation, and of its thread as a whole, that screens show: soonest first, with `label`."""
    rows = Timer.objects.filter(Q(conversation=conversation) | Q(conversation=None), thread=conversation.thread_id)
    shown = [kind for kind, label in _labels.items() if label]
    found = list(rows.filter(kind__in=shown).order_by("due_at", "pk"))
    for timer in found:
        timer.label = label_of(timer.kind)
    return found


def set_timers(change, conversation, due, among=None):
    """Make the timers of a conversation (None: the thread's own) exactly `due`: {kind: aware time}.

    `among` names the kinds that the caller knows about, others stay (None: all). Runs inside the change. Returns
    {kind: Timer} of those that were withdrawn.
    """
    rows = Timer.objects.filter(thread=change.thread, conversation=conversation)
    if among is not None:
        rows = rows.filter(kind__in=among)
    kept = {timer.kind: timer for timer in rows}
    withdrawn = {kind: timer for kind, timer in kept.items() if kind not in due}
    if withdrawn:
        rows.filter(kind__in=withdrawn).delete()
    changed = [
        Timer(thread=change.thread, conversation=conversation, kind=kind, due_at=due_at)
        for kind, due_at in due.items()
        if kind not in kept or kept[kind].due_at != due_at
    ]
    _write(changed)
    if any(timer.due_at <= change.now for timer in changed):
        wake(FIRE, change.thread.pk)
    return withdrawn


def _write(timers):
    Timer.objects.bulk_create(
        timers,
        update_conflicts=True,
        unique_fields=["thread", "conversation", "kind"],
        update_fields=["due_at", "attempts"],
    )


def fire_due(now=None):
    """Fire what is due, oldest first, until nothing is left. Any number of workers may do so at once."""
    for _ in range(MOST_BATCHES):
        due = Timer.objects.filter(due_at__lte=now or database_time()).order_by("due_at", "pk")
        thread_ids = list(dict.fromkeys(due.values_list("thread_id", flat=True)[:BATCH]))
        if not thread_ids:
            return
        for thread_id in thread_ids:
            fire_of(thread_id, now)


def fire_of(thread_id, now=None):
    """Fire what is due in one thread, each timer in a transaction of its own."""
    while _fire_first(thread_id, now or database_time()):
        pass


def _fire_first(thread_id, now):
    with change_thread(thread_id, now) as change:
        due = Timer.objects.filter(thread=thread_id, due_at__lte=now).order_by("due_at", "pk")
        timer = due.select_for_update().first()
        if timer is None:
            return False
        timer_id = timer.pk
        if timer.conversation_id:
            change.look_at(Conversation.objects.get(pk=timer.conversation_id))
        timer.delete()
        timer.pk = timer_id
        _handlers[timer.kind](change, timer)
    return True
