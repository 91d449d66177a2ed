"""fill_places: the only code that assigns automatically.

Everything else only marks (a conversation waits, a place is free) and wakes it after commit; a sweep repairs a lost
wake-up. It works in small transactions, each under one advisory lock taken before any row, so two runs never hand out
the same place. A transaction plans without row locks, locks the threads it is about (by id) and their agents (by id),
and plans again on what is now certain: a claim that came between, an agent who went away, a lowered limit all count.
"""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.fields import BooleanField

from inbox import moves, presence
from inbox.changes import change_conversation
from inbox.clock import database_time
from inbox.models import Agent, Conversation, Event, Reception, Team, Thread
from inbox.queries.sight import load_of
from inbox.rules import line
from inbox.rules.assignment import Server, Waiting, is_eligible, plan

# So many conversations change in one transaction: their threads are locked until it commits.
BATCH = 20
# A run that has not finished after so many transactions leaves the rest to the next one.
MOST_BATCHES = 2000
# What of an agent decides whether they have a place.
PLACE = ("is_active", "availability", "connected_until", "reception_limit", "last_assigned_at")
ASSIGNMENT_LOCK = 0x53574254


@dataclass(frozen=True)
class Group:
    """Waiting conversations that are alike for assignment: a line of thousands has a handful of groups."""

    number_id: int
    team_id: int | None
    returned_by_id: int | None
    window_is_open: bool
    status: str

    @property
    def members(self):
        return Q(
            thread__number=self.number_id,
            team=self.team_id,
            returned_by=self.returned_by_id,
            window_is_open=self.window_is_open,
            status=self.status,
        )

    def is_served_by(self, server):
        return is_eligible(server, self.number_id, self.team_id, self.returned_by_id)


def fill_places(now=None):
    """Give the heads of the line to whoever has a place for them, then call the rest what they are."""
    presence.revive_after_a_restart(now or database_time())
    # Whoever comes into the line from now on wakes the next run.
    if Conversation.objects.filter(waiting_since__isnull=False).exists():
        _in_batches(_hand_out_or_rename, now)


def _in_batches(step, now):
    for _ in range(MOST_BATCHES):
        with transaction.atomic():
            _take_lock()
            went_on = step(now or database_time())
        if not went_on:
            return


def _take_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ASSIGNMENT_LOCK])


def _hand_out_or_rename(now):
    """One batch of either, nothing renamed before everything is handed out; True while there was something to do."""
    servers, receptions = read_servers(now), _automatic_receptions()
    return _hand_out(servers, receptions, now) or _rename(servers, receptions, now)


# --- Handing out -----------------------------------------------------------------------------------------------------


def _hand_out(servers, receptions, now):
    """Assign up to BATCH conversations; True while there was something to assign."""
    if not _anyone_could_get_one(servers, receptions):
        return False
    choices = plan(_heads(servers, receptions, now), servers, now)
    for choice in _certain(choices, now):
        _give(choice, now)
    return bool(choices)


def _anyone_could_get_one(servers, receptions):
    return any(server.has_place for server in servers.values()) or any(receptions.values())


def _automatic_receptions():
    """{number id: always the owner?} of the numbers that hand out by themselves."""
    automatic = Reception.objects.filter(picking=Reception.Picking.AUTOMATIC)
    return dict(automatic.values_list("number_id", "always_owner"))


def read_servers(now, agent_ids=None):
    """{agent id: Server} of all active agents, or of some."""
    agents = (
        Agent.objects.filter(is_active=True)
        .only(*PLACE)
        .order_by()
        .annotate(
            load=load_of(OuterRef("pk")),
            number_ids=ArraySubquery(Reception.objects.filter(agents=OuterRef("pk")).values("number_id")),
            team_ids=ArraySubquery(Team.objects.filter(members=OuterRef("pk")).order_by().values("pk")),
        )
    )
    if agent_ids is not None:
        agents = agents.filter(pk__in=agent_ids)
    return {agent.pk: _server(agent, now) for agent in agents}


def _server(agent, now):
    return Server(
        agent_id=agent.pk,
        is_available=agent.is_available(now),
        limit=agent.reception_limit,
        load=agent.load,
        number_ids=frozenset(agent.number_ids),
        team_ids=frozenset(agent.team_ids),
        last_assigned_at=agent.last_assigned_at,
    )


def _heads(servers, receptions, now):
    """The first of the line that somebody has a place for, in order. One query, however long the line is."""
    free = [server for server in servers.values() if server.has_place]
    wanted = Q(pk__in=[])
    for group in _groups(now):
        is_manual = group.number_id not in receptions
        if line.is_handed_out(is_manual, group.window_is_open) and any(map(group.is_served_by, free)):
            wanted |= group.members
    if any(receptions.values()):
        wanted |= Q(owner_first=True)
    return [_waiting(row) for row in _in_line(now).filter(wanted, window_is_open=True)[:BATCH]]


def _line(now):
    """Waiting conversations in the line's order, each with whether its window is open."""
    is_open = _truth(Q(thread__window_until__isnull=False) & Q(thread__window_until__gt=now))
    waiting = Conversation.objects.filter(waiting_since__isnull=False).order_by("waiting_since", "pk")
    return waiting.annotate(window_is_open=is_open)


def _in_line(now):
    """The line, with what the rule wants to know of each."""
    return _line(now).annotate(
        number_id=F("thread__number"),
        owner_id=F("thread__contact__owner"),
        served_last=Subquery(_earlier().values("last_agent")[:1]),
        owner_first=_truth(_owner_comes_first()),
    )


def _earlier():
    """What the contact was served in, newest first; this very conversation too, if it came back to the line."""
    served = Conversation.objects.filter(thread__contact=OuterRef("thread__contact"), last_agent__isnull=False)
    return served.order_by(F("assigned_at").desc(nulls_last=True), "-pk")


def _truth(condition):
    return ExpressionWrapper(condition, output_field=BooleanField())


def _owner_comes_first():
    """The number's "always the owner" applies: an eligible owner who has not had it already while it waits."""
    owner = Agent.objects.filter(pk=OuterRef("thread__contact__owner"), is_active=True)
    serves = owner.filter(
        receptions__number=OuterRef("thread__number"),
        receptions__always_owner=True,
        receptions__picking=Reception.Picking.AUTOMATIC,
    )
    in_team = Q(team=None) | Exists(owner.filter(teams=OuterRef("team")))
    gave_it_back = Q(returned_by__isnull=False, returned_by=F("thread__contact__owner"))
    had_it = Q(
        last_agent__isnull=False,
        last_agent=F("thread__contact__owner"),
        assigned_at__isnull=False,
        assigned_at__gte=F("waiting_since"),
    )
    return Exists(serves) & in_team & ~gave_it_back & ~had_it


def _waiting(conversation):
    return Waiting(
        conversation_id=conversation.pk,
        number_id=conversation.number_id,
        team_id=conversation.team_id,
        returned_by_id=conversation.returned_by_id,
        owner_id=conversation.owner_id,
        last_agent_id=conversation.served_last,
        always_owner=conversation.owner_first,
    )


def _certain(choices, now):
    """Plan again with the threads and then the agents of these choices locked."""
    conversation_ids = [choice.conversation_id for choice in choices]
    agent_ids = {choice.agent_id for choice in choices}
    threads = Thread.objects.filter(conversations__in=conversation_ids).order_by("pk")
    list(threads.select_for_update(of=("self",)).values_list("pk"))
    list(Agent.objects.filter(pk__in=agent_ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    heads = _in_line(now).filter(pk__in=conversation_ids, window_is_open=True)
    return plan([_waiting(row) for row in heads], read_servers(now, agent_ids), now)


def _give(choice, now):
    with change_conversation(choice.conversation_id, now) as change:
        agent = Agent.objects.get(pk=choice.agent_id)
        moves.give_to(change, agent)
        moves.write_line(change, Event.Kind.ASSIGNED, why=choice.why, **moves.named(agent))


# --- Unassigned or queued --------------------------------------------------------------------------------------------


def _rename(servers, receptions, now):
    """Set the status of up to BATCH conversations that are called what they no longer are; True if there were any."""
    available = [server for server in servers.values() if server.is_available]
    for group in _groups(now):
        is_manual = group.number_id not in receptions
        status = line.status(is_manual, group.window_is_open, any(map(group.is_served_by, available)))
        if status != group.status:
            _call(list(_line(now).filter(group.members).values_list("thread_id", "pk")[:BATCH]), status, now)
            return True
    return False


def _call(members, status, now):
    for _, conversation_id in sorted(members):
        with change_conversation(conversation_id, now) as change:
            if change.conversation.is_waiting:
                change.conversation.status = status


def _groups(now):
    rows = _line(now).order_by().values_list("thread__number", "team", "returned_by", "window_is_open", "status")
    return [Group(*row) for row in rows.distinct()]
