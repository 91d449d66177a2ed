"""Which sockets are here, by agent and by number: an event costs with those who may see it, not with all."""

from collections import defaultdict


class Index:
    """Agents with a socket in this process: their sockets and their Sight."""

    def __init__(self):
        self.sights = {}
        self._sockets = defaultdict(set)
        self._by_number = defaultdict(set)
        self._admins = set()

    def __bool__(self):
        return bool(self._sockets)

    @property
    def agent_ids(self):
        return list(self._sockets)

    def add(self, socket, sight):
        self._sockets[socket.agent_id].add(socket)
        self.look_through(sight)

    def remove(self, socket):
        sockets = self._sockets.get(socket.agent_id, set())
        sockets.discard(socket)
        if not sockets:
            self._sockets.pop(socket.agent_id, None)
            self._forget(socket.agent_id)

    def look_through(self, sight):
        """Take a Sight as the agent's present one."""
        agent_id = sight.viewer.agent_id
        self._forget(agent_id)
        self.sights[agent_id] = sight
        if sight.viewer.role == "admin":
            self._admins.add(agent_id)
        for number_id in sight.viewer.number_ids:
            self._by_number[number_id].add(agent_id)

    def _forget(self, agent_id):
        sight = self.sights.pop(agent_id, None)
        self._admins.discard(agent_id)
        for number_id in sight.viewer.number_ids if sight else ():
            self._by_number[number_id].discard(agent_id)

    def sockets(self, agent_ids=None):
        """The sockets of these agents (None: of all)."""
        if agent_ids is None:
            return [socket for sockets in self._sockets.values() for socket in sockets]
        return [socket for agent_id in agent_ids for socket in self._sockets.get(agent_id, ())]

    def viewers_near(self, number_ids):
        """Viewers who could see something of these numbers."""
        near = self._admins.union(*(self._by_number.get(number_id, set()) for number_id in number_ids))
        return [self.sights[agent_id].viewer for agent_id in near]
