"""The way to the product: signed, form-encoded POSTs about what became of a text, and about texts that came in.

As Twilio does, a callback that nobody takes is tried once more and then dropped: whoever must know asks the API.
"""

import asyncio
from dataclasses import dataclass

import aiohttp

from whatsapp.sandbox.faults import Faults
from whatsapp.sandbox.sms.exchange import Exchange
from whatsapp.sandbox.sms.records import FINAL, Text
from whatsapp.sandbox.sms.signature import signature
from whatsapp.sandbox.world import World

INBOUND_PATH = "/webhooks/sms/twilio/"
API_VERSION = "2010-04-01"
AGAIN_SECONDS = 0.5
ANSWER_SECONDS = 15
LOG_LENGTH = 500
# From here on the networks say no, where below the gateway itself did.
FIRST_NETWORK_CODE = 30003


@dataclass
class Call:
    """One POST to the product and the status it answered (0: nobody did)."""

    url: str
    fields: dict
    status: int


class Callbacks:
    """The pace is the world's: its settings sent_after, delivered_after (seconds) and statuses (auto or manual)."""

    def __init__(self, world: World, exchange: Exchange, faults: Faults, product_url: str = ""):
        self.world, self.exchange, self.faults = world, exchange, faults
        self.inbound_url = product_url.rstrip("/") + INBOUND_PATH if product_url else ""
        self.log: list[Call] = []
        self.session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task] = set()

    async def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS, connect=5)
        self.session = aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": "TwilioProxy/1.1"})

    def resume(self) -> None:
        """After a restart: go on with every text that stood between two steps."""
        for text in list(self.exchange.texts.values()):
            if text.direction != "inbound" and text.status not in FINAL:
                self.follow(text)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.session.close()

    def clear(self) -> None:
        self.log.clear()
        for task in self._tasks:
            task.cancel()

    # What becomes of a text

    def follow(self, text: Text) -> None:
        """Set a just accepted text on its way (not in `statuses: manual`)."""
        if self.world.settings["statuses"] != "manual":
            self._soon(self._walk(text))

    async def _walk(self, text: Text) -> None:
        if text.status == "queued":
            await self._tell(text, "queued")
            await self._step(text, "failed" if text.fate and text.fate < FIRST_NETWORK_CODE else "sent", "sent_after")
        if text.status == "sent":
            await self._step(text, "undelivered" if text.fate else "delivered", "delivered_after")

    async def _step(self, text: Text, word: str, pause: str) -> None:
        await asyncio.sleep(self.world.settings[pause])
        if text.status not in FINAL:
            await self.push(text, word)

    async def push(self, text: Text, word: str, code: int | None = None) -> None:
        """Move a text to a status and tell the product, whatever it stood at."""
        text.status = word
        if word in ("failed", "undelivered"):
            text.error_code = code or text.fate or 30008
        self.exchange.changed()
        await self._tell(text, word)

    async def _tell(self, text: Text, word: str) -> None:
        if text.callback:
            error = {"ErrorCode": str(text.error_code)} if word in ("failed", "undelivered") else {}
            await self._send(text.account_sid, text.callback, _common(text) | _status(text, word) | error)

    def receive(self, text: Text) -> None:
        """Tell the product of an inbound text."""
        url = self.exchange.accounts[text.account_sid].sms_url or self.inbound_url
        if url:
            counts = {"NumMedia": "0", "NumSegments": str(text.segments), "SmsStatus": "received"}
            fields = _common(text) | counts | {"Body": text.body, "SmsMessageSid": text.sid}
            self._soon(self._send(text.account_sid, url, fields))

    # Out

    async def _send(self, account_sid: str, url: str, fields: dict) -> None:
        if self.faults.take("lose"):
            return
        if slow := self.faults.take("delay"):
            self._soon(self._late(slow["seconds"], account_sid, url, fields))
            return
        twice = self.faults.take("repeat")
        for _ in range(twice.get("copies", 2) if twice else 1):
            await self.post(account_sid, url, fields)

    async def _late(self, seconds: float, account_sid: str, url: str, fields: dict) -> None:
        await asyncio.sleep(seconds)
        await self.post(account_sid, url, fields)

    async def post(self, account_sid: str, url: str, fields: dict, token: str = "") -> int:
        """One signed POST, once more where nobody answered. `token`: sign with another than the account's."""
        signed = signature(token or self.exchange.accounts[account_sid].auth_token, url, fields)
        for pause in (AGAIN_SECONDS, 0):
            if status := await self._post_once(url, fields, signed):
                break
            await asyncio.sleep(pause)
        self.log.append(Call(url, fields, status))
        del self.log[:-LOG_LENGTH]
        return status

    async def _post_once(self, url: str, fields: dict, signed: str) -> int:
        headers = {"X-Twilio-Signature": signed}
        try:
            async with self.session.post(url, data=fields, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return 0

    def _soon(self, work) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _common(text: Text) -> dict:
    return {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "AccountSid": text.account_sid,
        "From": text.sender,
        "To": text.to,
        "ApiVersion": API_VERSION,
    }


def _status(text: Text, word: str) -> dict:
    return {"MessageStatus": word, "SmsStatus": word}
