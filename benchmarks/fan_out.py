"""How far one web process carries: N sockets, M change frames a second, every socket gets every frame.

    .venv/bin/python -m benchmarks.fan_out [--sockets 50 200 500 --rate 20] [--seconds 10]

A Daphne of its own on a database of its own. A second process publishes the product's own frame of a text message over
and over, a third one reads. Delay: from publishing to the frame parsed by the reader, on one clock.
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import time

from django.db import transaction

from benchmarks import figures, installation, scratch, staff
from benchmarks.crowd import Crowd
from benchmarks.customers import text_from
from benchmarks.processes import cpu_of, memory_of
from benchmarks.web import Web
from inbox import frames, wire
from inbox.actions.receive import receive
from whatsapp import inbound

HEAD = ["sockets", "deliveries", "missing", "p50 ms", "p95 ms", "p99 ms", "max ms", "web CPU µs each", "web MB"]
MARK = "when was this sent?"
SENT = re.compile(r"sent ([0-9.]+) ")


def main():
    asked = arguments()
    with scratch.database():
        number = staff.make_number()
        keys = [staff.session_of(agent) for agent in staff.make_agents(max(asked.sockets), [number])]
        frame = frame_of_a_word(number)
        with Web() as web:
            rows = [asyncio.run(one_round(web, keys[:count], frame, asked)) for count in asked.sockets]
    figures.table(f"Fan-out at {asked.rate:g} frames/s, one web process", HEAD, rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sockets", type=int, nargs="+", default=[50, 200, 500])
    parser.add_argument("--rate", type=float, default=20, help="frames a second")
    parser.add_argument("--seconds", type=float, default=10)
    return parser.parse_args()


async def one_round(web, keys, frame, asked):
    delays = []

    def heard(news, at, place):
        if news["type"] == "change":
            delays.append(at - float(SENT.search(news["items"])[1]))

    async with Crowd(web.url, keys, heard).connected():
        cpu = cpu_of(web.process.pid)
        sent = await publish(frame, asked)
        await arrived(delays, sent * len(keys))
        each = 1e6 * (cpu_of(web.process.pid) - cpu) / max(1, len(delays))
    missing = sent * len(keys) - len(delays)
    cost = [f"{each:.0f}", f"{memory_of(web.process.pid):.0f}"]
    return [len(keys), len(delays), missing, *figures.spread(delays), *cost]


async def publish(frame, asked):
    """Send from a process of its own, as a worker does; returns how many."""
    count = int(asked.rate * asked.seconds)
    call = f"from benchmarks.fan_out import publish_all; publish_all({count}, {asked.rate})"
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", call, stdin=subprocess.PIPE, cwd=installation.ROOT, env=installation.surroundings()
    )
    await program.communicate(frame.encode())
    return count


def publish_all(count, rate):
    frame, started = sys.stdin.read(), time.perf_counter()
    for place in range(1, count + 1):
        time.sleep(max(0, started + place / rate - time.perf_counter()))
        wire.send(frame.replace(MARK, f"sent {time.time()} "))


def frame_of_a_word(number):
    """What the product sends when a customer who waits writes MARK."""
    with transaction.atomic():
        for event in inbound.parse(json.loads(text_from(1, staff.entry_of(number), MARK)[0])):
            message = receive(event)
    return frames.change(message.thread_id, message.conversation_id, None, message.version)


async def arrived(delays, expected):
    """Wait until all have come, or nothing has for two seconds."""
    seen, silent_since = -1, time.perf_counter()
    while len(delays) < expected and time.perf_counter() - silent_since < 2:
        if len(delays) != seen:
            seen, silent_since = len(delays), time.perf_counter()
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    main()
