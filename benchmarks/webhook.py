"""How fast a webhook is answered, and how soon its message is processed, at a steady rate against a running bin/run.

    .venv/bin/python -m benchmarks.webhook [--rate 50] [--seconds 20] [--customers 200] [--rounds 3]

POSTs leave at their time whether or not earlier ones were answered, so a slow answer delays no other. The processing
delay is PostgreSQL's own: processed_at - received_at. The customers stay in the installation's inbox.
"""

import argparse
import asyncio
import time

import aiohttp
import psycopg

from benchmarks import figures, installation
from benchmarks.customers import text_from

HEAD = ["round", "POSTs", "refused", "p50 ms", "p95 ms", "p99 ms", "max ms", "processed p50 s", "p99 s", "max s"]


def main():
    asked = arguments()
    run = installation.read()
    asyncio.run(one_round(run, asked.rate, 2, asked.customers))  # pools, caches, new customers
    rows = [round_row(run, asked, count) for count in range(1, asked.rounds + 1)]
    figures.table(f"Webhook POST at {asked.rate}/s, {asked.customers} customers", HEAD, rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=50, help="POSTs a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--customers", type=int, default=200, help="who write in turn")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def round_row(run, asked, count):
    last_call = newest_call(run)
    answers = asyncio.run(one_round(run, asked.rate, asked.seconds, asked.customers))
    times = [seconds for seconds, _ in answers]
    refused = sum(status != 200 for _, status in answers)
    delays = processing_delays(run, last_call)
    later = [f"{figures.percentile(delays, share):.2f}" for share in (0.5, 0.99, 1)]
    return [count, len(answers), refused, *figures.spread(times), *later]


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


def newest_call(run):
    with psycopg.connect(run["database_url"]) as database:
        return database.execute("select coalesce(max(id), 0) from whatsapp_webhookcall").fetchone()[0]


def processing_delays(run, last_call):
    """Seconds from arrival to processed of all calls after `last_call`; waits until the last one is done."""
    with psycopg.connect(run["database_url"], autocommit=True) as database:
        left = "select count(*) from whatsapp_webhookcall where id > %s and processed_at is null"
        while database.execute(left, [last_call]).fetchone()[0]:
            time.sleep(0.2)
        done = "select extract(epoch from processed_at - received_at) from whatsapp_webhookcall where id > %s"
        return [float(delay) for (delay,) in database.execute(done, [last_call])]


if __name__ == "__main__":
    main()
