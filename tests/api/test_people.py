"""Agents, teams and tags over the API."""

import pytest

from inbox.models import Agent, Conversation
from tests.factories import make_agent, make_conversation, make_number, make_tag, make_team


@pytest.fixture
def crm(program):
    return program()


@pytest.fixture
def ada(berlin):
    return make_agent("Ada", numbers=[berlin])


@pytest.fixture
def hers(berlin, ada):
    return [make_conversation("assigned", number=berlin, assignee=ada) for _ in range(2)]


def set_away(crm, agent, **asked):
    return crm.post(f"agents/{agent.pk}/availability/", {"availability": "away", **asked})


def test_an_agent_is_set_away_and_keeps_what_they_have(crm, ada, hers):
    answer = set_away(crm, ada)
    assert (answer.status_code, answer.json()["availability"]) == (200, "away")
    assert Conversation.objects.filter(assignee=ada).count() == 2
    ada.refresh_from_db()
    assert not ada.chose_away


def test_what_the_agent_chose_is_not_forgotten(crm, ada):
    Agent.objects.update(availability="away", chose_away=True)
    crm.post(f"agents/{ada.pk}/availability/", {"availability": "available"})
    ada.refresh_from_db()
    assert (ada.availability, ada.chose_away) == ("available", True)


def test_open_conversations_return_to_the_line(crm, ada, hers):
    set_away(crm, ada, conversations="give_back")
    assert {one.status for one in Conversation.objects.all()} <= {"queued", "unassigned"}
    line = hers[0].events.get()
    assert (line.kind, line.data["why"], line.actor) == ("returned", "api", None)


def test_open_conversations_go_to_a_colleague(crm, ada, hers, berlin):
    ben = make_agent("Ben", numbers=[berlin], limit=0, available=False)
    assert set_away(crm, ada, conversations=ben.pk).status_code == 200
    assert {one.assignee for one in Conversation.objects.all()} == {ben}


@pytest.mark.parametrize("choice", ["", "all", True, 999_999, "7", None])
def test_an_unknown_choice_changes_nothing(crm, ada, choice):
    answer = set_away(crm, ada, conversations=choice)
    assert (answer.status_code, answer.json()["field"]) == (400, "conversations")
    assert Agent.objects.get().availability == "available"


def test_a_colleague_who_does_not_serve_the_number_gets_nothing(crm, ada, hers):
    answer = set_away(crm, ada, conversations=make_agent("Zoe").pk)
    assert (answer.status_code, answer.json()["code"]) == (400, "cannot_serve")
    ada.refresh_from_db()
    assert ada.availability == "available"


def test_a_key_of_one_number_does_not_send_away_who_serves_others_too(program, ada, berlin):
    crm = program(number=berlin)
    assert set_away(crm, ada).status_code == 200
    both = make_agent("Ben", numbers=[berlin, make_number("Munich")])
    refused = set_away(crm, both)
    assert (refused.status_code, refused.json()["code"]) == (403, "agent_elsewhere")
    both.refresh_from_db()
    assert both.availability == "available"


def test_a_key_of_one_number_sees_its_agents_and_teams_only(program, ada, berlin):
    munich = make_number("Munich")
    zoe = make_agent("Zoe", numbers=[munich])
    ours, theirs = make_team("Sales", ada, zoe), make_team("Repairs", zoe)
    crm = program(number=berlin)
    assert [row["name"] for row in crm.get("agents/").json()["results"]] == ["Ada"]
    assert [(row["name"], row["members"]) for row in crm.get("teams/").json()["results"]] == [("Sales", [ada.pk])]
    assert crm.get(f"agents/{zoe.pk}/").status_code == crm.get(f"teams/{theirs.pk}/").status_code == 404
    munich_crm = program(number=munich)
    assert [row["members"] for row in munich_crm.get("teams/").json()["results"]] == [[zoe.pk], [zoe.pk]]
    assert ours.pk


def test_a_tag_is_renamed_but_not_by_a_key_of_one_number(program, crm, berlin):
    tag, taken = make_tag("VIP", "red"), make_tag("Late")
    changed = crm.post(f"tags/{tag.pk}/", {"name": "Very important"}, method="patch")
    assert (changed.status_code, changed.json()["name"], changed.json()["colour"]) == (200, "Very important", "red")
    assert crm.post(f"tags/{tag.pk}/", {"name": "LATE"}, method="patch").json()["code"] == "tag_exists"
    refused = program(number=berlin).post(f"tags/{taken.pk}/", {"name": "Soon"}, method="patch")
    assert refused.status_code == 403
