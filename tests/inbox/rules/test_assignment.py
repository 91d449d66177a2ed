"""Who gets a waiting conversation, by cases and by Hypothesis."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.assignment import Server, Waiting, choose, is_eligible, plan

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BERLIN, PARIS = 1, 2
BILLING, SALES = 10, 11


def server(agent_id, load=0, limit=None, available=True, numbers=(BERLIN,), teams=(), waited_minutes=None):
    assigned_at = None if waited_minutes is None else NOW - timedelta(minutes=waited_minutes)
    return Server(agent_id, available, limit, load, frozenset(numbers), frozenset(teams), assigned_at)


def chosen(waiting, *servers):
    choice = choose(waiting, {one.agent_id: one for one in servers})
    return choice and (choice.agent_id, choice.why)


def waiting(**facts):
    return Waiting(conversation_id=100, number_id=BERLIN, **facts)


@pytest.mark.parametrize(
    "facts, servers, expected",
    [
        ({}, [], None),
        ({}, [server(1)], (1, "load")),
        ({}, [server(1, available=False)], None),
        ({}, [server(1, load=2, limit=2)], None),
        ({}, [server(1, load=3, limit=2)], None),
        ({}, [server(1, limit=0)], None),
        ({}, [server(1, load=1, limit=2)], (1, "load")),
        ({}, [server(1, numbers=[PARIS])], None),
        ({}, [server(1, load=2), server(2, load=1)], (2, "load")),
        # Ties go to whoever has waited longest; never assigned comes first.
        ({}, [server(1, waited_minutes=1), server(2, waited_minutes=9)], (2, "load")),
        ({}, [server(1, waited_minutes=9), server(2)], (2, "load")),
        # A full agent does not count as the least busy one.
        ({}, [server(1, load=1, limit=1), server(2, load=5)], (2, "load")),
        # Owner, then the agent who served last.
        ({"owner_id": 1, "last_agent_id": 2}, [server(1, load=9), server(2), server(3)], (1, "owner")),
        ({"owner_id": 1, "last_agent_id": 2}, [server(1, available=False), server(2, load=9), server(3)], (2, "last")),
        ({"owner_id": 1}, [server(1, load=1, limit=1), server(2)], (2, "load")),
        ({"last_agent_id": 2}, [server(1), server(2, available=False)], (1, "load")),
        ({"last_agent_id": 2}, [server(1), server(2, load=1, limit=1)], (1, "load")),
        ({"owner_id": 1}, [server(1, numbers=[PARIS]), server(2)], (2, "load")),
        # "Always the owner" also away and at the limit, but only an eligible one.
        ({"owner_id": 1, "always_owner": True}, [server(1, available=False), server(2)], (1, "owner")),
        ({"owner_id": 1, "always_owner": True}, [server(1, load=5, limit=5), server(2)], (1, "owner")),
        ({"owner_id": 1, "always_owner": True}, [server(1, numbers=[PARIS]), server(2)], (2, "load")),
        ({"owner_id": 1, "always_owner": True, "team_id": SALES}, [server(1), server(2, teams=[SALES])], (2, "load")),
        # With a team only its members.
        ({"team_id": SALES}, [server(1, teams=[BILLING]), server(2, load=7, teams=[SALES])], (2, "load")),
        ({"team_id": SALES, "last_agent_id": 1}, [server(1), server(2, teams=[SALES])], (2, "load")),
        # Not the one who gave it back.
        ({"returned_by_id": 1}, [server(1)], None),
        ({"returned_by_id": 1, "last_agent_id": 1, "owner_id": 1}, [server(1), server(2, load=3)], (2, "load")),
        ({"returned_by_id": 1, "owner_id": 1, "always_owner": True}, [server(1)], None),
    ],
)
def test_first_match_wins(facts, servers, expected):
    assert chosen(waiting(**facts), *servers) == expected


def test_the_line_is_served_in_its_order_until_places_run_out():
    line = [Waiting(conversation_id, BERLIN) for conversation_id in (1, 2, 3, 4)]
    choices = plan(line, {7: server(7, limit=2), 8: server(8, load=1, limit=2)}, NOW)
    assert [(choice.conversation_id, choice.agent_id) for choice in choices] == [(1, 7), (2, 8), (3, 7)]


def test_who_may_not_be_served_does_not_hold_up_the_others():
    line = [Waiting(1, PARIS), Waiting(2, BERLIN)]
    assert [choice.conversation_id for choice in plan(line, {7: server(7)}, NOW)] == [2]


ids = st.integers(1, 4)
maybe = st.none() | ids
servers = st.lists(
    st.builds(
        Server,
        agent_id=ids,
        is_available=st.booleans(),
        limit=st.none() | st.integers(0, 3),
        load=st.integers(0, 4),
        number_ids=st.frozensets(st.integers(1, 2)),
        team_ids=st.frozensets(st.integers(1, 2)),
        last_assigned_at=st.none() | st.integers(0, 60).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    ),
    unique_by=lambda one: one.agent_id,
    max_size=4,
).map(lambda found: {one.agent_id: one for one in found})
lines = st.lists(
    st.builds(
        Waiting,
        conversation_id=st.integers(1, 99),
        number_id=st.integers(1, 2),
        team_id=st.none() | st.integers(1, 2),
        returned_by_id=maybe,
        owner_id=maybe,
        last_agent_id=maybe,
        always_owner=st.booleans(),
    ),
    unique_by=lambda one: one.conversation_id,
    max_size=8,
)


@given(lines, servers)
def test_no_plan_passes_a_limit_or_gives_to_the_absent_unless_always_to_the_owner(line, staff):
    choices = plan(line, staff, NOW)
    by_id = {one.conversation_id: one for one in line}
    given_ = Counter()
    for choice in choices:
        one, agent = by_id[choice.conversation_id], staff[choice.agent_id]
        assert is_eligible(agent, one.number_id, one.team_id, one.returned_by_id)
        if not (one.always_owner and one.owner_id == agent.agent_id):
            assert agent.is_available
            assert agent.limit is None or agent.load + given_[agent.agent_id] < agent.limit
        given_[agent.agent_id] += 1


@given(lines, servers)
def test_whoever_is_left_waiting_could_not_have_been_served(line, staff):
    choices = plan(line, staff, NOW)
    taken = Counter(choice.agent_id for choice in choices)
    after = {key: replace(one, load=one.load + taken[key]) for key, one in staff.items()}
    left = [one for one in line if one.conversation_id not in {choice.conversation_id for choice in choices}]
    assert all(choose(one, after) is None for one in left)


@given(lines, servers)
def test_of_two_alike_the_first_in_line_is_served_first(line, staff):
    choices = [choice.conversation_id for choice in plan(line, staff, NOW)]
    kinds = {one.conversation_id: replace(one, conversation_id=0) for one in line}
    for position, one in enumerate(line):
        if one.conversation_id in choices:
            earlier = [other for other in line[:position] if kinds[other.conversation_id] == kinds[one.conversation_id]]
            assert all(other.conversation_id in choices for other in earlier)
