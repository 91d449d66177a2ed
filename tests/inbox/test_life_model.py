"""Any interleaving of arrivals, claims, closes, log-ins, limits and transfers, against a model of plain Python.

The model knows no database, no locks and none of the product's rules modules; after every step both must tell the same.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from inbox import presence
from inbox.actions import closing
from inbox.actions.answers import waive_answer
from inbox.actions.assignment import claim, give_back, transfer
from inbox.actions.availability import set_availability
from inbox.actions.refusals import AlreadyClaimed, NotAllowed, Refusal
from inbox.assignment import fill_places
from inbox.models import Agent, Conversation
from tests.factories import make_agent, make_contact, make_number, make_team, writes

AGENTS, CUSTOMERS, TEAM = range(3), range(5), frozenset({1, 2})
FOLLOW_UP_MINUTES = 3
agents, customers = st.sampled_from(AGENTS), st.sampled_from(CUSTOMERS)
# Which of those that a step is possible for: Hypothesis wastes no step on one that is not.
picks = st.integers(0, len(CUSTOMERS) - 1)


def some(state):
    """Possible while there is a conversation in this state."""
    return precondition(lambda life: life.in_state(state))


@dataclass
class Person:
    limit: int | None = None
    is_available: bool = True
    last_assigned: int = -1


@dataclass
class Service:
    """A conversation: open while `is_waiting` or served by `agent`; `was` is what closing ended."""

    agent: int | None = None
    is_waiting: bool = False
    for_team: bool = False
    since: int = 0
    unanswered: int | None = None
    returned_by: int | None = None
    took_part: set = field(default_factory=set)
    closed_at: int | None = None
    closed_by: int | None = None
    was: dict | None = None

    @property
    def state(self):
        if self.closed_at is not None:
            return "closed"
        return "waiting" if self.is_waiting else "served"


class Life(RuleBasedStateMachine):
    @initialize(fills_at_once=st.booleans(), limits=st.lists(st.none() | st.integers(0, 2), min_size=3, max_size=3))
    def open_the_shop(self, fills_at_once, limits):
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.start, self.tick = timezone.now(), 0
        self.number = make_number(follow_up_minutes=FOLLOW_UP_MINUTES, absence_minutes=None)
        self.fills_at_once = fills_at_once
        self.staff = [make_agent(numbers=[self.number], limit=limit) for limit in limits]
        self.team = make_team("", *(self.staff[index] for index in TEAM))
        # The first customer has an owner.
        self.contacts = [make_contact(owner=self.staff[0] if index == 0 else None) for index in CUSTOMERS]
        self.ids = {}
        self.people = [Person(limit) for limit in limits]
        self.services = {}
        self.served_last = {}
        for customer in CUSTOMERS[:3]:
            self.the_customer_writes(customer)

    def teardown(self):
        transaction.set_rollback(True)
        self.rollback.__exit__(None, None, None)

    # --- What the model knows ---

    def in_state(self, state):
        """The customers whose conversation is waiting, served or closed."""
        return [customer for customer, service in sorted(self.services.items()) if service.state == state]

    def picked(self, state, pick):
        possible = self.in_state(state)
        customer = possible[pick % len(possible)]
        return customer, self.services[customer]

    def load(self, agent):
        return sum(one.agent == agent and one.closed_at is None for one in self.services.values())

    def has_place(self, agent):
        person = self.people[agent]
        return person.is_available and (person.limit is None or self.load(agent) < person.limit)

    def may_get(self, agent, service):
        return (not service.for_team or agent in TEAM) and agent != service.returned_by

    def give(self, customer, agent):
        service = self.services[customer]
        service.agent, service.is_waiting, service.returned_by, service.closed_at = agent, False, None, None
        service.took_part.add(agent)
        self.served_last[customer] = agent
        self.people[agent].last_assigned = self.tick

    def queue(self, customer, returned_by):
        service = self.services[customer]
        in_line_since = service.since if service.is_waiting else self.tick
        service.since = in_line_since if service.unanswered is None else service.unanswered
        service.agent, service.is_waiting, service.returned_by, service.closed_at = None, True, returned_by, None

    def choose(self, customer, service):
        able = [agent for agent in AGENTS if self.may_get(agent, service) and self.has_place(agent)]
        for first in (0 if customer == 0 else None, self.served_last.get(customer)):
            if first in able:
                return first
        return min(able, key=lambda one: (self.load(one), self.people[one].last_assigned, one), default=None)

    # --- What happens ---

    def now(self):
        self.tick += 1
        return self.moment()

    def moment(self):
        return self.start + timedelta(minutes=self.tick)

    def refusal(self, action, *given, **named):
        """The class of the refusal, or None. A refused action leaves nothing behind."""
        try:
            with transaction.atomic():
                action(*given, **named)
        except Refusal as refused:
            return type(refused)
        return None

    @rule(customer=customers)
    def the_customer_writes(self, customer):
        message = writes(self.contacts[customer], self.number, now=self.now())
        service = self.services.get(customer)
        if service is None or (service.closed_at is not None and self.tick > service.closed_at + FOLLOW_UP_MINUTES):
            service = self.services[customer] = Service(unanswered=self.tick)
            self.queue(customer, None)
        elif service.closed_at is not None:
            former, service.unanswered = service.agent, self.tick
            if former is not None and self.has_place(former):
                self.give(customer, former)
            else:
                self.queue(customer, None)
        elif service.unanswered is None:
            service.unanswered = self.tick
        self.ids[customer] = message.conversation_id

    @rule(customer=customers, agent=agents)
    def somebody_claims(self, customer, agent):
        service = self.services.get(customer)
        if service is None:
            return
        refused = self.refusal(claim, self.ids[customer], self.staff[agent], self.now())
        if service.closed_at is not None:
            assert refused is Refusal
        elif service.agent is not None:
            assert refused is (None if service.agent == agent else AlreadyClaimed)
        elif service.for_team and agent not in TEAM and agent not in service.took_part:
            assert refused is NotAllowed
        else:
            assert refused is None
            self.give(customer, agent)

    @some("served")
    @rule(pick=picks)
    def its_agent_closes(self, pick):
        customer, service = self.picked("served", pick)
        closing.close(self.ids[customer], self.staff[service.agent], now=self.now())
        self.end(service, service.agent)

    @some("waiting")
    @rule(pick=picks)
    def a_member_closes_a_waiting_one(self, pick):
        customer, service = self.picked("waiting", pick)
        closing.close(self.ids[customer], self.staff[1], now=self.now())
        service.took_part.add(1)
        self.end(service, 1)

    def end(self, service, by):
        kept = ("agent", "is_waiting", "since", "unanswered", "returned_by")
        service.was = {name: getattr(service, name) for name in kept}
        service.is_waiting, service.unanswered, service.returned_by = False, None, None
        service.closed_at, service.closed_by = self.tick, by

    @some("closed")
    @rule(pick=picks)
    def whoever_closed_it_undoes_that(self, pick):
        customer, service = self.picked("closed", pick)
        refused = self.refusal(closing.undo_close, self.ids[customer], self.staff[service.closed_by], self.moment())
        assert refused is (None if self.tick <= service.closed_at + 1 else Refusal)
        if refused is None:
            for name, value in service.was.items():
                setattr(service, name, value)
            service.closed_at = None

    @some("closed")
    @rule(pick=picks, agent=agents)
    def somebody_reopens(self, pick, agent):
        customer, service = self.picked("closed", pick)
        refused = self.refusal(closing.reopen, self.ids[customer], self.staff[agent], self.now())
        assert refused is (None if agent in service.took_part else NotAllowed)
        if refused is None:
            self.give(customer, agent)

    @some("served")
    @rule(pick=picks, to=agents)
    def its_agent_transfers_it(self, pick, to):
        customer, service = self.picked("served", pick)
        by = self.staff[service.agent]
        refused = self.refusal(transfer, self.ids[customer], by, to_agent=self.staff[to], now=self.now())
        assert refused is (Refusal if service.agent == to else None)
        if refused is None:
            self.give(customer, to)

    @some("served")
    @rule(pick=picks)
    def its_agent_passes_it_to_the_team(self, pick):
        customer, service = self.picked("served", pick)
        former = service.agent
        transfer(self.ids[customer], self.staff[former], to_team=self.team, now=self.now())
        service.for_team = True
        self.queue(customer, former)

    @some("served")
    @rule(pick=picks)
    def its_agent_gives_it_back(self, pick):
        customer, service = self.picked("served", pick)
        former = service.agent
        give_back(self.ids[customer], self.staff[former], self.now())
        self.queue(customer, former)

    @some("served")
    @rule(pick=picks)
    def its_agent_answers(self, pick):
        customer, service = self.picked("served", pick)
        refused = self.refusal(waive_answer, self.ids[customer], self.staff[service.agent], self.now())
        assert refused is (Refusal if service.unanswered is None else None)
        service.unanswered = None

    @rule(agent=agents)
    def somebody_logs_in(self, agent):
        Agent.objects.filter(pk=self.staff[agent].pk).update(absence_grace_seconds=8 * 3600)
        presence.connected([self.staff[agent].pk], self.now())
        set_availability(self.staff[agent], "available", now=self.moment())
        self.people[agent].is_available = True

    @rule(agent=agents, loses_connection=st.booleans())
    def somebody_leaves(self, agent, loses_connection):
        if loses_connection:
            presence.disconnect(self.staff[agent], self.now())
        else:
            set_availability(self.staff[agent], "away", now=self.now())
        self.people[agent].is_available = False

    @rule(agent=agents, limit=st.none() | st.integers(0, 3))
    def a_limit_is_set(self, agent, limit):
        Agent.objects.filter(pk=self.staff[agent].pk).update(reception_limit=limit)
        self.people[agent].limit = limit

    @precondition(lambda life: not life.fills_at_once)
    @rule()
    def places_are_filled_at_last(self):
        self.fill()

    def fill(self):
        fill_places(self.now())
        line = [customer for customer, service in self.services.items() if service.is_waiting]
        for customer in sorted(line, key=lambda one: (self.services[one].since, self.ids[one])):
            agent = self.choose(customer, self.services[customer])
            if agent is not None:
                self.give(customer, agent)
        self.statuses_are_called_right()

    def statuses_are_called_right(self):
        for customer, service in self.services.items():
            if service.is_waiting:
                someone = any(self.people[one].is_available and self.may_get(one, service) for one in AGENTS)
                found = Conversation.objects.get(pk=self.ids[customer]).status
                assert found == ("queued" if someone else "unassigned")

    # --- What always holds ---

    @invariant()
    def woken_workers_have_run(self):
        if self.fills_at_once:
            self.fill()

    @invariant()
    def the_product_is_where_the_model_is(self):
        rows = Conversation.objects.in_bulk(list(self.ids.values()))
        for customer, service in self.services.items():
            row = rows[self.ids[customer]]
            agent = None if service.agent is None else self.staff[service.agent].pk
            assert (row.is_waiting, row.status == "closed", row.assignee_id) == (
                service.is_waiting,
                service.closed_at is not None,
                agent,
            )
            if service.is_waiting:
                assert row.waiting_since == self.start + timedelta(minutes=service.since)

    @invariant()
    def one_conversation_of_a_customer_is_open(self):
        is_open = Conversation.objects.exclude(status="closed")
        assert is_open.count() == is_open.values("thread").distinct().count()


@pytest.mark.django_db
def test_any_interleaving_tells_the_same_as_the_model():
    """One open conversation per customer, limits never passed by automatic assignment, first in first out."""
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
