"""The engine of stored deadlines: set from facts on each change, swept when due, fired exactly once.

A kind registers what happens (`register`); whoever knows the facts keeps the rows true (`set_timers`). A timer goes in
the transaction in which its handler acts, under its thread's lock: whoever comes second finds it gone, and one whose
worker died is due again. A sweep takes the threads of many due timers at once, leaves those that are locked to whoever
holds them, and never waits for a thread while it holds anything.
"""

import logging
import time
import traceback
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from inbox.changes import change_together
from inbox.clock import database_time
from inbox.models import Thread, Timer
from inbox.rules.refusal import Refusal
from whatsapp.prepared import AnyOf, Prepared
from whatsapp.processing import POISON, is_in_the_way, is_server_away
from whatsapp.wake import wake

logger = logging.getLogger(__name__)

FIRE = "inbox.tasks.fire_timers"
FIRE_OF = "inbox.tasks.fire_timers_of"
# So many threads change in one transaction of a sweep, and are locked until it commits.
BATCH = 100
# A sweep that has not finished after so long leaves the rest to the next one: workers have other things to do as well.
SWEEP_SECONDS = 2.0
# A thread whose timers set each other off does not keep a worker for ever.
MOST_ROUNDS = 20
# What a handler that did not expect its data may raise.
BREAKS = (*POISON, Refusal)
# Tries at once where another transaction was in the way; then the attempts, minutes apart, before a timer is given up.
TRIES = 3
MOST_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=60)

_handlers = {}
_labels = {}


def register(kind, handler, label=""):
    """`handler(change, timer)` runs when a timer of `kind` is due: inside a Change, its thread locked, its conversation
    (if it has one) looked at, the timer gone already.

    It asks the facts again and acts, or does nothing: then the thread's version stays and nobody is told. It may run
    with others in one transaction (see inbox.changes.Together), and again if that fails. One that raises is tried again
    after 1, 2, 4 and 8 minutes. `label` is what screens say before the time left ("closes" in 3 h); a kind without one
    is not shown.
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


# --- Setting ---------------------------------------------------------------------------------------------------------


@dataclass
class Deadlines:
    """The timers of a changing thread by (conversation id or None, kind): those stored, and when they shall be due."""

    stored: dict = field(default_factory=dict)
    wanted: dict = field(default_factory=dict)
    fired: Timer | None = None

    def keep(self, timer):
        key = (timer.conversation_id, timer.kind)
        self.stored[key], self.wanted[key] = timer, timer.due_at

    def fire(self, timer):
        self.fired = timer
        del self.wanted[timer.conversation_id, timer.kind]


def set_timers(change, conversation, due, among=None):
    """Make the timers of a conversation (None: the thread's own) exactly `due`: {kind: aware time}.

    `among` names the kinds that the caller knows about, others stay (None: all). The rows are written when the change
    ends. Returns {kind: Timer} of those that were withdrawn. A timer that fires and is set again for the time at which
    it was due already has not settled anything: it is put off like one whose handler broke.
    """
    deadlines = _deadlines_of(change)
    conversation_id = conversation and conversation.pk
    withdrawn = {
        kind: deadlines.stored.get((about, kind)) or Timer(thread=change.thread, kind=kind, due_at=due_at)
        for (about, kind), due_at in deadlines.wanted.items()
        if about == conversation_id and kind not in due and (among is None or kind in among)
    }
    for kind in withdrawn:
        del deadlines.wanted[conversation_id, kind]
    deadlines.wanted.update({(conversation_id, kind): due_at for kind, due_at in due.items()})
    change.together.at_end(_write)
    return withdrawn


OF_THREADS = Prepared(lambda: Timer.objects.filter(AnyOf("thread", "thread_ids")))


def _deadlines_of(change):
    """What is stored for the thread, read for all changes of the transaction at once."""
    if change.deadlines is None:
        unread = [one for one in change.together.changes if one.deadlines is None]
        _read(unread, OF_THREADS.all(thread_ids=[one.thread.pk for one in unread]))
    return change.deadlines


def _read(changes, timers):
    by_thread = {change.thread.pk: change for change in changes}
    for change in changes:
        change.deadlines = Deadlines()
    for timer in timers:
        by_thread[timer.thread_id].deadlines.keep(timer)


def _write(changes):
    """Store how the wanted timers of these changes differ from the stored ones."""
    gone, written = [], []
    for change in changes:
        if change.deadlines:
            written += _differing(change)
            gone += [timer.pk for key, timer in change.deadlines.stored.items() if key not in change.deadlines.wanted]
    if gone:
        Timer.objects.filter(pk__in=gone).delete()
    _store(written)
    _wake_for({timer.thread_id for timer in written if timer.due_at <= changes[0].now}, len(changes) == 1)


def _wake_for(thread_ids, are_few):
    if thread_ids and not are_few:
        wake(FIRE)
    for thread_id in thread_ids if are_few else ():
        wake(FIRE_OF, thread_id)


def _differing(change):
    """The rows to write: new, or due at another time than stored."""
    deadlines, differing = change.deadlines, []
    for (conversation_id, kind), due_at in list(deadlines.wanted.items()):
        stored = deadlines.stored.get((conversation_id, kind))
        timer = Timer(thread=change.thread, conversation_id=conversation_id, kind=kind, due_at=due_at)
        if stored and stored is deadlines.fired:
            if due_at <= stored.due_at and due_at < change.now:
                _put_off_again(timer, deadlines, change.now)
            differing.append(timer)
        elif stored is None or (stored.due_at != due_at and not _is_put_off(stored, due_at)):
            differing.append(timer)
    return [timer for timer in differing if (timer.conversation_id, timer.kind) in deadlines.wanted]


def _is_put_off(stored, due_at):
    """Its handler broke when it was due: it waits for its next attempt."""
    return stored.attempts and due_at <= stored.due_at


def _put_off_again(timer, deadlines, now):
    """It fired and settled nothing: the facts want it for the time at which it was due."""
    timer.attempts = deadlines.fired.attempts + 1
    timer.due_at = now + _pause(timer.attempts)
    if timer.attempts >= MOST_ATTEMPTS:
        del deadlines.wanted[timer.conversation_id, timer.kind]
        logger.error("Timer %s of thread %s given up: it settles nothing", timer.kind, timer.thread_id)


def _pause(attempts):
    return FIRST_PAUSE * 2 ** (attempts - 1)


def _store(timers):
    Timer.objects.bulk_create(
        timers,
        update_conflicts=True,
        unique_fields=["thread", "conversation", "kind"],
        update_fields=["due_at", "attempts"],
    )


def move_timers(thread_id, to_thread_id, conversation_ids=None):
    """The timers of these conversations go with them to another thread; None: all, and the thread's own as well.

    Where both threads have one of a kind, the earlier one stays. Both threads are locked.
    """
    moving = Timer.objects.filter(thread=thread_id)
    if conversation_ids is not None:
        moving.filter(conversation__in=conversation_ids).update(thread=to_thread_id)
        return
    there = {timer.kind: timer for timer in Timer.objects.filter(thread=to_thread_id, conversation=None)}
    for timer in moving.filter(conversation=None, kind__in=there):
        kept = there[timer.kind]
        Timer.objects.filter(pk=kept.pk).update(due_at=min(kept.due_at, timer.due_at))
        timer.delete()
    moving.update(thread=to_thread_id)


# --- Firing ----------------------------------------------------------------------------------------------------------


def fire_due(now=None):
    """Fire what is due by now, oldest first, until it is done or SWEEP_SECONDS have passed; what becomes due meanwhile
    is for the next sweep, in a batch of its own. Any number of workers may do so at once: they share the work. Returns
    how many were due."""
    ends_at, fired, due_by = time.monotonic() + SWEEP_SECONDS, 0, now or database_time()
    while count := _fire_oldest(due_by, now or database_time()):
        fired += count
        if time.monotonic() > ends_at:
            break
    return fired


def fire_of(thread_id, now=None):
    """Fire what is due in one thread, one by one. Returns how many were due."""
    fired = 0
    while fired < MOST_ROUNDS and _fire_first(thread_id, now or database_time()):
        fired += 1
    return fired


@dataclass
class Firing:
    """The timers that are fired in one transaction: of each thread the one that is due first."""

    now: object
    timers: list = field(default_factory=list)

    def fire(self, threads):
        """`threads`: those locked by this transaction."""
        stored = list(Timer.objects.filter(thread__in=threads).order_by("due_at", "pk"))
        first = {timer.thread_id: timer for timer in reversed(stored) if timer.due_at <= self.now}
        self.timers = list(first.values())
        about = {timer.conversation_id for timer in self.timers} - {None}
        threads = [thread for thread in threads if thread.pk in first]
        with change_together(threads, about, self.now) as changes:
            _read(changes, [timer for timer in stored if timer.thread_id in first])
            for change in changes:
                _act(change, first[change.thread.pk])


def _act(change, timer):
    if timer.conversation_id and (change.conversation is None or change.conversation.pk != timer.conversation_id):
        raise LookupError(f"Conversation {timer.conversation_id} is not in thread {timer.thread_id}")
    change.deadlines.fire(timer)
    change.together.at_end(_write)
    _handlers[timer.kind](change, timer)


def _fire_oldest(due_by, now):
    """Fire the oldest due timers, together; one by one when any of them breaks. Returns how many were due."""
    firing = Firing(now)
    try:
        with transaction.atomic():
            firing.fire(_free_threads(due_by))
        return len(firing.timers)
    except BREAKS as error:
        if is_server_away(error) or not firing.timers:
            raise
    return sum(_fire_first(timer.thread_id, now) for timer in firing.timers)


def _free_threads(due_by):
    """Lock up to BATCH threads with due timers, oldest first, past those that somebody else is changing."""
    due = Timer.objects.filter(due_at__lte=due_by).order_by("due_at", "pk")
    locked = due.select_related("thread__contact", "thread__number__reception")
    locked = locked.select_for_update(of=("thread",), skip_locked=True)[:BATCH]
    return list({timer.thread_id: timer.thread for timer in locked}.values())


def _fire_first(thread_id, now):
    """Fire the first due timer of one thread. True if there was one."""
    threads = Thread.objects.select_related("contact", "number__reception").filter(pk=thread_id)
    for tries_left in reversed(range(TRIES)):
        firing = Firing(now)
        try:
            with transaction.atomic():
                firing.fire(list(threads.select_for_update(of=("self",))))
            return bool(firing.timers)
        except BREAKS as error:
            if is_server_away(error) or not firing.timers:
                raise
            if not tries_left or not is_in_the_way(error):
                _put_off(firing.timers[0], now, error)
                return True
    return True


def _put_off(timer, now, error):
    """Its transaction is rolled back: try again later, or give it up."""
    why = f"{type(error).__name__} in {traceback.extract_tb(error.__traceback__)[-1].name}"
    unchanged, attempts = Timer.objects.filter(pk=timer.pk, due_at=timer.due_at), timer.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        unchanged.delete()
        logger.error("Timer %s of thread %s given up: %s", timer.kind, timer.thread_id, why)
    else:
        unchanged.update(attempts=attempts, due_at=now + _pause(attempts))
        logger.warning("Timer %s of thread %s broke and is put off: %s", timer.kind, timer.thread_id, why)
