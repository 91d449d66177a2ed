"""Who sees a conversation, and who may act on it. The same rule as SQL is queries.visible_to; a test holds both."""

from dataclasses import dataclass

from inbox.rules.line import WAITING


@dataclass(frozen=True)
class Viewer:
    """An agent as the rule needs them: role is agent, supervisor or admin; ids of numbers served and teams."""

    agent_id: int
    role: str
    number_ids: frozenset[int]
    team_ids: frozenset[int]


@dataclass(frozen=True)
class Whereabouts:
    """Where a conversation is: everything that decides who sees it."""

    conversation_id: int
    number_id: int
    status: str
    assignee_id: int | None
    team_id: int | None
    participant_ids: frozenset[int]
    hides_colleagues: bool


def may_see(viewer: Viewer, where: Whereabouts) -> bool:
    """True when this agent sees the conversation, its whole thread and its files (product: "Who sees what")."""
    if viewer.role == "admin":
        return True
    if where.number_id not in viewer.number_ids:
        return False
    if viewer.role == "supervisor":
        return True
    if where.assignee_id == viewer.agent_id or viewer.agent_id in where.participant_ids:
        return where.status != "pending"
    return _seen_by_stranger(viewer, where)


def _seen_by_stranger(viewer, where):
    if where.status in WAITING:
        return where.team_id is None or where.team_id in viewer.team_ids
    if where.status == "bot":
        return True
    return where.status == "assigned" and not where.hides_colleagues


def may_act(viewer: Viewer, where: Whereabouts) -> bool:
    """True when this agent may answer, tag, transfer or close; a colleague's conversation is read-only for agents."""
    if not may_see(viewer, where):
        return False
    if viewer.role in ("supervisor", "admin"):
        return True
    return (
        where.status != "assigned" or viewer.agent_id == where.assignee_id or viewer.agent_id in where.participant_ids
    )
