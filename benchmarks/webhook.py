"""How fast a webhook is answered, and how soon its message is processed, at a steady rate against a running bin/run.

    .venv/bin/python -m benchmarks.webhook [--rate 50] [--seconds 20] [--customers 200] [--rounds 3]

POSTs leave at their time whether or not earlier ones were answered, so a slow answer delays no other. "processed" is
PostgreSQL's own word: processed_at - received_at. "CPU" is what the installation's programs used until all was
processed, in ms per message. The customers go afterwards.
"""

import argparse
import asyncio
import time

import aiohttp

from benchmarks import attached, figures, guests
from benchmarks.customers import text_from
from benchmarks.processes import cpu_by_program
from whatsapp.models import WebhookCall

HEAD = ["round", "POSTs", "refused", "p50 ms", "p95 ms", "p99 ms", "max ms", "processed p50 s", "p99 s"]
PROGRAMS = ["web", "worker", "postgres", "valkey"]


def main():
    asked, run = arguments(), attached.RUN
    try:
        asyncio.run(one_round(run, asked.rate, asked.customers / asked.rate, asked.customers))  # all have written once
        guests.all_processed()
        rows = [round_row(run, asked, count) for count in range(1, asked.rounds + 1)]
    finally:
        guests.forget_customers()
    head = [*HEAD, *(f"{name} CPU" for name in PROGRAMS)]
    figures.table(f"Webhook POST at {asked.rate:g}/s, {asked.customers} customers", head, rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=50, help="POSTs a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--customers", type=int, default=200, help="who write in turn")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def round_row(run, asked, count):
    last_call = WebhookCall.objects.latest("pk").pk
    before = cpu_by_program(run["pid"])
    answers = asyncio.run(one_round(run, asked.rate, asked.seconds, asked.customers))
    guests.all_processed()
    used = cpu_by_program(run["pid"]) - before
    times = [seconds for seconds, _ in answers]
    refused = sum(status != 200 for _, status in answers)
    delays = processing_delays(last_call)
    later = [f"{figures.percentile(delays, share):.2f}" for share in (0.5, 0.99)]
    costs = [figures.milliseconds(used[name] / len(answers)) for name in PROGRAMS]
    return [count, len(answers), refused, *figures.spread(times), *later, *costs]


async def one_round(run, rate, seconds, customers):
    """[(seconds until the answer, status)] of one run."""
    number, started = run["numbers"][0], time.perf_counter()
    async with aiohttp.ClientSession(run["web_url"]) as session:
        posts = []
        for count in range(int(rate * seconds)):
            await asyncio.sleep(started + count / rate - time.perf_counter())
            posts.append(asyncio.create_task(post(session, *text_from(count % customers, number))))
        return await asyncio.gather(*posts)


async def post(session, body, headers):
    started = time.perf_counter()
    async with session.post("/webhooks/whatsapp/", data=body, headers=headers) as answer:
        await answer.read()
        return time.perf_counter() - started, answer.status


def processing_delays(last_call):
    """Seconds from arrival to processed of all calls after `last_call`."""
    done = WebhookCall.objects.filter(pk__gt=last_call).values_list("received_at", "processed_at")
    return [(processed_at - received_at).total_seconds() for received_at, processed_at in done]


if __name__ == "__main__":
    main()
