"""Stored deadlines at size: what an idle sweep costs, and how late timers fire with four workers.

    .venv/bin/python -m benchmarks.timers [--pending 1000000] [--per-second 200] [--seconds 20] [--workers 4] [--plan]

Fills a database of its own: conversations that agents serve, four timers each. The timers that fire close their
conversation, as auto-close does: status, line in the thread, entry in the reason log, deadlines, news for the screens.
As in the product one sweep a second is handed to whichever worker is free; a timer has fired when its transaction has
committed. `--plan` prints the plan of the sweep's query.
"""

import argparse
import multiprocessing
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import connection, transaction

from benchmarks import figures, scratch, staff
from benchmarks.filling import CONTACTS, IDENTITIES, THREADS
from benchmarks.processes import cpu_of
from inbox import timers
from inbox.clock import database_time
from inbox.models import Conversation, Event, Timer
from inbox.signals import conversation_changed

KINDS = ("auto_close", "survey_thanks", "bot_turn", "bot_overdue")
CLOSES_AFTER = timedelta(hours=1)
IDLE_SWEEPS = 200
BACKLOG = 5_000
# So long a run may take beyond its last timer.
PATIENCE_SECONDS = 60

CONVERSATIONS = """
insert into inbox_conversation (thread_id, status, assignee_id, last_agent_id, opened_at, customer_wrote_at,
    assigned_at, served_since, last_word_at, agent_wrote_at, bumped_at, last_inbound_id, handover_on)
select id, 'assigned', agent, agent, now(), now(), now(), now(), now(), now(), now(), 0, 'response'
from (select id, (%(agents)s::bigint[])[1 + id %% cardinality(%(agents)s::bigint[])] as agent from inbox_thread) served
"""
PARTICIPANTS = """
insert into inbox_participant (conversation_id, agent_id, is_following, joined_at)
select id, assignee_id, false, bumped_at from inbox_conversation
"""
AUTOMATIONS = """
insert into automation_automation (number_id, kind, is_on, minutes, counts_business_time, hold_seconds, says_position,
    content_kind, content, prompts, thanks, changed_at)
select id, 'auto_close', true, %(minutes)s, false, 60, false, '', '{}', '[]', '', now() from whatsapp_number
"""
# Spread over the next two days, as the timers of an ordinary day are.
PENDING = """
insert into inbox_timer (thread_id, conversation_id, kind, due_at, attempts)
select thread_id, id, kind, now() + interval '6 hours' + random() * interval '2 days', 0
from inbox_conversation, unnest(%(kinds)s::text[]) kind
order by id, kind offset %(existing)s limit %(count)s
"""
# The next conversations of which none is due yet: one timer every `every` from `start` on, with the facts to match.
ARM = """
with chosen as (
    select conversation_id, %(start)s::timestamptz + (row_number() over ()) * %(every)s::interval as due_at
    from inbox_timer join inbox_conversation on inbox_conversation.id = conversation_id
    where kind = 'auto_close' and status = 'assigned' limit %(count)s
), facts as (
    update inbox_conversation
    set last_word_at = due_at - %(after)s::interval, assigned_at = due_at - %(after)s::interval
    from chosen where inbox_conversation.id = chosen.conversation_id
)
update inbox_timer set due_at = chosen.due_at
from chosen where inbox_timer.conversation_id = chosen.conversation_id and kind = 'auto_close'
"""


def main():
    asked = arguments()
    with scratch.database():
        idle = [fill_and_sweep(count, asked) for count in stages(asked.pending)]
        if asked.plan:
            tell_plan()
        with working(asked.workers) as workers:
            steady = Run("steady", asked.per_second * asked.seconds, 1 / asked.per_second).measure(workers)
            backlog = Run("due for an hour", BACKLOG, 0, late=timedelta(hours=1)).measure(workers)
    figures.table("A sweep that finds nothing due", ["pending", "p50 ms", "p95 ms", "p99 ms", "max ms"], idle)
    figures.table(f"Auto-closes, {asked.workers} workers, one sweep a second", HEAD, [steady, backlog])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pending", type=int, default=1_000_000)
    parser.add_argument("--per-second", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--plan", action="store_true", help="print the plan of the sweep's query")
    return parser.parse_args()


# --- Filling, and sweeps that find nothing ---------------------------------------------------------------------------


def stages(pending):
    return sorted({min(count, pending) for count in (10_000, 100_000, pending)})


def fill_and_sweep(count, asked):
    """One row of the table: so many timers, none of them due."""
    started = time.perf_counter()
    if not Conversation.objects.exists():
        fill_conversations(asked.pending // len(KINDS))
    existing = Timer.objects.count()
    execute(PENDING, kinds=list(KINDS), existing=existing, count=count - existing)
    scratch.analyze()
    figures.tell(f"{count:,} pending timers after {time.perf_counter() - started:.0f} s")
    return [f"{count:,}", *figures.spread([sweep() for _ in range(IDLE_SWEEPS)])]


def fill_conversations(count):
    numbers = [staff.make_number() for _ in range(4)]
    agents = staff.make_agents(50, numbers)
    values = {"conversations": count, "numbers": [one.pk for one in numbers], "agents": [one.pk for one in agents]}
    for statement in (CONTACTS, IDENTITIES, THREADS, CONVERSATIONS, PARTICIPANTS):
        execute(statement, **values)
    execute(AUTOMATIONS, minutes=CLOSES_AFTER // timedelta(minutes=1))


def sweep():
    """Seconds of one sweep."""
    started = time.perf_counter()
    timers.fire_due()
    return time.perf_counter() - started


def execute(statement, **values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def tell_plan():
    due = Timer.objects.filter(due_at__lte=database_time()).order_by("due_at", "pk")
    with transaction.atomic():
        locked = due.select_related("thread").select_for_update(of=("thread",), skip_locked=True)
        figures.tell(locked[: timers.BATCH].explain(analyze=True))


# --- Workers ---------------------------------------------------------------------------------------------------------


def work(orders, results):
    """A worker process: a sweep for each order, until the order is None. Each answer is what has fired since, as
    [(conversation id, unix time)], with the CPU seconds used here and in PostgreSQL so far."""
    fired = []
    note = partial(_note_commit, fired)
    conversation_changed.connect(note)
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    while orders.get():
        timers.fire_due()
        told, fired[:] = list(fired), []
        results.put((told, (multiprocessing.current_process().name, time.process_time(), cpu_of(backend))))


def _note_commit(fired, conversation, **news):
    transaction.on_commit(lambda: fired.append((conversation.pk, time.time())))


@dataclass
class Workers:
    orders: object
    results: object


@contextmanager
def working(count):
    context = multiprocessing.get_context("spawn")
    workers = Workers(context.Queue(), context.Queue())
    processes = [context.Process(target=work, args=(workers.orders, workers.results)) for _ in range(count)]
    for process in processes:
        process.start()
    try:
        warm_up(workers, count)
        yield workers
    finally:
        for _ in processes:
            workers.orders.put(None)
        for process in processes:
            process.join(timeout=20)


def warm_up(workers, count):
    """Each has opened its connection and compiled its first queries."""
    for _ in range(3 * count):
        workers.orders.put(True)
    for _ in range(3 * count):
        workers.results.get(timeout=120)


# --- Timers that fire ------------------------------------------------------------------------------------------------

HEAD = ["timers", "a second", "lateness p50 s", "p95 s", "p99 s", "max s", "in s", "twice", "forgotten"]
HEAD += ["python ms each", "postgres ms each"]


@dataclass
class Run:
    """`count` timers, one every `every` seconds from a moment on; `late`: so long before now."""

    name: str
    count: int
    every: float
    late: timedelta = timedelta(0)

    def measure(self, workers):
        """The table's row."""
        start = database_time() + (timedelta(seconds=2) if not self.late else -self.late)
        every = timedelta(seconds=self.every)
        execute(ARM, start=start, every=every, count=self.count, after=CLOSES_AFTER)
        scratch.analyze()
        due = dict(Timer.objects.filter(**self._armed(start, every)).values_list("conversation_id", "due_at"))
        began = max(time.time(), start.timestamp())
        fired, used = self._sweep_until_done(workers, due)
        return self._row(due, fired, used, began)

    def _armed(self, start, every):
        return {"kind": "auto_close", "due_at__gte": start, "due_at__lte": start + every * (self.count + 1)}

    def _sweep_until_done(self, workers, due):
        """Order a sweep a second, as beat does, until all have fired or patience ends."""
        fired, used, ordered, answered = [], {}, 0, 0
        ends_at = max(time.time(), max(due.values()).timestamp()) + PATIENCE_SECONDS
        while time.time() < ends_at and (len({pk for pk, _ in fired} & set(due)) < len(due) or answered < ordered):
            if ordered - answered < 20:
                workers.orders.put(True)
                ordered += 1
            next_at = time.time() + 1
            while (pause := next_at - time.time()) > 0:
                try:
                    told, (name, *seconds) = workers.results.get(timeout=pause)
                except multiprocessing.queues.Empty:
                    break
                fired, answered = fired + told, answered + 1
                used.setdefault(name, []).append(seconds)
        return fired, used

    def _row(self, due, fired, used, began):
        since = {pk: due_at.timestamp() for pk, due_at in due.items()}
        late = [at - max(since[pk], began) for pk, at in fired if pk in since]
        lines = Counter(Event.objects.filter(conversation__in=since).values_list("conversation_id", flat=True))
        twice = sum(count > 1 for count in (*Counter(pk for pk, _ in fired).values(), *lines.values()))
        spent = [sum(told[-1][part] - told[0][part] for told in used.values()) for part in (0, 1)]
        lateness = [f"{figures.percentile(late, share):.2f}" for share in (0.5, 0.95, 0.99, 1)]
        took = max(at for _, at in fired) - began
        return [
            f"{len(due):,} {self.name}",
            f"{len(fired) / took:.0f}",
            *lateness,
            f"{took:.1f}",
            twice,
            len(due) - len(lines),
            *(f"{1000 * seconds / len(fired):.2f}" for seconds in spent),
        ]


if __name__ == "__main__":
    main()
