"""The parts of live that need no database: whose pages may connect, how far a reader may fall behind."""

import asyncio
import json
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from inbox.live import Allowance, Socket, sockets
from inbox.live.index import Index
from inbox.live.sockets import TOO_SLOW
from inbox.queries.sight import Sight
from inbox.routing import is_ours
from inbox.rules.visibility import Viewer
from tests.inbox.live import ADDRESS


@pytest.mark.parametrize(
    "origin, is_welcome",
    [
        (f"http://{ADDRESS}", True),
        (f"https://{ADDRESS}", True),
        (f"HTTP://{ADDRESS.upper()}", True),
        ("https://inbox.example.com", True),  # SITE_URL, behind a proxy that renames the host
        ("https://desk.example.com", True),  # trusted
        (f"http://{ADDRESS}:8001", False),  # another program on the same machine: the sandbox, say
        (f"http://evil.{ADDRESS}", False),
        (f"http://{ADDRESS}.evil.com", False),
        ("http://evil.com", False),
        (f"ftp://{ADDRESS}", False),
        ("http://[", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_our_own_pages_open_sockets(settings, origin, is_welcome):
    settings.ALLOWED_HOSTS = [ADDRESS]
    settings.SITE_URL, settings.CSRF_TRUSTED_ORIGINS = "https://inbox.example.com", ["https://desk.example.com"]
    assert is_ours(origin.lower(), ADDRESS) == is_welcome


def test_a_foreign_name_for_our_address_opens_nothing():
    assert not is_ours("http://rebound.example.com", "rebound.example.com")
    assert not is_ours("http://", "")


# --- A reader who falls behind ---------------------------------------------------------------------------------------

KILOBYTES_64 = "x" * 65536


class Line:
    """What stands between the Socket and its browser; `is_stuck`: the server takes nothing more."""

    def __init__(self, is_stuck=False):
        self.sent, self.code, self.is_stuck = [], None, is_stuck
        agent = SimpleNamespace(pk=1, role="agent", password="")
        self.socket = Socket(agent, "key", self._send, self._close)

    async def _send(self, text):
        if self.is_stuck:
            await asyncio.Event().wait()
        self.sent.append(text)

    async def _close(self, code):
        self.code = code

    async def offer(self, text, times=1):
        for _ in range(times):
            self.socket.offer(text)
            for _ in range(3):
                await asyncio.sleep(0)

    def marks(self):
        return [json.loads(text)["sent"] for text in self.sent if text.startswith('{"type":"mark"')]


async def test_a_reader_who_answers_marks_is_never_cut():
    line = Line()
    for _ in range(3 * sockets.UNREAD_LIMIT // len(KILOBYTES_64)):
        await line.offer(KILOBYTES_64)
        if line.marks():
            line.socket.has_read(line.marks()[-1])
    assert line.code is None
    assert line.sent.count(KILOBYTES_64) == 3 * sockets.UNREAD_LIMIT // len(KILOBYTES_64)


async def test_a_reader_who_answers_nothing_is_cut_at_the_limit():
    line = Line()
    await line.offer(KILOBYTES_64, times=2 * sockets.UNREAD_LIMIT // len(KILOBYTES_64))
    assert line.code == TOO_SLOW
    assert sum(map(len, line.sent)) < sockets.UNREAD_LIMIT + sockets.QUEUE_LIMIT


async def test_a_server_that_takes_nothing_more_does_not_fill_our_memory():
    line = Line(is_stuck=True)
    await line.offer(KILOBYTES_64, times=2 * sockets.QUEUE_LIMIT // len(KILOBYTES_64))
    assert line.socket.is_closing
    assert line.socket._queued < sockets.QUEUE_LIMIT + 2 * len(KILOBYTES_64)
    line.socket.forget()


@pytest.mark.parametrize("answer", [-1, 10**12, "5", None, True, 0.5])
async def test_an_answer_that_cannot_be_true_does_not_count(answer):
    line = Line()
    await line.offer(KILOBYTES_64)
    line.socket.has_read(answer)
    assert line.socket._read == 0


async def test_frames_leave_in_the_order_they_came():
    line = Line()
    for number in range(5):
        line.socket.offer(str(number))
    line.socket.end(4000, "done")
    line.socket.offer("too late")
    line.socket.end(4001)
    for _ in range(10):
        await asyncio.sleep(0)
    assert line.sent == ["0", "1", "2", "3", "4", '{"type":"bye","why":"done"}']
    assert line.code == 4000


async def test_a_connection_that_is_gone_ends_quietly():
    line = Line()

    async def gone(text):
        raise RuntimeError("Unexpected ASGI message after close")

    line.socket._send = gone
    await line.offer("hello")
    assert line.socket.is_closing


def test_an_allowance_refills_with_time():
    now = [0.0]
    allowance = Allowance(burst=3, per_second=2, clock=lambda: now[0])
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]
    now[0] = 1.0
    assert [allowance.take() for _ in range(3)] == [True, True, False]
    now[0] = 100.0
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]


# --- The index -------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Tab:
    agent_id: int


def sight(agent_id, *number_ids, role="agent"):
    return Sight(Viewer(agent_id, role, frozenset(number_ids), frozenset()), frozenset(), True, 0, None)


def near(index, *number_ids):
    return {viewer.agent_id for viewer in index.viewers_near(number_ids)}


def test_the_index_knows_who_is_near_a_number():
    index = Index()
    tabs = [Tab(agent_id) for agent_id in (1, 1, 2, 3)]
    for tab, seen in zip(tabs, [sight(1, 10), sight(1, 10), sight(2, 10, 20), sight(3, role="admin")], strict=True):
        index.add(tab, seen)
    assert [near(index, 10), near(index, 20), near(index, 30), near(index)] == [{1, 2, 3}, {2, 3}, {3}, {3}]
    index.look_through(sight(2, 30))
    assert [near(index, 10), near(index, 20), near(index, 30)] == [{1, 3}, {3}, {2, 3}]
    index.remove(tabs[0])
    assert near(index, 10) == {1, 3}
    index.remove(tabs[1])
    index.remove(tabs[1])
    assert near(index, 10) == {3}
    index.remove(tabs[3])
    assert (near(index, 10), index.agent_ids, len(index.sockets())) == (set(), [2], 1)
