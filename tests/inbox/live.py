"""Browsers of the live tests: a socket of the real ASGI application, with a session, waiting for frames by type."""

import asyncio
import json

from asgiref.testing import ApplicationCommunicator
from django.test import Client

from inbox import frames, wire
from inbox.live.hub import in_thread

ADDRESS = "switchboard.test"
# Whatever arrives besides is not what a test waits for, unless it names it.
BACKGROUND = {"pulse", "agent", "mark"}
PATIENCE_SECONDS = 10


@in_thread
def log_in(agent):
    """A browser session of this agent: the client that holds its cookie."""
    client = Client()
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    return client


class Browser:
    """One tab. `agent` None: nobody has logged in.

    It speaks ASGI by asgiref's communicator: that of Channels keeps database connections from going back to the pool.
    """

    def __init__(self, application, agent=None, client=None, origin=f"http://{ADDRESS}"):
        self.agent, self.client = agent, client
        headers = [(b"host", ADDRESS.encode()), (b"origin", origin.encode())]
        if client:
            headers.append((b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()))
        scope = {"type": "websocket", "path": "/ws/inbox/", "query_string": b"", "headers": headers, "subprotocols": []}
        self.communicator = ApplicationCommunicator(application, scope)

    async def open(self):
        """True when the socket was accepted."""
        await self.communicator.send_input({"type": "websocket.connect"})
        answer = await self.communicator.receive_output(timeout=PATIENCE_SECONDS)
        return answer["type"] == "websocket.accept"

    async def say(self, **frame):
        await self.say_raw(text=json.dumps(frame))

    async def say_raw(self, **content):
        await self.communicator.send_input({"type": "websocket.receive", **content})

    async def hear(self, *types):
        """The next frame of one of these types, else the next that is not of the background."""
        while True:
            frame = await self._next()
            if frame["type"] in types or (not types and frame["type"] not in BACKGROUND):
                return frame

    async def _next(self):
        output = await self.communicator.receive_output(timeout=PATIENCE_SECONDS)
        if output["type"] == "websocket.close":
            return {"type": "closed", "code": output["code"]}
        return json.loads(output["text"])

    async def hear_all(self):
        """Everything until now but the background, by asking for one last frame."""
        await in_thread(wire.send)(frames.whole("read", frames.text("end"), agent=self.agent.pk))
        heard = []
        while (frame := await self.hear())["type"] != "end":
            heard.append(frame)
        return heard

    async def leave(self):
        await self.communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.communicator.wait(timeout=PATIENCE_SECONDS)


async def within(seconds, awaitable):
    """The answer, or a failure after so many seconds."""
    return await asyncio.wait_for(awaitable, seconds)
