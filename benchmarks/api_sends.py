"""How fast a program's template message is answered, at a steady rate against a running bin/run.

    .venv/bin/python -m benchmarks.api_sends [--rate 50] [--seconds 20] [--customers 200] [--rounds 3]

Each call goes into one of `--customers` conversations that wait for their customer, so that no agent is disturbed, with
an Idempotency-Key of its own. Calls leave at their time whether or not earlier ones were answered. "CPU" is what the
installation's programs used until all was sent, in ms per message. Customers and key go afterwards.
"""

import argparse
import asyncio
import time
import uuid
from contextlib import contextmanager

import aiohttp
import requests

from benchmarks import attached, customers, figures, guests
from benchmarks.processes import cpu_by_program
from inbox.models import ApiKey, Message
from whatsapp import message_templates
from whatsapp.models import MessageTemplate, Number

HEAD = ["round", "calls", "refused", "p50 ms", "p95 ms", "p99 ms", "max ms"]
PROGRAMS = ["web", "worker", "postgres", "valkey"]
PATIENCE_SECONDS = 300
# None that makes the feed be written where nobody else listens.
SCOPES = ["contacts:write", "conversations:write", "messages:templates"]
UNSENT = (Message.Status.QUEUED, Message.Status.SENDING)


def main():
    asked, run = arguments(), attached.RUN
    number = Number.objects.get(phone_number_id=run["numbers"][0]["phone_number_id"])
    body = body_for(number)
    with program(number) as headers:
        paths = [opened(run, headers, place) for place in range(asked.customers)]
        asyncio.run(one_round(run, headers, paths, body, asked.rate, len(paths) / asked.rate))  # all are warm
        all_sent()
        rows = [round_row(run, headers, paths, body, asked, count) for count in range(1, asked.rounds + 1)]
        head = [*HEAD, *(f"{name} CPU" for name in PROGRAMS)]
        figures.table(f"POST template-messages at {asked.rate:g}/s, {asked.customers} conversations", head, rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=50, help="calls a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--customers", type=int, default=200, help="who are written to in turn")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def body_for(number):
    """A call for an approved message template of this number that has nothing to fill in."""
    approved = MessageTemplate.objects.filter(account=number.account, status="APPROVED").order_by("pk")
    plain = [one for one in approved if not message_templates.variables(one.components)]
    if not plain:
        raise SystemExit("This number has no approved message template without variables.")
    return {"name": plain[0].name, "language": plain[0].language}


@contextmanager
def program(number):
    """The headers of a program with a key of its own."""
    key = ApiKey(name="Benchmark", scopes=SCOPES, number=number, requests_per_minute=1_000_000)
    token = key.rotate()
    key.save()
    try:
        yield {"Authorization": f"Bearer {token}"}
    finally:
        all_sent()
        guests.forget_customers()
        key.delete()


def opened(run, headers, place):
    """The address of a conversation that waits for customer no. `place`."""
    contact = told(run, headers, "contacts/", {"phone": f"+{customers.FIRST_PHONE + place}"})
    conversation = told(run, headers, "conversations/", {"contact": contact["id"], "assign_on_handover": True})
    return f"/api/v1/conversations/{conversation['id']}/template-messages/"


def told(run, headers, path, body):
    answer = requests.post(f"{run['web_url']}/api/v1/{path}", json=body, headers=headers, timeout=20)
    if not answer.ok:
        raise SystemExit(f"{path}: {answer.status_code} {answer.text}")
    return answer.json()


def round_row(run, headers, paths, body, asked, count):
    before = cpu_by_program(run["pid"])
    answers = asyncio.run(one_round(run, headers, paths, body, asked.rate, asked.seconds))
    all_sent()
    used = cpu_by_program(run["pid"]) - before
    times, refused = [seconds for seconds, _ in answers], sum(status != 201 for _, status in answers)
    costs = [figures.milliseconds(used[name] / len(answers)) for name in PROGRAMS]
    return [count, len(answers), refused, *figures.spread(times), *costs]


async def one_round(run, headers, paths, body, rate, seconds):
    """[(seconds until the answer, status)] of one run."""
    started = time.perf_counter()
    async with aiohttp.ClientSession(run["web_url"], headers=headers) as session:
        calls = []
        for count in range(int(rate * seconds)):
            await asyncio.sleep(started + count / rate - time.perf_counter())
            calls.append(asyncio.create_task(call(session, paths[count % len(paths)], body)))
        return await asyncio.gather(*calls)


async def call(session, path, body):
    started = time.perf_counter()
    async with session.post(path, json=body, headers={"Idempotency-Key": uuid.uuid4().hex}) as answer:
        await answer.read()
        return time.perf_counter() - started, answer.status


def all_sent():
    """Wait until the workers have brought everything to WhatsApp."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while Message.objects.filter(status__in=UNSENT).exists():
        if time.monotonic() > deadline:
            raise SystemExit("The workers do not get on with the messages.")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
