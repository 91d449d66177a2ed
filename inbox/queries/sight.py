"""Who sees what, as SQL: the twin of rules.visibility.may_see. A test holds the two together."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan

from inbox.models import (
    Agent,
    Attachment,
    Conversation,
    Participant,
    ReadMark,
    Reception,
    Team,
)
from inbox.rules.line import WAITING
from inbox.rules.visibility import Viewer

# What the reception limit counts: not the ones an agent started and the customer has not answered.
COUNTS_TO_LIMIT = Q(status=Conversation.Status.ASSIGNED) & ~Q(started_by__isnull=False, customer_wrote_at=None)


@dataclass(frozen=True)
class Sight:
    """A viewer, which of their numbers hide colleagues' conversations, and how much they have on their hands."""

    viewer: Viewer
    hiding_number_ids: frozenset[int]
    is_active: bool
    load: int
    limit: int | None


def sight_of(agent_id):
    """Read what decides an agent's view, in one query. Raises Agent.DoesNotExist."""
    sights = sights_of([agent_id])
    if not sights:
        raise Agent.DoesNotExist(f"No agent {agent_id}")
    return sights[agent_id]


def sights_of(agent_ids):
    """{agent id: Sight} of those that exist, in one query."""
    serving = Reception.objects.filter(agents=OuterRef("pk")).order_by().values("number_id")
    rows = (
        Agent.objects.filter(pk__in=agent_ids)
        .order_by()
        .values("pk", "role", "is_active", "reception_limit")
        .annotate(
            load=load_of(OuterRef("pk")),
            numbers=ArraySubquery(serving),
            hiding=ArraySubquery(serving.filter(hides_colleagues=True)),
            team_ids=ArraySubquery(Team.objects.filter(members=OuterRef("pk")).order_by().values("pk")),
        )
    )
    return {row["pk"]: _sight(row) for row in rows}


def _sight(row):
    viewer = Viewer(row["pk"], row["role"], frozenset(row["numbers"]), frozenset(row["team_ids"]))
    return Sight(viewer, frozenset(row["hiding"]), row["is_active"], row["load"], row["reception_limit"])


def load_of(agent_id):
    """How many conversations count to an agent's reception limit, as an expression."""
    counted = Conversation.objects.filter(COUNTS_TO_LIMIT, assignee=agent_id).order_by()
    return Coalesce(
        Subquery(counted.values("assignee").annotate(n=Count("pk")).values("n")),
        Value(0),
    )


def viewer(agent):
    """The agent as rules.visibility needs them, read afresh (one query)."""
    return sight_of(agent.pk).viewer


def visible_to(agent):
    """The conversations that `agent` sees: a QuerySet (one query now for the agent's numbers and teams)."""
    return seen_with(sight_of(agent.pk))


def seen_with(sight):
    """The conversations visible to a Sight, without asking again who is looking."""
    conversations = Conversation.objects.all()
    if not sight.is_active:
        return conversations.none()
    if sight.viewer.role == Agent.Role.ADMIN:
        return conversations
    conversations = conversations.filter(thread__number__in=sight.viewer.number_ids)
    if sight.viewer.role == Agent.Role.SUPERVISOR:
        return conversations
    # In this order: most rows are decided without a look at who takes part.
    return conversations.filter(_seen_by_stranger(sight) | _takes_part(sight.viewer.agent_id))


def _takes_part(agent_id):
    joined = Exists(Participant.objects.filter(conversation=OuterRef("pk"), agent=agent_id))
    return (Q(assignee=agent_id) | Q(joined)) & ~Q(status=Conversation.Status.PENDING)


def _seen_by_stranger(sight):
    for_their_team = Q(team=None) | Q(team__in=sight.viewer.team_ids)
    shown = Q(status=Conversation.Status.ASSIGNED) & ~Q(thread__number__in=sight.hiding_number_ids)
    return Q(status__in=WAITING) & for_their_team | Q(status=Conversation.Status.BOT) | shown


def conversation_for(agent, conversation_id):
    """The conversation with all that a row or a thread's head shows. Raises Conversation.DoesNotExist if unseen."""
    return with_row(visible_to(agent), agent.pk).get(pk=conversation_id)


def with_row(conversations, agent_id=None):
    """Fetch what the list row shows along; `unread` (of this agent) only where an agent is named.

    What most rows have is joined, the rest asked for where there is one: planning a join costs with its width.
    """
    conversations = conversations.select_related(
        "thread__contact", "thread__number", "assignee", "last_message"
    ).prefetch_related("tags", "team", "bot")
    return conversations if agent_id is None else conversations.annotate(unread=unread_by(agent_id))


def unread_by(agent_id):
    """True where a word has come that this agent has not read (silent words do not move `last_inbound_id`)."""
    marks = ReadMark.objects.filter(conversation=OuterRef("pk"), agent=agent_id).values("message_id")
    return GreaterThan(F("last_inbound_id"), Coalesce(Subquery(marks), Value(0)))


def attachment_for(agent, token):
    """The file if the agent sees its thread, or uploaded it and has not sent it yet; admins also what is in settings.

    Raises Attachment.DoesNotExist.
    """
    seen = visible_to(agent).filter(thread=OuterRef("message__thread"))
    allowed = Q(Exists(seen)) | Q(message=None, uploaded_by=agent)
    if agent.is_admin:
        allowed |= Q(message=None, is_kept=True)
    return Attachment.objects.select_related("message").filter(allowed).get(token=_uuid(token))


def _uuid(token):
    if isinstance(token, UUID):
        return token
    try:
        return UUID(str(token))
    except ValueError as error:
        raise Attachment.DoesNotExist from error
