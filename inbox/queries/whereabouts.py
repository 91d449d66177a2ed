"""Where conversations are: the facts that decide who sees them, for rules.visibility."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from inbox.models import Conversation, Participant, Reception
from inbox.rules.visibility import Whereabouts
from whatsapp.prepared import AnyOf, Place, Prepared


def whereabouts(conversation, participant_ids=None):
    """The facts of a conversation that decide who sees it (one query for the participants, unless given; thread
    and number's rule are those at hand)."""
    number = conversation.thread.number
    if participant_ids is None:
        participant_ids = conversation.participants.values_list("agent_id", flat=True)
    return Whereabouts(
        conversation_id=conversation.pk,
        number_id=number.pk,
        status=conversation.status,
        assignee_id=conversation.assignee_id,
        team_id=conversation.team_id,
        participant_ids=frozenset(participant_ids),
        hides_colleagues=Reception.of(number).hides_colleagues,
    )


def whereabouts_of(thread_ids):
    """{thread id: [Whereabouts of its conversations]} in one query."""
    found = {}
    for thread_id, *where in WHEREABOUTS.all(thread_ids=list(thread_ids)):
        found.setdefault(thread_id, []).append(_where(where))
    return found


@dataclass(frozen=True)
class Standing:
    """How things stand in a thread: its version, its conversations' Whereabouts, the ids of those that have tags."""

    version: int
    places: list[Whereabouts]
    tagged_ids: set[int]


def standing_of(thread_id):
    """The Standing of a thread in one query; None where it has no conversation."""
    rows = STANDING.all(thread=thread_id)
    if not rows:
        return None
    return Standing(rows[0][-1], [_where(row[1:-2]) for row in rows], {row[1] for row in rows if row[-2]})


FACTS = (
    "thread_id",
    "pk",
    "thread__number_id",
    "status",
    "assignee_id",
    "team_id",
    "participant_ids",
    "thread__number__reception__hides_colleagues",
)


def _conversations():
    taking_part = Participant.objects.filter(conversation=OuterRef("pk")).values("agent_id")
    return Conversation.objects.order_by().annotate(participant_ids=ArraySubquery(taking_part))


def _standing():
    tagged = Conversation.tags.through.objects.filter(conversation=OuterRef("pk"))
    rows = _conversations().filter(thread=Place("thread")).annotate(tagged=Exists(tagged))
    return rows.values_list(*FACTS, "tagged", "thread__version")


WHEREABOUTS = Prepared(lambda: _conversations().filter(AnyOf("thread", "thread_ids")).values_list(*FACTS))
STANDING = Prepared(_standing)


def _where(facts):
    pk, number_id, status, assignee_id, team_id, agent_ids, hides = facts
    return Whereabouts(pk, number_id, status, assignee_id, team_id, frozenset(agent_ids), bool(hides))
