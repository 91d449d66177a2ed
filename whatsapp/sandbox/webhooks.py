"""The way to the product: signed POSTs, in order within a chat, bounded in number, repeated until they are taken.

Meta promises no order. The sandbox keeps it within a chat all the same, so that only a fault brings disorder. Two kinds
of trouble differ: a product that is away (no connection, or 503) closes the gate for everybody and order is kept; any
other answer makes that one webhook try again by itself while its neighbours go on.
"""

import asyncio
import itertools
from collections import deque
from dataclasses import asdict

import aiohttp

from whatsapp.sandbox import payloads
from whatsapp.sandbox.faults import Faults
from whatsapp.sandbox.records import Delivery
from whatsapp.sandbox.world import World, new_id

WORKERS = 16
GIVE_UP_SECONDS = 7 * 24 * 3600
RETRY_SECONDS = (0.5, 1, 2, 5, 15, 60)
AWAY_SECONDS = (0.2, 0.4, 0.8, 1.5, 3)
ANSWER_SECONDS = 20
GATHER_SECONDS = 0.005
LOG_LENGTH = 1000
AGENT = "facebookexternalua"


class Outbox:
    """All webhooks that have not been taken yet, by lane (one per chat), and a log of the last ones."""

    def __init__(self, world: World, faults: Faults, product_url: str = ""):
        self.world, self.faults, self.product_url = world, faults, product_url
        self.pending: dict[int, Delivery] = {}
        self.log: deque[Delivery] = deque(maxlen=LOG_LENGTH)
        self.held: list[Delivery] = []
        self._ids = itertools.count(1)
        self._lanes: dict[str, deque[Delivery]] = {}
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._busy: set[str] = set()
        self._gathering = asyncio.Lock()
        self._away_count = 0
        self._gate_until = 0.0
        self._workers: list[asyncio.Task] = []
        self.session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS, connect=5)
        connector = aiohttp.TCPConnector(limit=WORKERS * 2)
        self.session = aiohttp.ClientSession(timeout=timeout, connector=connector, headers={"User-Agent": AGENT})
        self._workers = [asyncio.create_task(self._work()) for _ in range(WORKERS)]

    async def stop(self) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self.session.close()

    # In

    def url_for(self, account_id: str, number_id: str = "") -> str:
        """Number override, then account override, then the product's own address."""
        number = self.world.numbers.get(number_id)
        own = number.callback_url if number else ""
        return own or self.world.accounts[account_id].callback_url or self.product_url

    def put(
        self, account_id: str, field: str, value: object, lane: str = "", number_id: str = "", **more
    ) -> Delivery | None:
        """Queue one change. `lane`: those of one lane keep their order. None where nobody listens.

        `more`: message_id (an inbound message that turns `delivered`), delay (seconds), raw, signature.
        """
        url = self.url_for(account_id, number_id)
        if not url or not self.world.accounts[account_id].subscribed or self.faults.take("lose"):
            return None
        slow = self.faults.take("delay")
        now = self.world.now()
        wait = more.pop("delay", 0) + (slow["seconds"] if slow else 0)
        number = next(self._ids)
        lane = f"late:{number}" if wait else lane or f"{account_id}:{field}"
        delivery = Delivery(number, url, account_id, field, value, lane, now + wait, created_at=now, **more)
        self.pending[number] = delivery
        self.log.append(delivery)
        self.world.changed()
        self._enqueue(delivery)
        return delivery

    def _enqueue(self, delivery: Delivery) -> None:
        if self.faults.find("hold"):
            self.held.append(delivery)
            return
        self._lanes.setdefault(delivery.lane, deque()).append(delivery)
        self._wake(delivery.lane)

    def _wake(self, lane: str) -> None:
        """Make a lane's head run when it is due, unless the lane is in somebody's hands."""
        if lane in self._busy:
            return
        self._busy.add(lane)
        wait = self._lanes[lane][0].due_at - self.world.now()
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self._ready.put_nowait, lane)
        else:
            self._ready.put_nowait(lane)

    def release(self) -> None:
        """Let go what the fault `hold` kept back."""
        held, self.held = self.held, []
        for delivery in held:
            self._enqueue(delivery)

    def retry_now(self) -> int:
        """Open the gate and bring forward everything that waits for another attempt."""
        self._gate_until, self._away_count = 0.0, 0
        waiting = [d for d in self.pending.values() if d.attempts and d.due_at > self.world.now()]
        for delivery in waiting:
            delivery.due_at = self.world.now()
            self._ready.put_nowait(delivery.lane)
        return len(waiting)

    def clear(self) -> None:
        """Forget everything that waits (control: reset)."""
        self.pending.clear()
        self.log.clear()
        self.held.clear()
        for lane in self._lanes.values():
            lane.clear()
        self._gate_until, self._away_count = 0.0, 0

    # Out

    async def _work(self) -> None:
        while True:
            lane = await self._ready.get()
            await self._gate()
            flight, mode = await self._board(lane)
            if flight:
                await self._fly(flight, mode)
            self._busy.discard(lane)
            for name in {lane, *(d.lane for d in flight)}:
                self._tend(name)

    async def _board(self, lane: str) -> tuple[list[Delivery], str]:
        """What leaves next, and how: the lane's head, or a group while a fault asks for one."""
        if not self._group_fault():
            return self._head(lane), ""
        async with self._gathering:
            fault = self._group_fault()
            return (await self._gather(fault), fault["kind"]) if fault else (self._head(lane), "")

    def _group_fault(self) -> dict | None:
        return self.faults.find("batch") or self.faults.find("reorder")

    def _tend(self, lane: str) -> None:
        """Wake a lane that has more, forget one that has not."""
        if self._lanes.get(lane):
            self._wake(lane)
        elif lane not in self._busy:
            self._lanes.pop(lane, None)

    def _head(self, lane: str) -> list[Delivery]:
        line = self._lanes.get(lane)
        return [line.popleft()] if line else []

    async def _gather(self, fault: dict) -> list[Delivery]:
        """Collect up to `count` deliveries from all lanes, waiting at most `wait` seconds (0.3)."""
        clock = asyncio.get_running_loop().time
        count, deadline = fault.get("count", 10), clock() + fault.get("wait", 0.3)
        flight = self._drain(count)
        while flight and len(flight) < count and clock() < deadline:
            await asyncio.sleep(GATHER_SECONDS)
            flight += self._drain(count - len(flight))
        if flight:
            self.faults.take(fault["kind"])
        return flight

    def _drain(self, count: int) -> list[Delivery]:
        taken, now = [], self.world.now()
        for line in self._lanes.values():
            while line and len(taken) < count and line[0].due_at <= now:
                taken.append(line.popleft())
        return taken

    async def _gate(self) -> None:
        while (wait := self._gate_until - self.world.now()) > 0:
            await asyncio.sleep(wait)

    async def _fly(self, flight: list[Delivery], mode: str) -> None:
        if mode == "batch" and len(flight) > 1:
            await self._fly_together(flight)
            return
        for delivery in reversed(flight) if mode == "reorder" else flight:
            status, words = await self._post(delivery.url, self._account_secret(delivery), self._body(delivery))
            self._settle([delivery], status, words)

    async def _fly_together(self, flight: list[Delivery]) -> None:
        """One POST for each app (a POST has one signature) and address."""
        groups: dict[tuple, list[Delivery]] = {}
        for delivery in flight:
            alone = delivery.id if delivery.raw is not None else 0
            groups.setdefault((delivery.account_id, delivery.url, alone), []).append(delivery)
        for (_, url, alone), rows in groups.items():
            changes = [(d.account_id, d.field, d.value) for d in rows]
            body = self._body(rows[0]) if alone else payloads.encode(payloads.batch(changes, self.world.now()))
            status, words = await self._post(url, self._account_secret(rows[0]), body)
            self._settle(rows, status, words)

    def _body(self, delivery: Delivery) -> bytes:
        if delivery.raw is not None:
            return delivery.raw.encode("utf-8", "surrogatepass")
        entry = payloads.entry(delivery.account_id, delivery.field, delivery.value, delivery.created_at)
        return payloads.encode(payloads.envelope([entry]))

    def _account_secret(self, delivery: Delivery) -> str:
        secret = self.world.accounts[delivery.account_id].app_secret
        return secret if delivery.signature == "good" else secret[::-1]

    async def _post(self, url: str, secret: str, body: bytes) -> tuple[int, str]:
        """Status 0: nobody answered. Repeated on fault `repeat`; the first answer counts."""
        twice = self.faults.take("repeat")
        answers = [await self._post_once(url, secret, body) for _ in range(twice.get("copies", 2) if twice else 1)]
        return answers[0]

    async def _post_once(self, url: str, secret: str, body: bytes) -> tuple[int, str]:
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": payloads.signature(secret, body)}
        try:
            async with self.session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                return answer.status, f"{answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError, OSError) as trouble:
            return 0, f"{type(trouble).__name__}: {trouble}"[:200]

    def _settle(self, rows: list[Delivery], status: int, words: str) -> None:
        for delivery in reversed(rows):
            delivery.attempts += 1
            delivery.answer = words
            if delivery.id not in self.pending:
                continue
            if status == 200:
                self._taken(delivery)
            elif self.world.now() - delivery.created_at > GIVE_UP_SECONDS:
                self._end(delivery, "given up")
            elif status in (0, 503):
                self._lanes.setdefault(delivery.lane, deque()).appendleft(delivery)
            else:
                self._retry_alone(delivery)
        self._note_presence(status)
        self.world.changed()

    def _note_presence(self, status: int) -> None:
        if status in (0, 503):
            wait = AWAY_SECONDS[min(self._away_count, len(AWAY_SECONDS) - 1)]
            self._away_count += self.world.now() >= self._gate_until
            self._gate_until = self.world.now() + wait
        else:
            self._away_count, self._gate_until = 0, 0.0

    def _taken(self, delivery: Delivery) -> None:
        self._end(delivery, "taken")
        message = self.world.messages.get(delivery.message_id)
        if message and message.status == "pending":
            message.status = "delivered"
            self.world.tell("message", message)

    def _end(self, delivery: Delivery, state: str) -> None:
        delivery.state = state
        self.pending.pop(delivery.id, None)

    def _retry_alone(self, delivery: Delivery) -> None:
        wait = RETRY_SECONDS[min(delivery.attempts - 1, len(RETRY_SECONDS) - 1)]
        delivery.due_at = self.world.now() + wait
        delivery.lane = f"again:{delivery.id}"
        self._enqueue(delivery)

    # Verification and persistence

    async def verify(self, url: str, token: str) -> tuple[bool, str]:
        """Meta's GET when a callback is saved: the product must answer 200 with the challenge."""
        challenge = new_id("1")
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
        try:
            async with self.session.get(url, params=query, allow_redirects=False) as answer:
                text = (await answer.text())[:200]
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as trouble:
            return False, f"{type(trouble).__name__}: {trouble}"[:200]
        return answer.status == 200 and text.strip() == challenge, f"{answer.status} {text[:80]}"

    def dump(self) -> list[dict]:
        return [asdict(d) for d in self.pending.values()]

    def load(self, rows: list[dict]) -> None:
        """Take up what had not been taken when the last process ended."""
        for row in rows:
            delivery = Delivery(**row)
            self.pending[delivery.id] = delivery
            self.log.append(delivery)
            self._enqueue(delivery)
        self._ids = itertools.count(max(self.pending, default=0) + 1)
