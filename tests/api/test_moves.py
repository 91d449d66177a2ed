"""What else programs do: reopen, followers, no answer needed, reactions, sending again."""

import pytest

from inbox.acting import program_named
from inbox.actions.closing import close
from inbox.models import ApiKey, Contact, Conversation, Message
from inbox.sentences import sentence
from inbox.templatetags.wording import author_label
from tests.factories import make_agent, make_conversation, make_tag, writes


@pytest.fixture
def crm(program):
    return program(*ApiKey.Scope.values)


@pytest.fixture
def ada(berlin):
    return make_agent("Ada", numbers=[berlin])


@pytest.fixture
def ben(berlin):
    return make_agent("Ben", numbers=[berlin])


@pytest.fixture
def conversation(berlin, ada):
    return make_conversation("assigned", number=berlin, assignee=ada)


@pytest.fixture
def path(conversation):
    return f"conversations/{conversation.pk}"


def lines(conversation):
    """What the small lines of the thread say."""
    return [sentence(line.kind, str(line.actor or ""), line.data) for line in conversation.events.order_by("pk")]


def test_a_closed_conversation_is_reopened_for_an_agent(crm, path, conversation, ben):
    assert crm.post(f"{path}/reopen/", {"agent": ben.pk}).json()["code"] == "not_closed"
    crm.post(f"{path}/close/")
    reopened = crm.post(f"{path}/reopen/", {"agent": ben.pk}).json()
    assert (reopened["status"], reopened["assignee"], reopened["closed_at"]) == ("assigned", ben.pk, None)
    assert lines(conversation)[-1] == "CRM reopened it for Ben"


def test_reopening_asks_for_an_agent_of_the_number_and_for_room(crm, path, conversation, berlin, ben):
    crm.post(f"{path}/close/")
    stranger = make_agent("Zoe")
    refused = crm.post(f"{path}/reopen/", {"agent": stranger.pk})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (400, "cannot_serve", "agent")
    make_conversation("unassigned", thread=conversation.thread)
    assert crm.post(f"{path}/reopen/", {"agent": ben.pk}).json()["code"] == "another_open"


def test_agents_follow_and_follow_no_longer(crm, path, conversation, ben):
    for _ in range(2):
        assert crm.post(f"{path}/followers/", {"agent": ben.pk}).json()["followers"] == [ben.pk]
    gone = crm.client.delete(f"/api/v1/{path}/followers/?agent={ben.pk}", headers=crm.headers())
    assert gone.json()["followers"] == []
    assert lines(conversation) == ["Ben joined as a helper", "Ben stopped following"]
    assert crm.post(f"{path}/followers/", {"agent": make_agent("Zoe").pk}).json()["code"] == "cannot_serve"


def test_the_last_words_may_need_no_answer(crm, path, conversation):
    assert crm.get(f"{path}/").json()["unanswered_since"] is not None
    assert crm.post(f"{path}/waive-answer/").json()["unanswered_since"] is None
    assert lines(conversation) == ["CRM marked it as needing no answer"]
    assert crm.post(f"{path}/waive-answer/").json()["code"] == "nothing_unanswered"


def test_what_a_program_did_is_said_by_its_name(crm, path, conversation, ben):
    make_tag("VIP")
    crm.post(f"{path}/tags/", {"tag": "VIP"})
    crm.post(f"{path}/transfer/", {"agent": ben.pk})
    crm.post(f"{path}/give-back/")
    assert lines(conversation) == [
        "CRM added the tag VIP",
        "CRM transferred it to Ben",
        "CRM gave it back to the line",
    ]


def test_a_program_is_named_as_long_as_its_request_lasts(crm, path, conversation, ada):
    crm.post(f"{path}/tags/", {"tag": make_tag("VIP").name})
    assert program_named() == {}
    close(conversation.pk, by_rule="auto_close")
    assert "program" not in conversation.events.latest("pk").data


def test_a_programs_name_stands_above_what_it_says_and_in_what_it_tells_of_customers(crm, path, conversation, berlin):
    contact = conversation.thread.contact
    writes(contact, berlin)
    crm.post(f"{path}/messages/", {"content": {"text": "Hello"}})
    assert author_label(Message.objects.latest("pk")) == "CRM"
    crm.post(f"contacts/{contact.pk}/", {"whatsapp_optout": "all"}, method="patch")
    assert lines(conversation)[-1] == "The customer wants nothing that we start, told by CRM"


def test_a_program_reacts_and_takes_its_reaction_back(program, crm, conversation, berlin):
    said = writes(Contact.objects.get(), berlin, "Thanks!")
    shown = crm.post(f"messages/{said.pk}/reactions/", {"emoji": "👍"}).json()
    assert shown["reactions"] == {"us": "👍"}
    reaction = Message.objects.get(kind="reaction")
    assert (reaction.author_kind, reaction.status) == ("integration", "queued")
    assert Conversation.objects.get().unanswered_since is not None
    assert crm.post(f"messages/{said.pk}/reactions/", {"emoji": ""}).json()["reactions"] == {}
    assert crm.post(f"messages/{said.pk}/reactions/", {"emoji": "no"}).json()["code"] == "not_an_emoji"
    refused = program("messages:templates").post(f"messages/{said.pk}/reactions/", {"emoji": "👍"})
    assert (refused.status_code, refused.json()["code"]) == (403, "templates_only")


def test_a_closed_conversation_takes_no_reaction(crm, path, conversation, berlin):
    said = writes(Contact.objects.get(), berlin, "Thanks!")
    crm.post(f"{path}/close/")
    assert crm.post(f"messages/{said.pk}/reactions/", {"emoji": "👍"}).json()["code"] == "conversation_closed"


def test_what_failed_is_sent_again_once(program, crm, path, conversation):
    sent = crm.post(f"{path}/messages/", {"content": {"text": "Hello"}}).json()
    assert crm.post(f"messages/{sent['id']}/send-again/").json()["code"] == "not_failed"
    Message.objects.filter(pk=sent["id"]).update(status="failed")
    refused = program("messages:templates").post(f"messages/{sent['id']}/send-again/")
    assert (refused.status_code, refused.json()["code"]) == (403, "templates_only")
    again, twice = (crm.post(f"messages/{sent['id']}/send-again/") for _ in range(2))
    assert (again.status_code, again.json()["status"], again.json()["author_kind"]) == (201, "queued", "integration")
    assert twice.json()["id"] == again.json()["id"] != sent["id"]
