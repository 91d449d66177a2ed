"""`manage.py sandbox`: a process on its own, with a state file."""

import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sandbox.phone import Sandbox
from whatsapp.sandbox.server import start_in_thread

ROOT = Path(__file__).parents[2]


@contextmanager
def running(*options):
    """The process, once it listens, and a client for it."""
    command = [sys.executable, "manage.py", "sandbox", *map(str, options)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        client = Sandbox(re.search(r"http://[\d.:]+", line).group())
        yield process, client
        client.session.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_sigterm_ends_it_politely_and_the_chats_are_there_again(tmp_path):
    state = tmp_path / "deep" / "sandbox.json"
    with running("--port", 0, "--state", state) as (_, client):
        client.customer("Amira").writes("أين طردي؟")
        client.customer("Amira").sends_media(b"%PDF-1.4", "application/pdf", "a.pdf")
        client.number_is(announces_edits=True)
        client.new_customer("Mina")
    assert state.stat().st_mode & 0o777 == 0o600
    with running("--port", 0, "--state", state) as (_, client):
        assert [m["type"] for m in client.customer("Amira").messages()] == ["text", "document"]
        assert client.numbers()[0]["announces_edits"]
        assert client.customer("Mina")


def test_a_second_one_on_the_same_port_is_refused_and_leaves_the_state_alone(handle, tmp_path):
    state = tmp_path / "sandbox.json"
    with pytest.raises(OSError, match="in use"):
        start_in_thread(handle.port, state=state)
    assert not state.exists()
