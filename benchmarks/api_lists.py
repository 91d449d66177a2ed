"""GET conversations at size: the first page, with each filter, and far behind a cursor.

    .venv/bin/python -m benchmarks.api_lists [--conversations 1000000] [--queued 10000] [--agents 50] [--plans]

Fills a database of its own: four numbers, one of them small, agents with 20 conversations each, `--queued` customers in
line, everything else closed; a team and a tag on a few. "queries" and "db ms" are counted in this process, "HTTP" is
measured from outside through a Daphne of its own, one request at a time. `--plans` prints the plan of each list query.
"""

import argparse
import time
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlencode

import requests
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import figures, filling, scratch, staff
from benchmarks.web import Web
from inbox.models import ApiKey, Conversation, Installation, Tag, Team

HEAD = ["what", "queries", "db p50 ms", "HTTP p50 ms", "p95 ms", "p99 ms", "max ms", "KB"]
ROUNDS = 40
LOCAL = "127.0.0.1"
FEW = """
insert into inbox_conversation_tags (conversation_id, tag_id)
    select id, %(tag)s from inbox_conversation where id %% 500 = 0;
update inbox_conversation set team_id = %(team)s where id %% 1000 = 0;
update inbox_thread set number_id = %(number)s where id %% 5000 = 0
"""


def main():
    asked = arguments()
    with scratch.database():
        started = time.perf_counter()
        numbers = [staff.make_number(picking="automatic") for _ in range(4)]
        agents = staff.make_agents(asked.agents, numbers, reception_limit=filling.ASSIGNED_EACH)
        filling.fill(numbers[:3], agents, asked.conversations, asked.queued, messages=1)
        few = mark_a_few(numbers[3])
        scratch.analyze()
        figures.tell(f"Filled in {time.perf_counter() - started:.0f} s")
        chosen, headers = cases(agents[0], numbers, few), headers_of_a_key()
        if asked.plans:
            for case in chosen:
                tell_plan(case, headers)
        with Web() as web:
            rows = [case.measure(web, headers) for case in chosen]
    figures.table(f"GET conversations/ at {asked.conversations:,}, {asked.queued:,} in line", HEAD, rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--conversations", type=int, default=1_000_000)
    parser.add_argument("--queued", type=int, default=10_000)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--plans", action="store_true", help="print the plan of each list query")
    return parser.parse_args()


def mark_a_few(number):
    """A tag, a team and the small number, each on a few conversations."""
    few = {"tag": Tag.objects.create(name="VIP").pk, "team": Team.objects.create(name="Sales").pk, "number": number.pk}
    with connection.cursor() as cursor:
        for statement in FEW.split(";"):
            cursor.execute(statement, few)
    return few


def headers_of_a_key():
    Installation.switch_on()
    key = ApiKey(name="Benchmark", scopes=list(ApiKey.Scope.values), requests_per_minute=1_000_000)
    token = key.rotate()
    key.save()
    return {"Authorization": f"Bearer {token}"}


@dataclass
class Case:
    """A page that a program asks for."""

    name: str
    query: dict

    @property
    def address(self):
        return f"/api/v1/conversations/?{urlencode(self.query)}"

    def measure(self, web, headers):
        counted, databases = self.look(headers)
        with requests.Session() as session:
            session.headers.update(headers)
            times, size_bytes = zip(*(self.fetch(session, web) for _ in range(ROUNDS)), strict=True)
        spread = figures.spread(times)
        return [self.name, counted, figures.spread(databases)[0], *spread, f"{size_bytes[0] / 1024:.0f}"]

    def look(self, headers):
        """(number of queries, seconds in the database of each of some rounds)."""
        client, databases = Client(SERVER_NAME=LOCAL), []
        for _ in range(ROUNDS // 4):
            with CaptureQueriesContext(connection) as asked:
                client.get(self.address, headers=headers)
            databases.append(sum(float(query["time"]) for query in asked))
        return len(asked), databases

    def fetch(self, session, web):
        started = time.perf_counter()
        answer = session.get(f"{web.url}{self.address}", timeout=60)
        if answer.status_code != 200:
            raise SystemExit(f"{self.address}: {answer.status_code} {answer.text}")
        return time.perf_counter() - started, len(answer.content)


def cases(agent, numbers, few):
    some = Conversation.objects.select_related("thread").order_by("-pk")[1000]
    return [
        Case("first page", {}),
        Case("assigned and queued", {"status": "assigned,queued"}),
        Case("closed", {"status": "closed"}),
        Case("pending, of which there is none", {"status": "pending"}),
        Case("of an agent", {"assignee": agent.pk}),
        Case("of an agent, open", {"assignee": agent.pk, "status": "assigned"}),
        Case("of a contact", {"contact": some.thread.contact_id}),
        Case("of a number", {"number": numbers[0].pk}),
        Case("of a small number", {"number": few["number"]}),
        Case("of a small number, open", {"number": few["number"], "status": "assigned,queued"}),
        Case("of a team", {"team": few["team"]}),
        Case("with a tag", {"tag": "vip"}),
        Case("200 rows, half-way behind a cursor", {"limit": 200, "cursor": cursor_half_way()}),
        Case("closed, half-way behind a cursor", {"status": "closed", "cursor": cursor_half_way()}),
    ]


def cursor_half_way():
    """The API's cursor behind the newer half of all conversations."""
    middle = Conversation.objects.count() // 2
    position = Conversation.objects.order_by("-bumped_at", "-pk").values_list("bumped_at", flat=True)[middle]
    return b64encode(urlencode({"p": str(position)}).encode()).decode()


def tell_plan(case, headers):
    with CaptureQueriesContext(connection) as asked:
        Client(SERVER_NAME=LOCAL).get(case.address, headers=headers)
    sql = next(query["sql"] for query in asked if 'FROM "inbox_conversation"' in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"explain (analyze, buffers) {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    figures.tell(f"\n--- {case.name}\n{plan}")


if __name__ == "__main__":
    main()
