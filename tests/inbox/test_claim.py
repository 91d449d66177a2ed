"""An agent takes a waiting conversation (product: "Claim"; S1-28 to S1-31)."""

import pytest

from inbox.actions.assignment import claim
from inbox.actions.closing import close
from inbox.actions.refusals import AlreadyClaimed, NotAllowed, Refusal
from inbox.models import Event
from tests.factories import make_agent, make_conversation, make_number, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def number():
    return make_number()


@pytest.mark.parametrize("status", ["unassigned", "queued"])
def test_a_claimed_conversation_belongs_to_the_agent_and_has_left_the_line(number, status):
    agent = make_agent("Ada", numbers=[number])
    conversation = claim(make_conversation(status, number=number).pk, agent)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.assignee, conversation.waiting_since) == ("assigned", agent, None)
    assert conversation.participants.get().agent == agent


def test_a_line_in_the_thread_says_who_claimed(number):
    agent = make_agent("Ada", numbers=[number])
    conversation = claim(make_conversation(number=number).pk, agent)
    line = conversation.events.get()
    assert (line.kind, line.actor, line.data["by"]) == (Event.Kind.CLAIMED, agent, "Ada")


def test_claiming_works_at_the_limit(number):
    """S1-31: claiming by hand works although the person is at the limit."""
    agent = make_agent(numbers=[number], limit=1)
    claim(make_conversation(number=number).pk, agent)
    assert claim(make_conversation("queued", number=number).pk, agent).assignee == agent


def test_claiming_works_while_away(number):
    agent = make_agent(numbers=[number], available=False)
    assert claim(make_conversation(number=number).pk, agent).assignee == agent


def test_the_loser_is_told_who_won(number):
    winner, loser = make_agent("Ada", numbers=[number]), make_agent("Ben", numbers=[number])
    conversation = make_conversation(number=number)
    claim(conversation.pk, winner)
    with pytest.raises(AlreadyClaimed, match="Ada") as refused:
        claim(conversation.pk, loser)
    assert refused.value.winner == winner
    assert refused.value.status_code == 409


def test_claiming_twice_is_claiming_once(number):
    agent = make_agent(numbers=[number])
    conversation = make_conversation(number=number)
    claim(conversation.pk, agent)
    assert claim(conversation.pk, agent).assignee == agent
    assert conversation.events.count() == 1


def test_a_closed_conversation_is_reopened_and_not_claimed(number):
    agent = make_agent(numbers=[number])
    conversation = claim(make_conversation(number=number).pk, agent)
    close(conversation.pk, agent)
    with pytest.raises(Refusal, match="Reopen") as refused:
        claim(conversation.pk, agent)
    assert refused.value.code == "conversation_closed"


def test_another_teams_conversation_is_not_theirs_to_claim(number):
    member = make_agent(numbers=[number])
    stranger = make_agent(numbers=[number])
    team = make_team("Billing", member)
    conversation = make_conversation(number=number, team=team)
    with pytest.raises(NotAllowed):
        claim(conversation.pk, stranger)
    assert claim(conversation.pk, member).assignee == member
