"""Where conversations are: the facts that decide who sees them, for rules.visibility."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from inbox.models import Conversation, Participant, Reception
from inbox.rules.visibility import Whereabouts


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
    for thread_id, _, where in _read(thread_ids):
        found.setdefault(thread_id, []).append(where)
    return found


def standing_of(thread_id):
    """(version of the thread, [Whereabouts of its conversations]) in one query; (None, []) where it has none."""
    rows = list(_read([thread_id]))
    return (rows[0][1], [where for _, _, where in rows]) if rows else (None, [])


def _read(thread_ids):
    taking_part = Participant.objects.filter(conversation=OuterRef("pk")).values("agent_id")
    rows = Conversation.objects.filter(thread__in=thread_ids).values_list(
        "thread_id",
        "thread__version",
        "pk",
        "thread__number_id",
        "status",
        "assignee_id",
        "team_id",
        ArraySubquery(taking_part),
        "thread__number__reception__hides_colleagues",
    )
    for thread_id, version, pk, number_id, status, assignee_id, team_id, agent_ids, hides in rows:
        where = Whereabouts(pk, number_id, status, assignee_id, team_id, frozenset(agent_ids), bool(hides))
        yield thread_id, version, where
