"""How conversations begin over the API: who takes part, whose line it joins, what is refused."""

import pytest

from inbox.models import Bot, Conversation, Reception
from inbox.queries import visible_to
from tests.factories import make_agent, make_contact, make_conversation, make_number, make_tag, make_team, writes
from tests.running import settle


@pytest.fixture
def crm(program):
    return program()


@pytest.fixture
def ada(berlin):
    return make_agent("Ada", numbers=[berlin])


@pytest.fixture
def nia():
    return make_contact("Nia")


def opened(crm, nia, **asked):
    return crm.post("conversations/", {"contact": nia.pk, **asked})


def test_the_same_participant_twice_is_once(crm, nia, ada, berlin):
    ben = make_agent("Ben", numbers=[berlin])
    shown = opened(crm, nia, participants=[ada.pk, ben.pk, ada.pk, ben.pk]).json()
    assert (shown["assignee"], shown["followers"], shown["applied"]) == (ada.pk, [ben.pk], True)


def test_a_participant_who_may_not_log_in_is_refused_and_nothing_is_opened(crm, nia, ada, berlin):
    gone = make_agent("Gone", numbers=[berlin], is_active=False)
    for participants in ([gone.pk], [ada.pk, gone.pk], [ada.pk, make_agent("Zoe").pk], [0]):
        refused = opened(crm, nia, participants=participants)
        assert (refused.status_code, refused.json()["field"]) == (400, "participants"), refused.json()
    assert not Conversation.objects.exists()


def test_a_contact_without_an_address_on_whatsapp_is_refused(crm, berlin):
    contact = crm.post("contacts/", {"external_id": "C-1"}).json()
    refused = crm.post("conversations/", {"contact": contact["id"]})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (409, "no_address", "contact")
    crm.post(f"contacts/{contact['id']}/", {"phone": "+4915123456789"}, method="patch")
    assert crm.post("conversations/", {"contact": contact["id"]}).status_code == 201


def test_with_several_numbers_one_is_named(crm, nia, berlin):
    munich = make_number("Munich")
    refused = opened(crm, nia)
    assert (refused.status_code, refused.json()["code"]) == (400, "number_required")
    assert opened(crm, nia, number=munich.pk).json()["number"] == munich.pk
    assert opened(crm, nia, number=berlin.pk).json()["number"] == berlin.pk


def test_without_participants_and_flag_the_numbers_assignment_decides(crm, nia, ada, berlin):
    team = make_team("Sales", ada)
    Reception.objects.update(team=team)
    shown = opened(crm, nia).json()
    assert (shown["status"] in ("unassigned", "queued"), shown["team"]) == (True, team.pk)
    Conversation.objects.update(unanswered_since=None)
    settle()
    assert Conversation.objects.get().team == team


def test_where_new_conversations_go_to_a_bot_this_one_does_too_unless_somebody_is_named(crm, ada, berlin):
    bot = Bot.objects.create(name="Desk")
    Reception.objects.update(bot=bot)
    team = make_team("Sales", ada)
    shown = opened(crm, make_contact("Ida")).json()
    assert (shown["status"], shown["bot"], shown["assignee"]) == ("bot", bot.pk, None)
    for named in ({"participants": [ada.pk]}, {"team": team.pk}, {"assign_on_handover": True}):
        assert opened(crm, make_contact("Mo"), **named).json()["bot"] is None
    Bot.objects.update(is_active=False)
    assert opened(crm, make_contact("Zoe")).json()["bot"] is None


def test_an_agent_who_does_not_serve_the_number_gets_nothing_by_hand(crm, nia, ada, berlin):
    conversation = opened(crm, nia).json()["id"]
    for move in ("assign", "transfer"):
        refused = crm.post(f"conversations/{conversation}/{move}/", {"agent": make_agent("Zoe").pk})
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (400, "cannot_serve", "agent")


def test_s0_24_without_participants_the_line_decides_at_handover(crm, nia, ada, berlin):
    team = make_team("Sales", ada)
    shown = opened(crm, nia, assign_on_handover=True, team=team.pk).json()
    assert (shown["status"], shown["handover_to"], shown["team"]) == ("pending", None, team.pk)
    assert not visible_to(ada).exists()
    writes(nia, berlin, "Yes?")
    handed = Conversation.objects.get()
    assert (handed.is_waiting, handed.team) == (True, team)
    settle()
    assert Conversation.objects.get().assignee == ada


def test_s0_25_s0_27_who_waits_for_the_handover_sees_nothing_before_and_a_new_one_afterwards(crm, nia, ada, berlin):
    opened(crm, nia, participants=[ada.pk], assign_on_handover=True)
    assert not visible_to(ada).exists()
    before = Conversation.objects.get().bumped_at
    writes(nia, berlin, "Yes?")
    assert visible_to(ada).get().bumped_at > before


def test_s0_20_s0_26_a_new_conversation_stands_on_top_for_who_takes_part(crm, nia, ada, berlin):
    other = make_conversation("assigned", number=berlin, assignee=ada)
    shown = opened(crm, nia, participants=[ada.pk]).json()
    order = list(visible_to(ada).order_by("-bumped_at", "-pk").values_list("pk", flat=True))
    assert order == [shown["id"], other.pk]


def test_s0_27_an_agent_who_left_meanwhile_is_not_handed_it(crm, nia, ada, berlin):
    opened(crm, nia, participants=[ada.pk], assign_on_handover=True)
    ada.is_active = False
    ada.save()
    writes(nia, berlin, "Yes?")
    assert Conversation.objects.get().is_waiting


def test_one_that_is_open_stays_as_it_is_and_says_that_nothing_was_applied(crm, nia, ada, berlin):
    first = opened(crm, nia, participants=[ada.pk]).json()
    ben = make_agent("Ben", numbers=[berlin])
    again = opened(crm, nia, participants=[ben.pk], assign_on_handover=True)
    assert (again.status_code, again.json()["applied"]) == (200, False)
    assert {**again.json(), "applied": True} == first
    conflict = opened(crm, nia, if_open="conflict")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "conversation_open")
    crm.post(f"conversations/{first['id']}/close/")
    assert opened(crm, nia).status_code == 201


def test_conversations_are_listed_by_assignee_team_tag_and_time(crm, ada, berlin):
    hers = make_conversation("assigned", number=berlin, assignee=ada)
    teams = make_conversation(number=berlin, team=make_team("Sales"))
    teams.tags.add(make_tag("VIP"))

    def found(**asked):
        return [row["id"] for row in crm.get("conversations/", **asked).json()["results"]]

    assert found(assignee=ada.pk) == [hers.pk]
    assert found(team=teams.team_id) == [teams.pk]
    assert found(tag="vip") == [teams.pk]
    assert found(tag="none") == []
    assert found(contact=hers.thread.contact_id, status="assigned,queued") == [hers.pk]
    assert found(bumped_since=teams.bumped_at.isoformat()) == [teams.pk]
    assert found(opened_since="2100-01-01T00:00:00Z") == []
    for wrong in ({"team": "x"}, {"bumped_since": "yesterday"}, {"status": "open"}, {"unknown": "1"}):
        assert crm.get("conversations/", **wrong).status_code == 400
