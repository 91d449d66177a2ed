"""Who sees what (R-9): the rule by a table, and its twin in SQL held to it by random situations."""

import itertools

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox import queries
from inbox.models import Bot, Participant
from inbox.queries.whereabouts import whereabouts
from inbox.rules.visibility import Viewer, Whereabouts, may_act, may_see
from tests import factories

ME, COLLEAGUE = 1, 2
BERLIN, PARIS = 10, 20
SALES, SUPPORT = 100, 200


def where(status, **facts):
    """Where a conversation on Berlin is; nobody's, unless said otherwise."""
    nobody = {"assignee_id": None, "team_id": None, "participant_ids": frozenset(), "hides_colleagues": False}
    return Whereabouts(conversation_id=5, number_id=BERLIN, status=status, **{**nobody, **facts})


# situation -> (whereabouts, the agent sees it, the agent may act)
SITUATIONS = {
    "waiting, for no team": (where("unassigned"), True, True),
    "in queue, for their team": (where("queued", team_id=SALES), True, True),
    "in queue, for another team": (where("queued", team_id=SUPPORT), False, False),
    "in queue for another team, but they were part of it": (
        where("queued", team_id=SUPPORT, participant_ids=frozenset({ME})),
        True,
        True,
    ),
    "with a bot": (where("bot"), True, True),
    "their own": (where("assigned", assignee_id=ME), True, True),
    "their own, colleagues hidden": (where("assigned", assignee_id=ME, hides_colleagues=True), True, True),
    "a colleague's": (where("assigned", assignee_id=COLLEAGUE), True, False),
    "a colleague's, of another team": (where("assigned", assignee_id=COLLEAGUE, team_id=SUPPORT), True, False),
    "a colleague's, hidden": (where("assigned", assignee_id=COLLEAGUE, hides_colleagues=True), False, False),
    "a colleague's, hidden, but followed": (
        where("assigned", assignee_id=COLLEAGUE, hides_colleagues=True, participant_ids=frozenset({ME})),
        True,
        True,
    ),
    "closed, they took part": (where("closed", participant_ids=frozenset({ME})), True, True),
    "closed, they served last": (where("closed", assignee_id=ME), True, True),
    "closed, a colleague's": (where("closed", assignee_id=COLLEAGUE), False, False),
    "pending": (where("pending"), False, False),
    "pending, they started it": (where("pending", participant_ids=frozenset({ME})), False, False),
}


def viewer(role="agent", number_ids=(BERLIN,)):
    return Viewer(ME, role, frozenset(number_ids), frozenset({SALES}))


@pytest.mark.parametrize("situation", SITUATIONS)
def test_an_agent_sees_and_acts_as_the_table_says(situation):
    place, sees, acts = SITUATIONS[situation]
    assert (may_see(viewer(), place), may_act(viewer(), place)) == (sees, acts)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_an_agent_of_another_number_sees_nothing(situation):
    place, _, _ = SITUATIONS[situation]
    assert not may_see(viewer(number_ids=(PARIS,)), place)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_supervisor_sees_everything_of_their_numbers_only(situation):
    place, _, _ = SITUATIONS[situation]
    assert may_act(viewer("supervisor"), place)
    assert not may_see(viewer("supervisor", [PARIS]), place)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_an_admin_sees_everything(situation):
    place, _, _ = SITUATIONS[situation]
    assert may_act(viewer("admin", []), place)


# --- The same as SQL -------------------------------------------------------------------------------------------------

STATUSES = ["pending", "bot", "unassigned", "queued", "assigned", "closed"]
picks = st.sets(st.integers(0, 1))
conversations = st.fixed_dictionaries(
    {
        "status": st.sampled_from(STATUSES),
        "number": st.integers(0, 1),
        "team": st.none() | st.integers(0, 1),
        "assignee": st.integers(0, 1),
        "had_assignee": st.booleans(),
        "participants": picks,
    }
)
situations = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["agent", "agent", "agent", "supervisor", "admin"]),
        "serves": picks,
        "belongs_to": picks,
        "hiding": picks,
        "conversations": st.lists(conversations, min_size=1, max_size=3),
    }
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(situation=situations)
def test_the_query_and_the_rule_never_differ(situation):
    with transaction.atomic():
        agent, made = build(situation)
        sees = {row.pk for row in made if may_see(queries.viewer(agent), whereabouts(row))}
        assert set(queries.visible_to(agent).values_list("pk", flat=True)) == sees
        transaction.set_rollback(True)


def build(situation):
    numbers = [factories.make_number(hides_colleagues=index in situation["hiding"]) for index in range(2)]
    teams = [factories.make_team() for _ in range(2)]
    agent = factories.make_agent(
        role=situation["role"],
        numbers=[numbers[index] for index in situation["serves"]],
        teams=[teams[index] for index in situation["belongs_to"]],
    )
    people = [agent, factories.make_agent()]
    return agent, [make(facts, numbers, teams, people) for facts in situation["conversations"]]


def make(facts, numbers, teams, people):
    extra = {"bot": Bot.objects.create(name=f"Bot {Bot.objects.count()}")} if facts["status"] == "bot" else {}
    is_served = facts["status"] == "assigned" or (facts["status"] == "closed" and facts["had_assignee"])
    row = factories.make_conversation(
        facts["status"],
        number=numbers[facts["number"]],
        team=None if facts["team"] is None else teams[facts["team"]],
        assignee=people[facts["assignee"]] if is_served else None,
        **extra,
    )
    Participant.objects.filter(conversation=row).delete()
    Participant.objects.bulk_create(
        Participant(conversation=row, agent=people[index]) for index in facts["participants"]
    )
    return row


@pytest.mark.django_db
def test_who_may_no_longer_log_in_sees_nothing():
    number = factories.make_number()
    for role, status in itertools.product(["agent", "supervisor", "admin"], ["unassigned", "closed"]):
        agent = factories.make_agent(role=role, numbers=[number], is_active=False)
        factories.make_conversation(status, number=number)
        assert not queries.visible_to(agent).exists()
