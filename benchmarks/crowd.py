"""Browsers without a screen: sockets of logged-in agents, that note when each frame came."""

import asyncio
import json
import time
from contextlib import asynccontextmanager

import aiohttp

HELLO_SECONDS = 30


class Crowd:
    """`count` sockets in this process; `on_frame(frame, at, socket no.)` hears every frame that may matter."""

    def __init__(self, url, session_keys, on_frame=None):
        self._url, self._keys, self._on_frame = url, session_keys, on_frame or (lambda *frame: None)
        self._greeted = 0
        self.frames = self.bytes = self.lost = 0

    @asynccontextmanager
    async def connected(self):
        """Everybody has been greeted; leaves when the block ends."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            tasks = [asyncio.create_task(self._read(http, key, place)) for place, key in enumerate(self._keys)]
            try:
                await self._everybody()
                yield self
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _everybody(self):
        deadline = time.perf_counter() + HELLO_SECONDS
        while self._greeted < len(self._keys):
            if time.perf_counter() > deadline:
                raise SystemExit(f"Only {self._greeted} of {len(self._keys)} sockets were greeted.")
            await asyncio.sleep(0.05)

    async def _read(self, http, key, place):
        headers = {"Origin": self._url, "Cookie": f"sessionid={key}"}
        async with http.ws_connect(f"{self._url}/ws/inbox/", headers=headers, max_msg_size=0) as socket:
            async for message in socket:
                if message.type == aiohttp.WSMsgType.TEXT:
                    await self._take(message.data, socket, place)
            self.lost += 1

    async def _take(self, text, socket, place):
        at = time.time()
        frame = json.loads(text)
        self.frames += 1
        self.bytes += len(text)
        if frame["type"] == "hello":
            self._greeted += 1
        elif frame["type"] == "mark":
            await socket.send_str(json.dumps({"type": "ack", "sent": frame["sent"]}))
        else:
            self._on_frame(frame, at, place)
