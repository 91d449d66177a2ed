"""Redis goes away and comes back (R-8): every open page is told to look again, and frames flow."""

import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from config.asgi import application
from inbox import frames, wire
from inbox.live import hub_here
from inbox.live.hub import in_thread
from tests.factories import make_agent
from tests.inbox.live import ADDRESS, Browser, log_in

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def store(settings):
    """A Redis of our own that can be stopped: the program that serves the tests' Redis, started once more."""
    with Redis.from_url(settings.REDIS_URL) as redis:
        program = redis.info("server")["executable"]
    with tempfile.TemporaryDirectory() as place:
        yield Store(program, Path(place) / "redis.sock")


class Store:
    def __init__(self, program, socket):
        self.url = f"unix://{socket}"
        self.command = [program, "--port", "0", "--unixsocket", str(socket), "--save", ""]

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if "Ready to accept connections" in line or "ready to accept connections" in line:
                return

    def stop(self):
        self.process.kill()
        self.process.stdout.close()
        self.process.wait()


async def test_pages_hear_frames_again_after_an_outage_and_look_again_at_once(settings, transactional_db):
    settings.ALLOWED_HOSTS = [ADDRESS]
    agent = await in_thread(make_agent)()
    with store(settings) as redis:
        redis.start()
        settings.REDIS_URL = redis.url
        tab = Browser(application, agent, await log_in(agent))
        assert await tab.open()
        await tab.hear("hello")
        assert await tab.hear_all() == []

        redis.stop()
        assert not await in_thread(wire.send)(frames.whole("refresh", frames.text("refresh"), numbers=[]))
        redis.start()

        assert await tab.hear() == {"type": "refresh"}
        assert await in_thread(eventually_sends)(frames.whole("read", frames.text("again"), agent=agent.pk))
        assert await tab.hear() == {"type": "again"}
        await tab.leave()
        await hub_here().stop()
        redis.stop()


def eventually_sends(frame):
    """The wire rests for a second after a failure; a caller is not kept waiting meanwhile."""
    return any(wire.send(frame) for _ in range(10**7))


async def test_a_page_is_greeted_while_redis_is_away(settings, transactional_db):
    settings.ALLOWED_HOSTS = [ADDRESS]
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    agent = await in_thread(make_agent)()
    tab = Browser(application, agent, await log_in(agent))
    assert await tab.open()
    assert (await tab.hear())["type"] == "hello"
    await tab.leave()
    await hub_here().stop()
