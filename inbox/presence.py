"""Who is here: connections, absence, and the pulse that tells a restart from people who went home.

Available = says so and connected; connected until a grace after the last live socket was seen.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Greatest

from inbox import events, moves
from inbox.changes import change_conversation
from inbox.clock import database_time
from inbox.models import Agent, Conversation, Pulse
from whatsapp.wake import wake

# The sweep runs every 10 s; silent for longer, it was the product that was away, not the agents.
RESTART_AFTER = timedelta(seconds=30)
SWEEP = "absence sweep"


def connected(agent_ids, now=None):
    """These agents have a live socket; a web process says so when one opens and every 15 s."""
    now = now or database_time()
    agents = Agent.objects.filter(pk__in=agent_ids, is_active=True)
    arrived_ids = list(agents.filter(_absent(now)).values_list("pk", flat=True))
    _extend(agents, now)
    _tell(arrived_ids)


def disconnect(agent, now=None):
    """Logged out: absent at once, without the grace."""
    now = now or database_time()
    if Agent.objects.filter(pk=agent.pk, connected_until__gt=now).update(connected_until=now):
        _tell([agent.pk])


def sweep_absence(now=None):
    """Return what absent agents hold back, and tell the screens who has become absent since the last sweep."""
    now = now or database_time()
    revive_after_a_restart(now)
    _tell_who_left(now)
    for conversation_id in held_by_absent(now).values_list("pk", flat=True):
        with change_conversation(conversation_id, now) as change:
            return_if_absent(change)


def revive_after_a_restart(now):
    """Whoever was connected when the sweeps fell silent is connected still: their browsers come back by themselves."""
    silence = _silence(now)
    if silence > RESTART_AFTER:
        _extend(Agent.objects.filter(is_active=True, connected_until__gt=now - silence), now)


def return_if_absent(change):
    """Inside a change: return the conversation if its agent is absent too long and the customer waits; True if so.

    Whoever records a customer's word may ask this at once; the sweep asks it again every few seconds.
    """
    if not held_by_absent(change.now).filter(pk=change.conversation.pk).exists():
        return False
    moves.return_to_line(change, None, why="absent")
    return True


def held_by_absent(now):
    """Conversations whose customer waits and whose agent is absent for longer than their number allows.

    Somebody who was absent when they got it (by hand, or as the owner) is given the same time from then on.
    """
    minutes = F("thread__number__reception__absence_minutes") * Value(timedelta(minutes=1))
    absent_since = Greatest("assignee__connected_until", "assigned_at")
    return (
        Conversation.objects.filter(status=Conversation.Status.ASSIGNED, unanswered_since__isnull=False)
        .filter(Q(assignee__connected_until=None) | Q(assignee__connected_until__lte=now))
        .filter(thread__number__reception__absence_minutes__isnull=False)
        .annotate(returns_at=ExpressionWrapper(absent_since + minutes, output_field=DateTimeField()))
        .filter(returns_at__lte=now)
    )


def _absent(now):
    return Q(connected_until=None) | Q(connected_until__lte=now)


@transaction.atomic
def _extend(agents, now):
    """Move `connected_until` ahead, in one statement that locks in the order everybody locks agents in."""
    locked = agents.order_by("pk").select_for_update(no_key=True).values("pk")
    grace = F("absence_grace_seconds") * Value(timedelta(seconds=1))
    until = ExpressionWrapper(Value(now) + grace, output_field=DateTimeField())
    Agent.objects.filter(pk__in=locked).update(connected_until=until)


def _silence(now):
    """How long ago the last sweep was; zero when there never was one."""
    pulse = Pulse.objects.filter(name=SWEEP).first()
    return now - pulse.at if pulse else timedelta()


def _tell_who_left(now):
    """Screens show an agent's presence; nobody writes a row when a grace runs out."""
    since = now - _silence(now)
    left = Agent.objects.filter(connected_until__gt=since, connected_until__lte=now)
    left_ids = list(left.values_list("pk", flat=True))
    Pulse.objects.update_or_create(name=SWEEP, defaults={"at": now})
    _tell(left_ids)


def _tell(agent_ids):
    """Presence of these agents changed: places came or went."""
    if agent_ids:
        wake(moves.FILL_PLACES)
    for agent in Agent.objects.filter(pk__in=agent_ids):
        events.agent_changed(agent)
