"""The whole installation as real processes, from a copy of this checkout."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest
from stack.processes import command_line, die_with_parent

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
SECONDS = 120
NEVER = threading.Event()


class Checkout:
    """A copy of this checkout with the same virtual environment, and `bin/run` in it."""

    def __init__(self, root):
        self.root = root
        self.port = two_free_ports()
        self.process = None

    def start(self):
        self.said = (self.root / "said").open("w+")
        self.process = self.run("--port", str(self.port), stdout=self.said)
        wait_for(lambda: "is ready" in self.text(), self.text)
        return self

    def run(self, *arguments, stdout=subprocess.PIPE):
        command = [sys.executable, self.root / "bin" / "run", *arguments]
        return subprocess.Popen(
            command,
            env=surroundings(),
            stdout=stdout,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=die_with_parent(),
        )

    def answer(self, *arguments):
        """Exit status and output of one `bin/run` that ends by itself."""
        process = self.run(*arguments)
        said, _ = process.communicate(timeout=SECONDS)
        return process.returncode, said

    def text(self):
        return (self.root / "said").read_text()

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        self.process.wait(timeout=60)
        self.said.close()

    def addresses(self):
        return json.loads((self.root / "var" / "run.json").read_text())

    def children(self):
        return json.loads((self.root / "var" / "children.json").read_text())

    def pid_of(self, words):
        return next(child["pid"] for child in self.children() if words in " ".join(child["command"]))

    def count(self, table):
        with psycopg.connect(self.addresses()["database_url"]) as connection:
            return connection.execute(f"select count(*) from {table}").fetchone()[0]

    def is_healthy(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def surroundings():
    """Ours, without what would make `bin/run` use the stores of these tests."""
    ours = ("DATABASE_URL", "REDIS_URL", "SITE_URL", "WHATSAPP_API_URL", "VAR_DIR", "SECRET_KEY", "ALLOWED_HOSTS")
    return {name: value for name, value in os.environ.items() if name not in (*ours, "FIELD_ENCRYPTION_KEY")}


def two_free_ports():
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def wait_for(is_true, explain=lambda: ""):
    until = time.monotonic() + SECONDS
    while not is_true():
        assert time.monotonic() < until, explain()
        NEVER.wait(0.1)


@pytest.fixture(scope="module")
def copy():
    folder = Path(tempfile.mkdtemp(prefix="switchboard-test-", dir="/tmp"))
    folder.chmod(0o755)
    root = folder / "checkout"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".venv", "var", ".git", "__pycache__", ".*_cache"))
    (root / ".venv").symlink_to(ROOT / ".venv")
    yield Checkout(root)
    shutil.rmtree(folder)


@pytest.fixture
def running(copy):
    """The running installation; a test may stop or kill it, the next one finds it running again."""
    if copy.process is None or copy.process.poll() is not None:
        copy.start()
    return copy


@pytest.fixture(scope="module", autouse=True)
def stopped_at_the_end(copy):
    yield
    if copy.process is not None and copy.process.poll() is None:
        copy.stop()


def test_it_says_where_it_is_and_tools_find_the_same_in_a_private_file(running):
    addresses = running.addresses()
    assert running.is_healthy()
    assert addresses["web_url"] == f"http://127.0.0.1:{running.port}"
    assert addresses["sandbox_url"] == f"http://127.0.0.1:{running.port + 1}"
    assert stat.S_IMODE((running.root / "var" / "run.json").stat().st_mode) == 0o600
    assert len(addresses["logins"]) == 5
    assert len(addresses["numbers"]) == 2
    wanted = {"phone_number_id", "waba_id", "access_token", "app_secret", "verify_token"}
    assert all(wanted <= {name for name, value in number.items() if value} for number in addresses["numbers"])
    for login in addresses["logins"]:
        assert login["email"] in running.text()


def test_a_second_start_and_a_taken_port_are_refused_in_words(running, tmp_path):
    status, said = running.answer("--port", str(two_free_ports()))
    assert status == 1
    assert f"already runs from {running.root}" in said
    other = Checkout(tmp_path / "other")
    shutil.copytree(running.root, other.root, ignore=shutil.ignore_patterns(".venv", "var"))
    (other.root / ".venv").symlink_to(ROOT / ".venv")
    status, said = other.answer("--port", str(running.port))
    assert status == 1
    assert re.search(rf"Port {running.port} is taken by another program.*--port", said)


def test_a_management_command_runs_against_it(running):
    status, said = running.answer("--", "shell", "-c", "from django.conf import settings; print(settings.SITE_URL)")
    assert status == 0, said
    assert f"http://127.0.0.1:{running.port}" in said


def test_every_killed_program_comes_back(running):
    for words in ("celery -A config worker", "daphne", "bin/postgres", "valkey-server", "manage.py sandbox"):
        pid = running.pid_of(words)
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda pid=pid, words=words: running.pid_of(words) != pid, running.text)
    wait_for(running.is_healthy, running.text)


def test_killing_the_supervisor_leaves_nothing_and_the_next_start_continues(running):
    contacts = running.count("inbox_contact")
    pids = [child["pid"] for child in running.children()]
    running.process.kill()
    running.process.wait()
    running.said.close()
    wait_for(lambda: not any(command_line(pid) for pid in pids), lambda: str([command_line(pid) for pid in pids]))
    running.start()
    assert contacts > 0
    assert running.count("inbox_contact") == contacts


def test_ctrl_c_stops_everything_in_order_and_takes_the_addresses_away(running):
    pids = [child["pid"] for child in running.children()]
    sockets = Path(running.addresses()["redis_url"].removeprefix("unix://").partition("?")[0]).parent
    assert sockets.is_dir()
    running.stop()
    assert not sockets.exists()
    assert running.process.returncode == 0
    assert "Stopped." in running.text()
    assert not any(command_line(pid) for pid in pids)
    assert not (running.root / "var" / "run.json").exists()
    status, said = running.answer("--", "check")
    assert status == 1
    assert "does not run from this checkout" in said
