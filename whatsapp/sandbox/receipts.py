"""What becomes of a message after it was accepted: sent, delivered, read, or failed, each told by webhook."""

import asyncio

from whatsapp.sandbox import payloads
from whatsapp.sandbox.media import MediaStore
from whatsapp.sandbox.records import TRAITS, Message
from whatsapp.sandbox.refusals import fault
from whatsapp.sandbox.webhooks import Outbox
from whatsapp.sandbox.world import World

ORDER = ("accepted", "sent", "delivered", "read", "played")
SILENT_TYPES = ("reaction",)


class Receipts:
    def __init__(self, world: World, outbox: Outbox, media: MediaStore):
        self.world, self.outbox, self.media = world, outbox, media
        self._tasks: set[asyncio.Task] = set()

    def follow(self, message: Message) -> None:
        """Set a just accepted message on its way (not in `statuses: manual`)."""
        if self.world.settings["statuses"] == "manual":
            return
        self._later(self.world.settings["sent_after"], self._first_step, message)

    def resume(self) -> None:
        """After a restart: go on with every message that stood between two steps."""
        for message in self.world.messages.values():
            if message.direction == "out" and message.status == "accepted":
                self.follow(message)
            elif message.direction == "out" and message.status == "sent" and message.type not in SILENT_TYPES:
                self._deliver_later(message)

    def _later(self, seconds: float, act, *about) -> None:
        asyncio.get_running_loop().call_later(seconds, act, *about)

    def _first_step(self, message: Message) -> None:
        if message.error:
            self.push(message, "failed")
        elif self.media.links_of(message) and self.world.settings["fetch_links"]:
            task = asyncio.create_task(self._fetch_then_send(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._sent(message)

    async def _fetch_then_send(self, message: Message) -> None:
        trouble = await self.media.fetch_links(message)
        if trouble:
            self.push(message, "failed", fault(131053, trouble))
        else:
            self._sent(message)

    def _sent(self, message: Message) -> None:
        if not self.push(message, "sent") or message.type in SILENT_TYPES:
            return
        self._deliver_later(message)

    def _deliver_later(self, message: Message) -> None:
        traits = self.world.customers[message.customer_id].traits
        if "never_delivered" in traits:
            return
        wait = self.world.settings["delivered_after"] - self.world.settings["sent_after"]
        self._later(float(traits.get("slow", max(0.0, wait))), self._delivered, message)

    def _delivered(self, message: Message) -> None:
        self.push(message, "delivered")
        if self.world.is_watching(message.number_id, message.customer_id):
            self._later(self.world.settings["read_after"], self.read, message)

    def read(self, message: Message) -> bool:
        """The customer has seen it; nothing leaves for a person who turned read receipts off."""
        if "receipts_off" in self.world.customers[message.customer_id].traits:
            return False
        return self.push(message, "read")

    def read_chat(self, number_id: str, customer_id: str) -> int:
        """All that had been delivered becomes read; how many did."""
        chat = self.world.chat(number_id, customer_id)
        rows = [self.world.messages[i] for i in chat.messages if i in self.world.messages]
        return sum(self.read(m) for m in rows if m.direction == "out" and m.status == "delivered")

    def push(self, message: Message, word: str, error: dict | None = None) -> bool:
        """Move a message to a status and tell the product. False where it stands there or further already."""
        if message.id not in self.world.messages or not _is_forward(message.status, word):
            return False
        message.status = word
        message.error = error or message.error
        if word == "failed" and message.error is None:
            message.error = fault(131000)
        self.report(message, word)
        self.world.tell("message", message)
        return True

    def report(self, message: Message, word: str) -> None:
        """Send one status webhook, whatever the message's own state (the control API repeats and goes back)."""
        number, customer = self.world.numbers[message.number_id], self.world.customers[message.customer_id]
        contacts = word != "failed" or self.world.settings["contacts_in_failed"]
        value = payloads.status(number, customer, message, word, self.world.now(), contacts)
        lane = f"{number.id}:{customer.id}"
        self.outbox.put(number.account_id, "messages", value, lane=lane, number_id=number.id)


def _is_forward(old: str, new: str) -> bool:
    if old == "failed" or old not in ORDER:
        return False
    return new == "failed" or ORDER.index(new) > ORDER.index(old)


def fate(traits: dict, is_marketing: bool, window_open: bool, needs_window: bool) -> dict | None:
    """The error a message will meet after it was accepted; None when it will arrive.

    Traits first (they hold for any message, three for marketing templates only), then the window (131047).
    """
    for trait in traits:
        code = TRAITS.get(trait)
        if code and trait != "not_allowed" and (code == 131026 or is_marketing):
            return fault(code)
    return fault(131047) if needs_window and not window_open else None
