"""docs/api.md is run as it stands: its commands by a real shell and curl, with the sandbox as WhatsApp.

Fences: `sh` is run; `json 201` is the last answer, as far as it is shown; `json callback` and `json webhook` are what a
program got. Comments like `<!-- Ida taps: Yes -->` are what happens on the phone. `ID=17   # `id` of the answer` keeps
a part of the last answer.
"""

import json
import os
import queue
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.test import Client, TestCase
from standardwebhooks.webhooks import Webhook

from inbox.models import ApiKey, Installation, Subscription
from tests.api.contract import checked
from tests.workflow import LOOPBACK, running_workflow

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
PART = re.compile(r"^```(sh|json)(?: (\w+))?\n(.*?)^```$|^<!-- (\w+) (\w+): (.*?) -->$", re.MULTILINE | re.DOTALL)
KEPT = re.compile(r"^(\w+)=\S+\s+# `([\w.]+)` of the (answer|callback)$", re.MULTILINE)
# What an example promises to the letter; of the rest it shows that it is there.
TO_THE_LETTER = ("status", "code", "kind", "type", "direction", "applied", "author_kind", "field", "state", "text")
STATUS_OF_ANSWER = "\n%{http_code}\n"
PATIENCE_SECONDS = 60


class ApiDoor:
    """An address for curl, behind which the test's own thread answers."""

    def __init__(self):
        self.waiting = queue.SimpleQueue()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.waiting))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def _handler(waiting):
    class Handler(BaseHTTPRequestHandler):
        def serve(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answers = queue.SimpleQueue()
            waiting.put((self.command, self.path, dict(self.headers), body, answers))
            answer = answers.get(timeout=PATIENCE_SECONDS)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PATCH = do_DELETE = serve

        def log_message(self, *_):
            """Quiet."""

    return Handler


class Reader:
    """Whoever follows the guide with a shell."""

    def __init__(self, office, door, workflow, directory, **names):
        self.office, self.door, self.workflow, self.directory = office, door, workflow, directory
        self.names = {name: str(value) for name, value in names.items()}
        self.answer = self.status = None

    def runs(self, script):
        for name, path, source in KEPT.findall(script):
            self.names[name] = str(part_of(self.answer if source == "answer" else self.workflow.calls[-1], path))
        script = f"curl() {{ command curl --fail-early -w '{STATUS_OF_ANSWER}' \"$@\"; }}\n{KEPT.sub('', script)}"
        environment = {**os.environ, **self.names}
        shell = subprocess.Popen(
            ["bash", "-euc", script], cwd=self.directory, env=environment, stdout=subprocess.PIPE, text=True
        )
        self.serves_while(shell)
        said = shell.communicate()[0].rstrip("\n").splitlines()
        assert shell.returncode == 0, script
        self.status, self.answer = int(said[-1]), json.loads(said[-2])

    def serves_while(self, shell):
        while shell.poll() is None:
            try:
                method, path, headers, body, answers = self.door.waiting.get(timeout=0.02)
            except queue.Empty:
                continue
            answers.put(self.serve(method, path, headers, body))

    def serve(self, method, path, headers, body):
        with TestCase.captureOnCommitCallbacks(execute=True):
            kind = headers.pop("Content-Type", "")
            told = {name: value for name, value in headers.items() if name not in ("Host", "Content-Length")}
            answer = checked(Client().generic(method, path, body, content_type=kind, headers=told))
        self.office.worker.work()
        return answer

    def sees(self, status, shown):
        assert self.status == int(status), self.answer
        assert_shown(self.answer, shown)

    def does(self, who, what, text):
        phone = self.office.sandbox.customer(who)
        if what == "taps":
            phone.taps(self.office.sandbox.waits_for_sent(customer=phone, type="template"), text)
        else:
            phone.writes(text)
        self.office.waits_for_word(phone, text)
        self.office.settle()


def part_of(answer, path):
    for name in path.split("."):
        answer = answer[int(name)] if name.isdigit() else answer[name]
    return answer


def assert_shown(told, shown, name=""):
    """Everything that the guide shows is there; what it promises to the letter is the same."""
    if isinstance(shown, dict):
        for inner, value in shown.items():
            assert inner in told, f"{inner} is missing in {told}"
            assert_shown(told[inner], value, inner)
    elif isinstance(shown, list):
        for one, value in zip(told, shown, strict=False):
            assert_shown(one, value, name)
        assert len(told) >= len(shown), name
    elif name in TO_THE_LETTER or shown is None:
        assert told == shown, f"{name}: {told} instead of {shown}"
    else:
        assert type(told) is type(shown), f"{name}: {told} instead of {shown}"


@pytest.fixture
def door():
    opened = ApiDoor()
    yield opened
    opened.close()


@pytest.fixture
def key(db):
    Installation.switch_on()
    key = ApiKey(name="CRM", scopes=list(ApiKey.Scope.values))
    key.token = key.rotate()
    key.save()
    return key


@pytest.fixture
def reader(office, templates, door, key, settings, tmp_path):
    assert shutil.which("curl"), "The guide is run by curl: install it"
    settings.PROGRAMS_ALLOWED_NETWORKS = LOOPBACK
    mira, ben = office.agent("Mira"), office.agent("Ben")
    office.sandbox.new_customer("Jule Peters", phone="4917255501499")
    with running_workflow() as workflow:
        workflow.answers({"action": "later"})
        names = {"SWITCHBOARD": door.url, "KEY": key.token, "WORKFLOW": workflow.url}
        assert mira.agent.pk < ben.agent.pk
        yield Reader(office, door, workflow, tmp_path, **names)


def test_the_guide_to_the_api_says_what_is_so(reader, key):
    """S0-2, S0-5, S0-6, S0-7, S0-11, S0-13, S0-16, S0-24, S0-28, S3-23"""
    for kind, info, text, who, what, words in PART.findall(GUIDE.read_text()):
        if who:
            reader.does(who, what, words)
        elif kind == "sh":
            reader.runs(text)
        elif info in ("callback", "webhook"):
            secret = key.relay_secret if info == "callback" else Subscription.objects.get().secret
            assert_shown(received(reader.workflow, secret), json.loads(text))
        elif info:
            reader.sees(info, json.loads(text))


def received(workflow, secret):
    """What the newest call said, verified as the guide verifies it."""
    request = workflow.program.received[-1]
    return Webhook(secret).verify(request.body, request.headers)
