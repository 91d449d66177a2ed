"""The inbox at size: list pages, a thread, counters and the line, in SQL and through a web server.

    .venv/bin/python -m benchmarks.lists [--conversations 100000] [--queued 10000] [--agents 50] [--plans]

Fills a database of its own: four numbers, agents with 20 conversations each, `--queued` customers in line, everything
else closed; ten messages in each. "queries" and "db ms" are counted in this process, "HTTP" is measured from outside
through a Daphne of its own, logged in, one request at a time. `--plans` prints the plan of each list query.
"""

import argparse
import time
from dataclasses import dataclass, field

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import figures, filling, scratch, staff
from benchmarks.web import Web
from inbox import assignment, queries
from inbox.models import Agent, Conversation

HEAD = ["what", "queries", "db p50 ms", "python+db p50 ms", "p95 ms", "HTTP p50 ms", "p95 ms", "KB"]
ROUNDS = 25


@dataclass
class Figures:
    walls: list = field(default_factory=list)
    databases: list = field(default_factory=list)
    queries: int = 0
    requests: list = field(default_factory=list)
    size_bytes: int = 0

    def row(self, name):
        inside = [figures.spread(self.databases)[0], *figures.spread(self.walls)[:2]]
        if not self.requests:
            return [name, self.queries, *inside, "", "", ""]
        return [name, self.queries, *inside, *figures.spread(self.requests)[:2], f"{self.size_bytes / 1024:.0f}"]


def main():
    asked = arguments()
    with scratch.database():
        started = time.perf_counter()
        numbers = [staff.make_number(picking="automatic") for _ in range(4)]
        agents = staff.make_agents(asked.agents, numbers, reception_limit=filling.ASSIGNED_EACH)
        supervisor = staff.make_agents(1, numbers, role=Agent.Role.SUPERVISOR, reception_limit=0)[0]
        filling.fill(numbers, agents, asked.conversations, asked.queued)
        scratch.analyze()
        figures.tell(f"Filled in {time.perf_counter() - started:.0f} s")
        with Web() as web:
            rows = [case.measure(web).row(case.name) for case in cases(agents[0], supervisor)]
        if asked.plans:
            tell_plans(agents[0], supervisor)
    size = f"{asked.conversations:,} conversations, {asked.queued:,} in line, {asked.agents} agents"
    figures.table(f"Lists at {size}", HEAD, rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--queued", type=int, default=10_000)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--plans", action="store_true", help="print the plan of each list query")
    return parser.parse_args()


@dataclass
class Case:
    """One thing that a screen asks for: as a function here, and as an address."""

    name: str
    work: object
    agent: Agent | None = None
    address: str = ""

    def measure(self, web):
        found = Figures()
        self.work()
        for _ in range(ROUNDS):
            with CaptureQueriesContext(connection) as captured:
                started = time.perf_counter()
                self.work()
                found.walls.append(time.perf_counter() - started)
            found.queries = len(captured)
            found.databases.append(sum(float(query["time"]) for query in captured))
        if self.address:
            with web.browser(self.agent) as browser:
                browser.get(self.address)
                for _ in range(ROUNDS):
                    seconds, body = browser.get(self.address)
                    found.requests.append(seconds)
                    found.size_bytes = len(body)
        return found


def cases(agent, supervisor):
    mine = Conversation.objects.filter(assignee=agent).first()
    far = far_cursor(supervisor)
    return [
        listed("Mine", agent, "mine"),
        listed("In queue, by waiting time", agent, "queue", "waiting"),
        listed("All, agent", agent, "all"),
        listed("All, supervisor", supervisor, "all"),
        listed("All, supervisor, 10,000 rows on", supervisor, "all", cursor=far),
        listed("All closed, supervisor", supervisor, "all", status="closed"),
        listed("Mine closed", agent, "mine", status="closed"),
        listed("All, by a rare name", supervisor, "all", q="Customer 77"),
        Case("thread", lambda: queries.thread_page(mine.thread), agent, f"/inbox/c/{mine.pk}/"),
        Case("counters, agent", lambda: queries.counts(agent), agent, "/inbox/counts/"),
        Case("counters, supervisor", lambda: queries.counts(supervisor), supervisor, "/inbox/counts/"),
        Case("fill_places, nobody free", assignment.fill_places),
    ]


def listed(name, agent, folder, sort="", cursor="", **narrowed):
    filters = queries.Filters(sort=sort, **narrowed)
    chosen = "&".join(f"{key}={value}" for key, value in {"sort": sort, "cursor": cursor, **narrowed}.items() if value)
    address = f"/inbox/list/?rows=1&folder={folder}&{chosen}"
    return Case(name, lambda: queries.page(queries.folder(agent, folder, filters), cursor), agent, address)


def far_cursor(supervisor):
    """The cursor behind the first 10,000 rows of All."""
    return queries.page(queries.folder(supervisor, "all"), limit=10_000).cursor


def tell_plans(agent, supervisor):
    for who, folder, filters in [
        (agent, "mine", queries.Filters()),
        (agent, "queue", queries.Filters(sort="waiting")),
        (agent, "all", queries.Filters()),
        (supervisor, "all", queries.Filters()),
        (supervisor, "all", queries.Filters(status="closed")),
        (agent, "mine", queries.Filters(status="closed")),
    ]:
        rows = queries.folder(who, folder, filters)[:31]
        figures.tell(f"\n--- {folder} {filters.sort} {filters.status}, {who.role}\n{rows.explain(analyze=True)}")


if __name__ == "__main__":
    main()
