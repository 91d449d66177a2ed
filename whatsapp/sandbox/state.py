"""The state file: the whole world as one JSON document, written behind and replaced in one step.

Writing costs more as chats grow, so the pause between two writes is 0.3 s or twenty times the last write, whichever is
longer: never more than a twentieth of the process. A kill -9 loses that much; SIGTERM and Ctrl-C lose nothing.
"""

import asyncio
import itertools
import json
import logging
import os
import time
from collections import Counter
from dataclasses import fields
from pathlib import Path

from whatsapp.sandbox.records import Account, Chat, Customer, Flow, Media, Message, Number, Template
from whatsapp.sandbox.sms.exchange import Exchange
from whatsapp.sandbox.webhooks import Outbox
from whatsapp.sandbox.world import World

log = logging.getLogger(__name__)

FORMAT = 1
PAUSE_SECONDS = 0.3
SHARE = 20
TABLES = {
    "accounts": Account,
    "numbers": Number,
    "customers": Customer,
    "templates": Template,
    "flows": Flow,
    "media": Media,
    "messages": Message,
}


class StateFile:
    def __init__(self, path: Path, world: World, outbox: Outbox, texts: Exchange):
        self.path, self.world, self.outbox, self.texts = path, world, outbox, texts
        self._saved = -1
        self._task: asyncio.Task | None = None

    def load(self) -> bool:
        """Take up what was saved; False where there is nothing. Raises ValueError for a file of another format."""
        if not self.path.exists():
            return False
        saved = json.loads(self.path.read_text("utf-8"))
        if saved.get("format") != FORMAT:
            raise ValueError(f"{self.path} was written by another version of the sandbox: move it away to begin anew.")
        world = self.world
        for table, record in TABLES.items():
            setattr(world, table, {row["id"]: _read(record, row) for row in saved[table]})
        world.chats = {(c["number_id"], c["customer_id"]): _read(Chat, c) for c in saved["chats"]}
        world.settings |= saved["settings"]
        world.sent_by_callback = Counter(saved["sent_by_callback"])
        world.index()
        self.outbox.load(saved["deliveries"])
        self.texts.load(saved.get("sms", {}))
        self._saved = world.changes
        return True

    def save(self) -> None:
        """Write now: to a new file beside the old one, then in its place."""
        world = self.world
        self._saved = world.changes
        tables = {table: list(getattr(world, table).values()) for table in TABLES}
        chats = list(world.chats.values())
        callbacks = dict(world.sent_by_callback)
        rest = {"settings": world.settings, "sent_by_callback": callbacks, "deliveries": self.outbox.dump()}
        rest["sms"] = self.texts.dump()
        text = json.dumps({"format": FORMAT, **tables, "chats": chats, **rest}, default=vars)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(self.path)

    def start(self) -> None:
        self._task = asyncio.create_task(self._write_behind())

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self._saved != self.world.changes:
            self.save()

    async def _write_behind(self) -> None:
        pause = PAUSE_SECONDS
        for _ in itertools.count():
            await asyncio.sleep(pause)
            if self._saved == self.world.changes:
                continue
            began = time.monotonic()
            try:
                self.save()
            except OSError as trouble:
                log.error("The sandbox's state can't be written to %s: %s", self.path, trouble)
            pause = max(PAUSE_SECONDS, SHARE * (time.monotonic() - began))


def _read(record: type, row: dict):
    """A record from its row; fields that this version does not know are dropped."""
    known = {f.name for f in fields(record)}
    return record(**{k: v for k, v in row.items() if k in known})
