"""Whom a program names by id, as far as its key reaches them."""

from inbox.actions.refusals import Refusal
from inbox.queries.reach import agents_of, teams_of


def agent_named(agent_id, number_id=None, field="agent"):
    """The Agent, who may log in and serves the number (None: any). Raises Refusal (400) that blames `field`."""
    agent = agents_of(number_id).filter(pk=agent_id).first()
    if agent is None:
        raise Refusal("agent_unknown", f"There is no agent {agent_id} who may log in.", field, 400)
    return agent


def team_named(team_id, number_id=None, field="team"):
    """The Team with somebody who serves the number (None: any). Raises Refusal (400) that blames `field`."""
    team = teams_of(number_id).filter(pk=team_id).first()
    if team is None:
        raise Refusal("team_unknown", f"There is no team {team_id}.", field, 400)
    return team
