"""One per process: its only subscription to Redis, its sockets, and the loops that keep them true."""

import asyncio
import logging
from weakref import WeakKeyDictionary

from channels.db import DatabaseSyncToAsync
from django.db import DatabaseError
from django.utils import timezone

from inbox import frames, presence
from inbox.live.index import Index
from inbox.live.listener import listen
from inbox.live.pump import Pump, standing_of
from inbox.live.sockets import AGAIN, CHANGED, DEACTIVATED, LOGGED_OUT
from inbox.queries.sight import sight_of, sights_of
from inbox.queries.whereabouts import whereabouts_of

logger = logging.getLogger(__name__)

PULSE_SECONDS = 15
# So often sessions, roles and the change feed are looked at: a logout, another role or a change that no frame told
# reaches the browser within LOOK + SETTLE.
LOOK_SECONDS = 1.0
SETTLE_SECONDS = 1.0
# A socket is greeted without Redis after so long; the refresh at its return tells what was missed.
SUBSCRIBE_SECONDS = 1.0
# Agents who come within the same moment (a restart, a network's return) become present in one update.
GATHER_SECONDS = 0.05
# More lost threads than this: everybody looks again.
MANY_LOST = 200

_hubs = WeakKeyDictionary()


def hub_here():
    """The Hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


def in_thread(function):
    """Run a function that asks the database beside the event loop."""
    return DatabaseSyncToAsync(function, thread_sensitive=False)


class Hub:
    """Runs from the process's first request on: it is also the pulse that says that a web process lives."""

    def __init__(self):
        self.index = Index()
        self._pump = Pump()
        self._members = set()
        self._newcomers = set()
        self._tasks = set()
        self._listening = None
        self._subscribed = asyncio.Event()

    async def join(self, socket):
        """Greet a socket once changes reach it. Raises Agent.DoesNotExist, DatabaseError; leave() in any case."""
        self._members.add(socket)
        self.start()
        await self._listen()
        await self._subscription()
        sight = await in_thread(sight_of)(socket.agent_id)
        if socket not in self._members:
            return
        self.index.add(socket, sight)
        self._newcomers.add(socket.agent_id)
        if len(self._newcomers) == 1:
            self._spawn(self._welcome_newcomers())
        socket.offer(frames.text("hello", agent=socket.agent_id))

    def leave(self, socket):
        socket.forget()
        self._members.discard(socket)
        self.index.remove(socket)

    # --- Loops -------------------------------------------------------------------------------------------------------

    def start(self):
        """Begin, unless begun."""
        if self._tasks:
            return
        self._spawn(self._every(PULSE_SECONDS, self._pulse))
        self._spawn(self._every(LOOK_SECONDS, self._look))

    async def _listen(self):
        """Subscribe, unless subscribed. Frames are composed only while somebody listens (inbox.wire), and what happened
        before a socket was greeted its browser asks for."""
        if self._listening not in self._tasks:
            self._pump = Pump()
            self._subscribed.clear()
            self._listening = self._spawn(listen(self.receive, self._is_subscribed))
            await in_thread(self._pump.look)()

    def _stop_listening(self):
        """There is nobody to be told."""
        if self._listening:
            self._listening.cancel()
        self._listening = None

    async def stop(self):
        """End the loops; sockets stay open and are told nothing."""
        self._listening = None
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _spawn(self, coroutine):
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._is_done)
        return task

    def _is_done(self, task):
        """A loop ends only by a fault of ours: the browsers come again, and the first of them starts it anew."""
        self._tasks.discard(task)
        if task.cancelled() or not task.exception():
            return
        logger.error("Live: a loop ended", exc_info=task.exception())
        for other in self._tasks:
            other.cancel()
        self._tasks = set()
        for socket in self.index.sockets():
            socket.end(AGAIN)

    async def _every(self, seconds, step):
        while True:
            try:
                await step()
            except DatabaseError as error:
                logger.warning("Live: the database is away (%s)", type(error).__name__)
            await asyncio.sleep(seconds)

    async def _subscription(self):
        try:
            await asyncio.wait_for(self._subscribed.wait(), SUBSCRIBE_SECONDS)
        except TimeoutError:
            logger.info("Live: a socket is greeted while Redis is away")

    def _is_subscribed(self, was_away):
        """What was published meanwhile is lost: everybody looks again."""
        self._subscribed.set()
        if was_away:
            self._tell(self.index.sockets(), frames.text("refresh"))

    async def _pulse(self):
        if not self._members:
            self._stop_listening()
        self._tell(self.index.sockets(), frames.text("pulse", at=timezone.now().isoformat()))
        await self._review(self.index.agent_ids)
        await in_thread(presence.connected)(self.index.agent_ids)

    async def _welcome_newcomers(self):
        await asyncio.sleep(GATHER_SECONDS)
        newcomers, self._newcomers = self._newcomers, set()
        try:
            await in_thread(presence.connected)(list(newcomers))
        except DatabaseError as error:
            logger.warning("Live: presence waits for the next pulse (%s)", type(error).__name__)

    async def _look(self):
        if not self._listening:
            return
        await self._check_standing()
        suspects = await in_thread(self._pump.look)()
        if suspects:
            # Committed, but its frame may still be on its way.
            await asyncio.sleep(SETTLE_SECONDS)
            await self._tell_lost(self._pump.untold(suspects))

    async def _check_standing(self):
        sockets = self.index.sockets()
        if not sockets:
            return
        keys = [socket.session_key for socket in sockets]
        agents, valid = await in_thread(standing_of)(self.index.agent_ids, keys)
        for socket in sockets:
            _end_if_fallen(socket, agents.get(socket.agent_id), socket.session_key in valid)

    async def _tell_lost(self, lost):
        if not lost:
            return
        logger.info("Live: %s changes came without their frame", len(lost))
        for thread_id, version in lost.items():
            self._pump.note(thread_id, version)
        if len(lost) > MANY_LOST:
            self._tell(self.index.sockets(), frames.text("refresh"))
            return
        places = await in_thread(whereabouts_of)(list(lost))
        number_ids = {where.number_id for found in places.values() for where in found}
        for viewer in self.index.viewers_near(number_ids):
            seen = [thread_id for thread_id, found in places.items() if frames.sees_any(viewer, found)]
            self._tell(self.index.sockets([viewer.agent_id]), frames.text("refresh", threads=seen))

    async def _review(self, agent_ids):
        """Read anew who these agents are; whose view changed looks again."""
        if not agent_ids:
            return
        sights = await in_thread(sights_of)(agent_ids)
        for agent_id in set(self.index.agent_ids) & set(sights):
            old, new = self.index.sights[agent_id], sights[agent_id]
            self.index.look_through(new)
            if old.viewer != new.viewer:
                self._tell(self.index.sockets([agent_id]), frames.text("refresh"))

    # --- Frames ------------------------------------------------------------------------------------------------------

    def receive(self, frame):
        """Hand a frame from the wire to the sockets that may have it."""
        routing, texts = frames.split(frame)
        if routing["kind"] in RECEIVE:
            RECEIVE[routing["kind"]](self, routing, texts)

    def _change(self, routing, texts):
        self._pump.note(routing["thread"], routing["version"])
        audience = frames.read_audience(routing)
        for viewer in self.index.viewers_near(audience.number_ids):
            for text in frames.texts_for(viewer, audience, texts):
                self._tell(self.index.sockets([viewer.agent_id]), text)

    def _refresh(self, routing, texts):
        for thread_id, version in routing.get("told", ()):
            self._pump.note(thread_id, version)
        near = [viewer.agent_id for viewer in self.index.viewers_near(routing["numbers"])]
        self._tell(self.index.sockets(near), texts[0])

    def _agent(self, routing, texts):
        near = self.index.viewers_near(routing["numbers"])
        told = {viewer.agent_id for viewer in near if viewer.role != "agent"} | {routing["agent"]}
        self._tell(self.index.sockets(told), texts[0])

    def _own(self, routing, texts):
        self._tell(self.index.sockets([routing["agent"]]), texts[0])

    def _viewers(self, routing, texts):
        here = self.index.agent_ids
        named = here if routing["agents"] is None else set(here) & set(routing["agents"])
        self._spawn(self._review_now(list(named)))
        if routing["number"] is not None:
            self._refresh({"numbers": [routing["number"]]}, texts)

    async def _review_now(self, agent_ids):
        try:
            await self._review(agent_ids)
            await self._check_standing()
        except DatabaseError as error:
            logger.warning("Live: views are read at the next pulse (%s)", type(error).__name__)

    def _session(self, routing, texts):
        for socket in self.index.sockets():
            if frames.digest(socket.session_key) == routing["session"]:
                socket.end(LOGGED_OUT, "logged_out")

    def _tell(self, sockets, text):
        for socket in sockets:
            socket.offer(text)


RECEIVE = {
    "change": Hub._change,
    "refresh": Hub._refresh,
    "agent": Hub._agent,
    "read": Hub._own,
    "viewers": Hub._viewers,
    "session": Hub._session,
}


def _end_if_fallen(socket, agent, has_session):
    """Close a socket whose agent or session is no longer what it was at the handshake."""
    role, is_active, password = agent or ("", False, "")
    if not is_active:
        socket.end(DEACTIVATED, "deactivated")
    elif not has_session:
        socket.end(LOGGED_OUT, "logged_out")
    elif role != socket.role:
        socket.end(CHANGED, "changed")
    elif password != socket.password:
        # The handshake decides which of the browsers may come back.
        socket.end(AGAIN)
