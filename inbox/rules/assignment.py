"""Who gets a waiting conversation (product: "Assignment, first match wins"). Facts in, decision out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

OWNER = "owner"
LAST = "last"
LOAD = "load"
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Server:
    """An active agent. `limit` None: no limit, 0: by hand only; `load`: open conversations that count to it."""

    agent_id: int
    is_available: bool
    limit: int | None
    load: int
    number_ids: frozenset[int]
    team_ids: frozenset[int]
    last_assigned_at: datetime | None = None

    @property
    def has_place(self):
        return self.is_available and (self.limit is None or self.load < self.limit)


@dataclass(frozen=True)
class Waiting:
    """A conversation in line. `always_owner` is its number's setting."""

    conversation_id: int
    number_id: int
    team_id: int | None = None
    returned_by_id: int | None = None
    owner_id: int | None = None
    last_agent_id: int | None = None
    always_owner: bool = False


@dataclass(frozen=True)
class Choice:
    """`why` is owner, last or load."""

    conversation_id: int
    agent_id: int
    why: str


def is_eligible(server: Server, number_id: int, team_id: int | None, returned_by_id: int | None) -> bool:
    """Serves the number, belongs to the team if there is one, and has not just given it back."""
    return (
        number_id in server.number_ids
        and (team_id is None or team_id in server.team_ids)
        and server.agent_id != returned_by_id
    )


def choose(waiting: Waiting, servers: dict[int, Server]) -> Choice | None:
    """The agent for one conversation, or None when no place is free for it. `servers` is by agent id."""
    eligible = {
        server.agent_id: server
        for server in servers.values()
        if is_eligible(server, waiting.number_id, waiting.team_id, waiting.returned_by_id)
    }
    owner = eligible.get(waiting.owner_id)
    if owner and (owner.has_place or waiting.always_owner):
        return Choice(waiting.conversation_id, owner.agent_id, OWNER)
    last = eligible.get(waiting.last_agent_id)
    if last and last.has_place:
        return Choice(waiting.conversation_id, last.agent_id, LAST)
    return _least_busy(waiting, [server for server in eligible.values() if server.has_place])


def _least_busy(waiting, servers):
    if not servers:
        return None
    first = min(servers, key=lambda server: (server.load, server.last_assigned_at or NEVER, server.agent_id))
    return Choice(waiting.conversation_id, first.agent_id, LOAD)


def plan(line: Iterable[Waiting], servers: dict[int, Server], now: datetime) -> list[Choice]:
    """Walk the line in its order and give each conversation its agent, as long as there are places."""
    servers = dict(servers)
    choices = []
    for waiting in line:
        if choice := choose(waiting, servers):
            choices.append(choice)
            server = servers[choice.agent_id]
            servers[choice.agent_id] = replace(server, load=server.load + 1, last_assigned_at=now)
    return choices
