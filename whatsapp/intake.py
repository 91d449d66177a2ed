"""Meta's POSTs come in beside Django: no middleware, and those that wait at the same time share a transaction."""

import asyncio

from channels.db import DatabaseSyncToAsync
from django.conf import settings
from django.db import Error as DatabaseTrouble

from whatsapp.keeping import AWAY, TOO_LARGE, Post, keep

SIGNATURE = b"x-hub-signature-256"


class Intake:
    """An ASGI application for POSTs of Meta's webhook; its GETs are for whatsapp.views."""

    def __init__(self):
        self._batch = Batch()
        self._turn = asyncio.Lock()

    async def __call__(self, scope, receive, send):
        body = await read(receive, settings.WEBHOOK_MAX_BYTES)
        if body is None:
            return  # it broke off, so nobody waits for an answer
        signature = dict(scope["headers"]).get(SIGNATURE, b"").decode("latin1")
        too_large = len(body) > settings.WEBHOOK_MAX_BYTES
        await answer(send, TOO_LARGE if too_large else await self._kept(Post(body, signature)))

    async def _kept(self, post):
        """Whoever finds the way free takes along all who have come until then; the next ones gather meanwhile."""
        batch, place = self._batch, self._batch.join(post)
        async with self._turn:
            if batch is self._batch:
                self._batch = Batch()
                await batch.keep()
        return batch.answers[place]


class Batch:
    """Posts that are kept together, and in their order what they are answered."""

    def __init__(self):
        self.posts = []
        self.answers = []

    def join(self, post):
        self.posts.append(post)
        self.answers.append(AWAY)
        return len(self.posts) - 1

    async def keep(self):
        try:
            self.answers = await DatabaseSyncToAsync(keep, thread_sensitive=False)(self.posts)
        except DatabaseTrouble:
            self.answers = [AWAY] * len(self.posts)


async def read(receive, most_bytes):
    """The body, of a longer one a byte more than that; None where it broke off."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b"")[: most_bytes + 1 - size])
        size += len(parts[-1])
        if not message.get("more_body"):
            return b"".join(parts)


async def answer(send, told):
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(told.words)).encode())]
    await send({"type": "http.response.start", "status": told.status, "headers": headers})
    await send({"type": "http.response.body", "body": told.words.encode()})
