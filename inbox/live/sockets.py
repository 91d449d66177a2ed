"""One browser's socket: an orderly queue out, a bound on what the browser has not read, an allowance in."""

import asyncio
import time
from collections import deque

from inbox import frames

# Bytes that may wait in this process, and bytes that may be on their way without the browser's word that it read them.
QUEUE_LIMIT = 1024 * 1024
UNREAD_LIMIT = 4 * 1024 * 1024
# So often the browser is asked how far it has read: a server that buffers without end would hide a slow reader.
MARK_EVERY = 256 * 1024

# Close codes of ours: the page comes back after TOO_SLOW, TOO_MANY and AGAIN, and not after the others.
LOGGED_OUT, DEACTIVATED, CHANGED = 4401, 4403, 4405
TOO_MANY, TOO_SLOW, AGAIN = 4408, 4409, 4410
# The protocol's own 1003 and 1009 are not for servers: Daphne closes with 1000 and 3000 to 4999, and else not at all.
NOT_TEXT, TOO_BIG = 4411, 4413


class Socket:
    """`send` and `close` are the consumer's coroutines; session_key and password are those of its handshake."""

    def __init__(self, agent, session_key, send, close):
        self.agent_id, self.session_key, self.password = agent.pk, session_key, agent.password
        self.role = agent.role
        self._send, self._close = send, close
        self._queue, self._queued = deque(), 0
        self._sent = self._marked = self._read = 0
        self._writer = None
        self.is_closing = False

    def offer(self, text):
        """Send when possible; a reader too far behind is cut, and catches up when it comes back."""
        if self.is_closing:
            return
        if self._queued > QUEUE_LIMIT or self._sent - self._read > UNREAD_LIMIT:
            self._queue.clear()
            self.end(TOO_SLOW)
            return
        self._enqueue(text)

    def end(self, code, why=""):
        """Say goodbye after what waits, and close."""
        if self.is_closing:
            return
        self.is_closing = True
        if why:
            self._enqueue(frames.text("bye", why=why))
        self._enqueue(code)

    def has_read(self, count):
        """The browser's answer to a mark; a number that was never sent is no answer."""
        if type(count) is int and self._read < count <= self._sent:
            self._read = count

    def forget(self):
        """The connection is gone: nothing more is sent."""
        self.is_closing = True
        self._queue.clear()

    def _enqueue(self, text_or_code):
        self._queue.append(text_or_code)
        self._queued += _size(text_or_code)
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def _write(self):
        try:
            while self._queue:
                await self._pass_on(self._queue.popleft())
        except (OSError, RuntimeError):
            # The server says that the connection is gone; disconnect() follows.
            self.forget()
        finally:
            self._queued, self._writer = 0, None

    async def _pass_on(self, text_or_code):
        if isinstance(text_or_code, int):
            await self._close(text_or_code)
            return
        await self._send(text_or_code)
        self._queued -= _size(text_or_code)
        self._sent += _size(text_or_code)
        if self._sent - self._marked > MARK_EVERY:
            self._marked = self._sent
            await self._send(frames.text("mark", sent=self._sent))


def _size(text_or_code):
    return len(text_or_code) if isinstance(text_or_code, str) else 0


class Allowance:
    """How much a browser may say: `burst` frames at once, `per_second` in the long run."""

    def __init__(self, burst=60, per_second=10, clock=time.monotonic):
        self._left, self._burst, self._per_second = burst, burst, per_second
        self._clock, self._at = clock, clock()

    def take(self):
        """True when one more frame is within it."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
