"""Broadcasts: what the engine sends a second, how well it keeps a pace, what a killed worker costs, and whether agents'
replies wait for it.

    .venv/bin/python -m benchmarks.broadcasts [--recipients 10000] [--workers 2] [--kills 10] [--planned 100000]
                                              [--paced-seconds 60] [--only rate,pace,kills,plan] [--profile]

Uses a database of its own beside the running installation, and processes of its own: a sandbox that takes 1,000
messages a second, workers as in production, and for the kills a web process that takes the receipts. The sandbox counts
what came twice (`doubles`), and who never got anything though the ledger does not say that this may be (`forgotten`).
"""

import argparse
import cProfile
import pstats
import random
import resource
import sys
import threading
import time
from bisect import bisect_left
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import requests
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from benchmarks import figures, scratch, staff
from benchmarks.far_end import FarEnd
from benchmarks.filling import IDENTITIES
from benchmarks.processes import cpu_of
from broadcasts import actions, ledger
from broadcasts.engine import couriers, planning
from broadcasts.models import Broadcast, Pace
from inbox.actions.sending import send_message
from inbox.models import Contact, Message, Thread
from whatsapp import content

NOTICE = {
    "name": "parcel_arrived",
    "language": "en",
    "components": [
        {
            "type": "body",
            "parameters": [{"type": "text", "text": f"{{{{ {name} }}}}"} for name in ("name", "parcel", "until")],
        }
    ],
}
VALUES = {"name": "Ida", "parcel": "HC-118", "until": "Friday"}
FULL_PER_SECOND = 1000
USUAL_PER_SECOND = 80
REPLY_EVERY_SECONDS = 0.2
CUSTOMERS = 50
KILLED_AFTER_SECONDS = (0.3, 2.5)
PATIENCE_SECONDS = 240
STAGES = ("rate", "pace", "kills", "plan")
CONTACTS = """
insert into inbox_contact (name, profile_name, username, phone, email, attributes, notes, whatsapp_optout, created_at)
select 'Customer ' || n, '', '', '+4915' || lpad(n::text, 9, '0'), '', '{}', '', '', now()
from generate_series(0, %(last)s) n
"""


def main():
    asked = arguments()
    with scratch.database(), FarEnd() as far_end:
        bench = Bench(far_end, asked)
        if asked.profile:
            bench.profile()
            return
        for stage in asked.only.split(","):
            getattr(bench, f"measure_{stage}")()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recipients", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--planned", type=int, default=100_000)
    parser.add_argument("--paced-seconds", type=int, default=60)
    parser.add_argument("--only", default=",".join(STAGES), help=f"of {', '.join(STAGES)}")
    parser.add_argument("--profile", action="store_true", help="print where one courier's Python time goes")
    return parser.parse_args()


class Bench:
    """A number at the sandbox, customers whom it never wrote to, and broadcasts to one part of them after another."""

    def __init__(self, far_end, asked):
        self.far_end, self.asked, self.newest = far_end, asked, 0
        self.number = staff.connect_number(far_end)
        scratch.execute(
            CONTACTS, last=max(asked.planned, 3 * asked.recipients + USUAL_PER_SECOND * asked.paced_seconds)
        )
        scratch.execute(IDENTITIES)
        scratch.analyze()
        far_end.takes(FULL_PER_SECOND, receipts=False)

    # --- Stages ---

    def measure_rate(self):
        """As fast as the sandbox takes them, an agent answering meanwhile."""
        broadcast = self.broadcast(self.asked.recipients, FULL_PER_SECOND)
        with self.far_end.workers(self.asked.workers) as workers:
            before = workers.cpu()
            with Replies(self.number, self.far_end) as replies:
                self.launch(broadcast)
                self.wait(broadcast)
            used = {name: seconds - before[name] for name, seconds in workers.cpu().items()}
        sent = [row["at"] for row in self.far_end.sent_to(broadcast)]
        seconds = max(sent) - min(sent)
        cost = [f"{1000 * used[name] / len(sent):.2f}" for name in ("worker", "sandbox", "postgres")]
        head = ["recipients", "workers", "s", "a second", "doubles", "forgotten", "worker ms each", "sandbox ms each"]
        head += ["postgres ms each", "replies", "reply p50 ms", "p95 ms", "max ms"]
        row = [len(sent), self.asked.workers, f"{seconds:.1f}", f"{len(sent) / seconds:.0f}", *self.counted(broadcast)]
        figures.table("Broadcast at full speed, an agent replying meanwhile", head, [[*row, *cost, *replies.cells()]])

    def measure_pace(self):
        """80 a second, and what that costs."""
        broadcast = self.broadcast(USUAL_PER_SECOND * self.asked.paced_seconds, USUAL_PER_SECOND)
        self.far_end.takes(USUAL_PER_SECOND, receipts=False)
        with self.far_end.workers(self.asked.workers) as workers:
            before = workers.cpu()
            self.launch(broadcast)
            self.wait(broadcast)
            used = {name: seconds - before[name] for name, seconds in workers.cpu().items()}
        self.far_end.takes(FULL_PER_SECOND, receipts=False)
        at = sorted(row["at"] for row in self.far_end.sent_to(broadcast))
        cost = [f"{1000 * used[name] / len(at):.2f}" for name in ("worker", "sandbox", "postgres")]
        head = ["recipients", *Spread.HEAD, "doubles", "forgotten", "refused"]
        head += ["worker ms each", "sandbox ms each", "postgres ms each"]
        cells = [len(at), *Spread(at).cells(), *self.counted(broadcast), self.tried_again(broadcast), *cost]
        figures.table(f"Paced at {USUAL_PER_SECOND}/s", head, [cells])

    def measure_kills(self):
        """A worker is killed at a random moment, and another one takes its place; receipts come back."""
        rows = []
        self.far_end.takes(FULL_PER_SECOND, receipts=True)
        with self.far_end.web(), self.far_end.workers(self.asked.workers) as workers:
            for place in range(self.asked.kills):
                broadcast = self.broadcast(self.asked.recipients // 10, FULL_PER_SECOND)
                self.launch(broadcast)
                after = random.uniform(*KILLED_AFTER_SECONDS)
                time.sleep(after)
                workers.kill_one()
                self.wait(broadcast)
                rows.append([place + 1, f"{after:.1f}", *self.counted(broadcast), *self.unsure(broadcast)])
                sys.stderr.write(f"{rows[-1]}\n")
        head = ["kill", "after s", "doubles", "forgotten", "said to be unsure", "of those, arrived"]
        figures.table(f"kill -9 of a worker, {self.asked.recipients // 10} recipients each", head, rows)

    def measure_plan(self):
        """A broadcast to everybody: rows for all of them."""
        broadcast = self.broadcast(0, FULL_PER_SECOND, audience={"all": True})
        actions.launch(broadcast.pk)
        before = memory_mb()
        started = time.perf_counter()
        while not planning.plan(broadcast.pk):
            pass
        seconds = time.perf_counter() - started
        cells = [f"{broadcast.recipients.count():,}", f"{seconds:.1f}", f"{memory_mb() - before:.0f}"]
        figures.table("Planning a broadcast from a group", ["recipients", "s", "MB more at most"], [cells])
        actions.cancel(broadcast.pk)

    def profile(self):
        """One courier in this process, without its rests: first measured, then watched."""
        count = self.asked.recipients // 10
        self.carry(count)
        spent = Spent(self.far_end)
        self.carry(count)
        figures.table("One courier", Spent.HEAD, [spent.cells(count)])
        profiler = cProfile.Profile()
        profiler.runcall(self.carry, count)
        pstats.Stats(profiler).sort_stats("cumulative").print_stats("inbox|whatsapp|broadcasts|psycopg/cursor", 70)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(30)

    def carry(self, count):
        actions.launch(self.broadcast(count, FULL_PER_SECOND).pk)
        pace = Pace.objects.get(key=f"whatsapp:{self.number.pk}")
        while couriers.run(pace) is not None:
            pass

    # --- What they are made of ---

    def broadcast(self, count, per_second, **fields):
        broadcast = Broadcast.objects.create(number=self.number, name="Benchmark", content=NOTICE, **fields)
        phones = [f"+4915{place:09}" for place in range(self.newest, self.newest + count)]
        self.newest += count
        for start in range(0, count, 5000):
            chosen = phones[start : start + 5000]
            ledger.add(broadcast, [ledger.Entry(phone, params=VALUES) for phone in chosen], timezone.now())
        Pace.objects.update_or_create(
            key=f"whatsapp:{self.number.pk}", defaults={"number": self.number, "per_second": per_second}
        )
        return broadcast

    def launch(self, broadcast):
        actions.launch(broadcast.pk)

    def wait(self, broadcast):
        """Until it has finished: in PostgreSQL's word, whoever is killed."""
        until = time.monotonic() + PATIENCE_SECONDS
        while Broadcast.objects.get(pk=broadcast.pk).status != Broadcast.Status.FINISHED:
            if time.monotonic() > until:
                stands = broadcast.recipients.values("status").annotate(count=Count("pk"))
                raise SystemExit(f"The broadcast did not end: {list(stands)}")
            time.sleep(0.2)

    def tried_again(self, broadcast):
        """How many the sandbox did not take at once."""
        return Message.objects.filter(recipient__broadcast=broadcast, attempts__gt=1).count()

    def unsure(self, broadcast):
        """(who may have it or not, as the ledger says; how many of them have it, as the sandbox says)."""
        unsure = set(broadcast.recipients.filter(reason="unconfirmed").values_list("pk", flat=True))
        return len(unsure), len(unsure & set(self.far_end.recipients_of(broadcast)))

    def counted(self, broadcast):
        """(doubles, forgotten), as the sandbox has it: by our name of each message, and by who got one."""
        got = Counter(self.far_end.recipients_of(broadcast))
        rows = broadcast.recipients.exclude(reason="unconfirmed").values_list("pk", flat=True)
        twice = sum(count > 1 for count in got.values())
        return len(self.far_end.doubles()) + twice, len(set(rows) - set(got))


class Spread:
    """How evenly things happened `at` these moments (seconds, in order)."""

    HEAD = ["a second", "off", "fewest in a second", "most", "most a second over ten", "longest pause s"]

    def __init__(self, at):
        self.at = at

    def cells(self):
        rate = (len(self.at) - 1) / (self.at[-1] - self.at[0])
        seconds = [self._within(start, 1) for start in range(int(self.at[0]) + 1, int(self.at[-1]))]
        most_of_ten = max(self._within(start, 10) for start in self.at) / 10
        pause = max(later - earlier for earlier, later in pairwise(self.at))
        off = 100 * (rate / USUAL_PER_SECOND - 1)
        return [f"{rate:.2f}", f"{off:+.1f} %", min(seconds), max(seconds), f"{most_of_ten:.1f}", f"{pause:.2f}"]

    def _within(self, start, seconds):
        return bisect_left(self.at, start + seconds) - bisect_left(self.at, start)


class Spent:
    """CPU seconds from now on: of this process, of its main thread alone, of its backend, of the sandbox."""

    HEAD = ["python ms each", "without the senders", "postgres ms each", "sandbox ms each"]

    def __init__(self, far_end):
        connection.ensure_connection()
        self.pids = (connection.connection.info.backend_pid, far_end.process.pid)
        self.before = self._now()

    def _now(self):
        return (time.process_time(), time.thread_time(), *(cpu_of(pid) for pid in self.pids))

    def cells(self, count):
        return [f"{1000 * (now - then) / count:.2f}" for now, then in zip(self._now(), self.before, strict=True)]


class Replies:
    """An agent answers one customer after another, and each answer is timed until the sandbox has it."""

    def __init__(self, number, far_end):
        self.number, self.far_end, self.stopped, self.sent = number, far_end, threading.Event(), {}
        until = timezone.now() + timedelta(days=1)
        phones = [f"+4917{place:08}" for place in range(CUSTOMERS)]
        contacts = Contact.objects.bulk_create(Contact(name="Nia", phone=phone) for phone in phones)
        self.threads = Thread.objects.bulk_create(
            Thread(contact=contact, number=number, window_until=until) for contact in contacts
        )
        for phone in phones:
            far_end.opens_window(number, phone.removeprefix("+"))

    def __enter__(self):
        self.thread_of_agent = threading.Thread(target=self._answer)
        self.thread_of_agent.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread_of_agent.join()

    def _answer(self):
        place = 0
        while not self.stopped.wait(REPLY_EVERY_SECONDS):
            place += 1
            began = time.time()
            how = {"author_kind": Message.Author.INTEGRATION}
            thread = self.threads[place % CUSTOMERS]
            message = send_message(thread, content.Text(f"Reply {place}"), **how)
            self.sent[f"m:{message.pk}"] = began

    def cells(self):
        time.sleep(2)
        arrived = {row["callback_data"]: row["at"] for row in self.far_end.sent(type="text")}
        waited = [arrived[name] - began for name, began in self.sent.items() if name in arrived]
        p50, p95, _, longest = figures.spread(waited)
        return [f"{len(waited)} of {len(self.sent)}", p50, p95, longest]


def memory_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    try:
        main()
    except requests.ConnectionError as error:
        raise SystemExit(f"The sandbox went away: {error}") from error
