"""A sandbox of our own, and the product's processes against it: started, measured, killed by their ids."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import cached_property

import psycopg
import requests
from django.conf import settings

from benchmarks import installation, scratch
from benchmarks.processes import cpu_of
from config.celery import app as celery

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": installation.ROOT}
STARTS_WITHIN_SECONDS = 120
WORKER = ["-m", "celery", "-A", "config", "worker", "-P", "threads", "-c", "4", "-Q", "now,bulk"]
WORKER += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
BEAT = ["-m", "celery", "-A", "config", "beat", "-S", "django", "--pidfile", "", "--loglevel", "WARNING"]
ALL = 1_000_000


class FarEnd:
    """`with FarEnd() as far_end`: a sandbox that keeps everything in memory, and its control API."""

    def __enter__(self):
        self.port, self.web_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings.WHATSAPP_API_URL = self.url
        self.session = requests.Session()
        product = f"http://127.0.0.1:{self.web_port}"
        command = ["manage.py", "sandbox", "--port", str(self.port), "--product-url", product]
        self.process = subprocess.Popen([sys.executable, *command], env=self.environment, **QUIET)
        until(lambda: self.answers(self.url), "The sandbox did not start")
        return self

    def __exit__(self, *_):
        stop(self.process)
        self.session.close()

    @cached_property
    def environment(self):
        return {**installation.surroundings(), **scratch.SETTINGS, "WHATSAPP_API_URL": self.url}

    # --- The product's processes ---

    @contextmanager
    def workers(self, count):
        """So many workers and a beat."""
        workers = Workers(self, count)
        beat = subprocess.Popen([sys.executable, *BEAT], env=self.environment, **QUIET)
        try:
            workers.wait_until_ready()
            yield workers
        finally:
            stop(beat)
            workers.stop()

    @contextmanager
    def web(self):
        """Takes the sandbox's webhooks."""
        serve = ["-m", "daphne", "-b", "127.0.0.1", "-p", str(self.web_port), "config.asgi:application"]
        process = subprocess.Popen([sys.executable, *serve], env=self.environment, **QUIET)
        try:
            until(lambda: self.answers(f"http://127.0.0.1:{self.web_port}/accounts/login/"), "The web did not start")
            yield process
        finally:
            stop(process)

    def answers(self, address):
        try:
            return self.session.get(address, timeout=2).status_code < 500
        except requests.RequestException:
            return False

    # --- The sandbox's control API ---

    def control(self, path, body=None, **query):
        method = "GET" if body is None else "POST"
        answer = self.session.request(method, f"{self.url}/control/{path}", json=body, params=query, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def numbers(self):
        return self.control("numbers")["data"]

    def takes(self, per_second, receipts):
        """So many messages a second, and whether it reports what becomes of them."""
        for row in self.numbers():
            self.control("numbers", {"number": row["phone_number_id"], "throughput": per_second})
        self.control("settings", {"statuses": "auto" if receipts else "manual", "pair_rate": False})

    def opens_window(self, number, phone):
        """A customer with this phone has just written."""
        row = {"phone": phone, "phone_number_id": number.phone_number_id, "timestamp": time.time(), "content": {}}
        self.control("history", {"messages": [{**row, "content": {"text": "Hello"}}]})

    def sent(self, **filters):
        return self.control("sent", limit=ALL, **filters)["data"]

    def doubles(self):
        return self.control("sent", limit=1)["doubles"]

    def sent_to(self, broadcast):
        """What arrived for a broadcast."""
        names = names_of(broadcast)
        return [row for row in self.sent(type="template") if row["callback_data"] in names]

    def recipients_of(self, broadcast):
        """The ids of its recipients, once for each message that arrived."""
        names = names_of(broadcast)
        return [names[row["callback_data"]] for row in self.sent(type="template") if row["callback_data"] in names]


def names_of(broadcast):
    """{what we call a message at Meta: recipient's id}, of the newest tries and those before."""
    rows = broadcast.recipients.values_list("pk", "message_id", "message__retry_of_id")
    return {f"m:{message_id}": pk for pk, *tries in rows for message_id in tries if message_id}


class Workers:
    def __init__(self, far_end, count):
        self.far_end, self.count = far_end, count
        self.processes = [self._start() for _ in range(count)]

    def _start(self):
        return subprocess.Popen([sys.executable, *WORKER], env=self.far_end.environment, **QUIET)

    def wait_until_ready(self):
        """Each answers a ping."""
        until(lambda: len(celery.control.ping(timeout=1)) >= self.count, "The workers did not start")

    def kill_one(self):
        place = random.randrange(self.count)
        self.processes[place].send_signal(signal.SIGKILL)
        self.processes[place].wait()
        self.processes[place] = self._start()

    def cpu(self):
        """CPU seconds so far of the workers, the sandbox and PostgreSQL's backends."""
        with psycopg.connect(installation.read()["database_url"]) as database:
            rows = database.execute("select pid from pg_stat_activity where datname = %s", [scratch.NAME]).fetchall()
        return {
            "worker": sum(cpu_of(one.pid) for one in self.processes),
            "sandbox": cpu_of(self.far_end.process.pid),
            "postgres": sum(cpu_of(pid) for (pid,) in rows),
        }

    def stop(self):
        for process in self.processes:
            stop(process)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(is_so, words):
    ends_at = time.monotonic() + STARTS_WITHIN_SECONDS
    while not is_so():
        if time.monotonic() > ends_at:
            raise SystemExit(words)
        time.sleep(0.1)


def stop(process):
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
