"""What one inbound message costs: queries and CPU time, one by one, in one process.

    .venv/bin/python -m benchmarks.processing [--messages 300] [--agents 50] [--queries CASE] [--profile CASE]

Each case runs by itself: the worker's whole part (claim, parse, apply, commit, frame to Redis, wake-ups to the broker),
and for comparison the web process's part (the view alone), a message that an agent writes, a program's message template
and page of conversations (with the test client's own work), and a look at the line.
"python" is this process's CPU, "postgres" that of the backend that serves it, "wall" what passed on the clock.
"""

import argparse
import cProfile
import pstats
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.test import Client, RequestFactory

from benchmarks import figures, scratch, staff
from benchmarks.customers import receipt_of, text_from
from benchmarks.far_end import FarEnd
from benchmarks.processes import cpu_of
from inbox import assignment, delivery
from inbox.actions.assignment import claim
from inbox.actions.sending import send_message
from inbox.models import ApiKey, Conversation, Installation, Message
from whatsapp import content, processing
from whatsapp.models import WebhookCall
from whatsapp.views import webhook

# The sandbox has it, and nothing in it to fill in.
PLAIN = {"name": "hello_world", "language": "en_US"}
HEAD = ["case", "queries", "python ms", "postgres ms", "CPU ms", "wall p50 ms", "wall p95 ms"]


@dataclass
class Cost:
    """What a number of runs of one thing took."""

    runs: int = 0
    python_seconds: float = 0.0
    postgres_seconds: float = 0.0
    walls: list = field(default_factory=list)
    statements: Counter = field(default_factory=Counter)
    waited: Counter = field(default_factory=Counter)

    def row(self, name):
        each = [1000 * seconds / self.runs for seconds in (self.python_seconds, self.postgres_seconds)]
        queries = self.statements.total() / self.runs
        return [name, f"{queries:.1f}", *(f"{ms:.2f}" for ms in (*each, sum(each))), *figures.spread(self.walls)[:2]]


def main():
    asked = arguments()
    with scratch.database(), FarEnd() as far_end:
        bench = Bench(asked.agents, far_end)
        names = [asked.only] if asked.only else CASES
        costs = {name: bench.cost_of(name, asked.messages) for name in names}
        if asked.queries:
            tell_queries(costs[asked.queries])
        if asked.profile:
            profile(bench.works_of(asked.profile, asked.messages))
    rows = [cost.row(name) for name, cost in costs.items()]
    figures.table(f"One by one, {asked.messages} each, {asked.agents} agents", HEAD, rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=300, help="per case")
    parser.add_argument("--agents", type=int, default=50, help="who serve the number and are present")
    parser.add_argument("--only", choices=CASES, help="this case alone")
    parser.add_argument("--queries", choices=CASES, help="print this case's statements, dearest first")
    parser.add_argument("--profile", choices=CASES, help="print where this case's Python time goes")
    return parser.parse_args()


class Bench:
    """A number with its agents, and customers who wrote before."""

    def __init__(self, agents, far_end):
        self.number = staff.connect_number(far_end)
        far_end.takes(1000, receipts=False)
        self.agents = staff.make_agents(agents, [self.number])
        self.entry = staff.entry_of(self.number)
        self.requests = RequestFactory()
        self.newest_customer = 0
        self.program = self.make_program()

    def cost_of(self, name, runs):
        """Prepare `runs` runs of a case, then measure them without pause."""
        works = self.works_of(name, runs)
        cost = Cost()
        with measured(cost):
            for work in works:
                started = time.perf_counter()
                work()
                cost.walls.append(time.perf_counter() - started)
                cost.runs += 1
        return cost

    def works_of(self, name, runs):
        """`runs` runs of a case, prepared, after five others that have warmed everything up."""
        works = [CASES[name](self) for _ in range(runs + 5)]
        for work in works[:5]:
            work()
        return works[5:]

    # --- Cases: each prepares one run and returns it ---

    def post(self):
        body, headers = text_from(self.stranger(), self.entry)
        made = self.requests.post("/webhooks/whatsapp/", body, content_type="application/json", headers=headers)
        return lambda: webhook(made)

    def first_word(self):
        return self.call(*text_from(self.stranger(), self.entry))

    def word_in_line(self):
        customer, _ = self.customer_who_waits()
        return self.call(*text_from(customer, self.entry))

    def word_to_agent(self):
        customer, _ = self.customer_served()
        return self.call(*text_from(customer, self.entry))

    def receipt(self):
        customer, conversation = self.customer_served()
        message = self.answer(conversation)()
        Message.objects.filter(pk=message.pk).update(wamid=f"wamid.out.{message.pk}", status=Message.Status.SENT)
        return self.call(*receipt_of(f"wamid.out.{message.pk}", customer, self.entry))

    def answer_of_agent(self):
        return self.answer(self.customer_served()[1])

    def template_of_program(self):
        return self.template_to(self.customer_served()[1])

    def template_to(self, conversation):
        path = f"/api/v1/conversations/{conversation.pk}/template-messages/"
        how = {"content_type": "application/json", "headers": {"Idempotency-Key": path}}
        return lambda: taken(self.program.post(path, PLAIN, **how), 201)

    def delivery(self):
        _, conversation = self.customer_served()
        self.template_to(conversation)()
        return lambda: delivery.deliver_next(conversation.thread_id)

    def page_of_program(self):
        self.customer_who_waits()
        return lambda: taken(self.program.get("/api/v1/conversations/"), 200)

    def fill_places(self):
        return assignment.fill_places

    # --- What they are made of ---

    def stranger(self):
        self.newest_customer += 1
        return self.newest_customer

    def customer_who_waits(self):
        customer = self.stranger()
        self.call(*text_from(customer, self.entry))()
        return customer, Conversation.objects.latest("pk")

    def customer_served(self):
        customer, conversation = self.customer_who_waits()
        return customer, claim(conversation.pk, self.agents[customer % len(self.agents)])

    def answer(self, conversation):
        client_id, words = f"bench-{conversation.pk}", content.Text("We look into it.")
        return lambda: send_message(conversation, words, by=conversation.assignee, client_id=client_id)

    def make_program(self):
        """A client with a key, and a message template that it may send."""
        Installation.switch_on()
        key = ApiKey(name="Benchmark", number=self.number, requests_per_minute=1_000_000)
        key.scopes = [ApiKey.Scope.MESSAGES_TEMPLATES, ApiKey.Scope.CONVERSATIONS_READ]
        token = key.rotate()
        key.save()
        return Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {token}"})

    def call(self, body, headers):
        kept = WebhookCall.objects.create(account=self.number.account, body=body, size_bytes=len(body))
        return lambda: processing.process(kept.pk)


CASES = {
    "POST kept (web)": Bench.post,
    "first word of a stranger": Bench.first_word,
    "word in line": Bench.word_in_line,
    "word to an agent": Bench.word_to_agent,
    "receipt": Bench.receipt,
    "agent writes": Bench.answer_of_agent,
    "program sends a template (web)": Bench.template_of_program,
    "its delivery (worker)": Bench.delivery,
    "program reads a page (web)": Bench.page_of_program,
    "fill_places, nothing to do": Bench.fill_places,
}


def taken(answer, status):
    if answer.status_code != status:
        raise SystemExit(f"{answer.status_code} {answer.content}")


@contextmanager
def measured(cost):
    """Add to `cost` what is spent inside, here and in PostgreSQL."""

    def count(execute, sql, params, many, context):
        name = "SAVEPOINT" if "SAVEPOINT" in sql else sql
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            cost.statements[name] += 1
            cost.waited[name] += time.perf_counter() - started

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        backend = cursor.fetchone()[0]
    python, postgres = time.process_time(), cpu_of(backend)
    with connection.execute_wrapper(count):
        yield
    cost.python_seconds += time.process_time() - python
    cost.postgres_seconds += cpu_of(backend) - postgres


def tell_queries(cost):
    for sql, waited in cost.waited.most_common():
        figures.tell(f"{cost.statements[sql] / cost.runs:6.2f} x {1000 * waited / cost.statements[sql]:6.2f} ms  {sql}")


def profile(works):
    profiler = cProfile.Profile()
    with profiler:
        for work in works:
            work()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats("inbox|whatsapp|django|celery|kombu", 90)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()
