"""The three steps of S0, silent messages, and who comes in when."""

import pytest

from inbox.models import ApiKey, Contact, Conversation, Message
from tests.factories import make_agent, make_contact, make_thread, taps, writes
from whatsapp.models import MessageTemplate

BODY = [{"type": "BODY", "text": "Your order {{1}} is on its way."}]
FILLED = [{"type": "body", "parameters": [{"type": "text", "text": "4711"}]}]


@pytest.fixture
def template(berlin):
    return MessageTemplate.objects.create(
        account=berlin.account, name="shipped", language="en", status="APPROVED", category="UTILITY", components=BODY
    )


@pytest.fixture
def ada(berlin):
    return make_agent("Ada", numbers=[berlin])


@pytest.fixture
def crm(program):
    return program()


@pytest.fixture
def opened(crm, berlin):
    """Create a contact and a conversation (S0-2), with whatever is asked besides; returns the conversation's answer."""

    def make(**asked):
        contact = crm.post("contacts/", {"phone": "+4915123456789", "external_id": "C-1"}).json()
        return crm.post("conversations/", {"contact": contact["id"], **asked})

    return make


def send(crm, conversation, query=""):
    body = {"name": "shipped", "language": "en", "components": FILLED}
    return crm.post(f"conversations/{conversation['id']}/template-messages/", body, query=query)


def test_s0_2_s0_5_s0_6_s0_7_contact_conversation_and_template_message_in_three_steps(crm, opened, template, ada):
    conversation = opened(participants=[ada.pk])
    assert conversation.status_code == 201
    assert (conversation.json()["status"], conversation.json()["assignee"]) == ("assigned", ada.pk)
    sent = send(crm, conversation.json())
    assert sent.status_code == 201, sent.json()
    assert sent.json()["author_kind"] == "integration"
    assert sent.json()["content"]["preview"]["body"] == "Your order 4711 is on its way."
    assert crm.get(f"messages/{sent.json()['id']}/").json()["status"] == "queued"


def test_s0_5_the_same_phone_or_own_id_is_never_a_second_contact(crm):
    first = crm.post("contacts/", {"phone": "+49 1512 3456789", "name": "Nia"})
    assert first.status_code == 201
    again = crm.post("contacts/", {"phone": "+4915123456789", "external_id": "C-1", "attributes": {"vip": True}})
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    by_id = crm.post("contacts/", {"external_id": "C-1", "attributes": {"vip": None, "city": "Kiel"}})
    assert by_id.json()["attributes"] == {"city": "Kiel"}
    assert Contact.objects.count() == 1


def test_ids_of_different_contacts_are_a_conflict_and_no_id_is_refused(crm):
    crm.post("contacts/", {"phone": "+4915123456789"})
    crm.post("contacts/", {"external_id": "C-2"})
    both = crm.post("contacts/", {"phone": "+4915123456789", "external_id": "C-2"})
    assert (both.status_code, both.json()["code"]) == (409, "contact_conflict")
    assert crm.post("contacts/", {"name": "Nobody"}).json()["code"] == "contact_unnamed"
    assert crm.post("contacts/", {"phone": "12"}).json()["field"] == "phone"


def test_s0_3_the_first_participant_is_assigned_and_the_others_follow(opened, ada, berlin):
    ben = make_agent("Ben", numbers=[berlin])
    answer = opened(participants=[ada.pk, ben.pk]).json()
    assert (answer["assignee"], answer["followers"]) == (ada.pk, [ben.pk])


def test_one_conversation_is_active_and_another_is_the_same_unchanged_or_a_conflict(opened, ada):
    first = opened(participants=[ada.pk]).json()
    again = opened(assign_on_handover=True)
    assert (again.status_code, again.json()["id"], again.json()["applied"]) == (200, first["id"], False)
    assert again.json()["status"] == "assigned"
    assert opened(if_open="conflict").json()["code"] == "conversation_open"
    assert Conversation.objects.count() == 1


def test_s0_8_s0_10_the_template_call_takes_templates_only_and_free_form_needs_its_scope(crm, opened, template, ada):
    conversation = opened(participants=[ada.pk]).json()
    refused = crm.post(f"conversations/{conversation['id']}/template-messages/", {"kind": "text", "content": {}})
    assert (refused.status_code, refused.json()["field"]) == (400, "name")
    refused = crm.post(f"conversations/{conversation['id']}/messages/", {"content": {"text": "Hello"}})
    assert (refused.status_code, refused.json()["code"]) == (403, "templates_only")


def test_free_form_needs_an_open_window_and_goes_out_as_the_agent_where_asked(program, opened, ada, berlin):
    crm = program("messages:templates", "messages:free-form")
    conversation = opened(participants=[ada.pk]).json()
    path = f"conversations/{conversation['id']}/messages/"
    assert crm.post(path, {"content": {"text": "Hello"}}).json()["code"] == "window_closed"
    writes(Contact.objects.get(), berlin, "Hi")
    sent = crm.post(path, {"content": {"text": "Hello"}, "as_agent": True}).json()
    assert (sent["author_kind"], sent["author"]) == ("agent", ada.pk)
    assert Conversation.objects.get().unanswered_since is None


def test_a_closed_conversation_takes_no_message(crm, opened, template, ada):
    conversation = opened(participants=[ada.pk]).json()
    assert crm.post(f"conversations/{conversation['id']}/close/").json()["status"] == "closed"
    assert send(crm, conversation).json()["code"] == "conversation_closed"


@pytest.mark.parametrize("bump", [True, False])
@pytest.mark.parametrize("bump_response", [True, False])
def test_s0_13_to_s0_18_sending_and_interactions_bump_or_not_each_of_its_own(
    crm, opened, template, ada, berlin, bump, bump_response
):
    """S0-13, S0-14, S0-15, S0-16, S0-17, S0-18"""
    conversation = opened(participants=[ada.pk]).json()
    before = Conversation.objects.get().bumped_at
    sent = send(crm, conversation, f"?bump={str(bump).lower()}&bump_response={str(bump_response).lower()}").json()
    after_sending = Conversation.objects.get()
    assert (after_sending.bumped_at > before) == bump
    Message.objects.filter(pk=sent["id"]).update(wamid="wamid.template", status="sent")
    taps(Contact.objects.get(), berlin, "wamid.template")
    tapped = Conversation.objects.get()
    assert (tapped.bumped_at > after_sending.bumped_at) == bump_response
    assert (tapped.last_inbound_id > 0) == bump_response


def test_s0_19_an_ordinary_reply_bumps_also_after_a_silent_template(crm, opened, template, ada, berlin):
    conversation = opened(participants=[ada.pk]).json()
    send(crm, conversation, "?bump=false&bump_response=false")
    before = Conversation.objects.get().bumped_at
    writes(Contact.objects.get(), berlin, "Thanks")
    assert Conversation.objects.get().bumped_at > before


def test_s0_24_s0_25_s0_27_the_agent_comes_in_when_the_customer_responds(crm, opened, template, ada, berlin):
    answer = opened(participants=[ada.pk], assign_on_handover=True).json()
    assert (answer["status"], answer["assignee"], answer["handover_to"]) == ("pending", None, ada.pk)
    assert not Conversation.objects.get().participants.exists()
    send(crm, answer)
    writes(Contact.objects.get(), berlin, "Yes?")
    handed = Conversation.objects.get()
    assert (handed.status, handed.assignee) == ("assigned", ada)
    assert handed.participants.filter(agent=ada).exists()


@pytest.mark.parametrize(
    "handover_on, does, status",
    [
        ("response", taps, "assigned"),
        ("response", writes, "assigned"),
        ("message", taps, "pending"),
        ("message", writes, "assigned"),
        ("workflow", taps, "pending"),
        ("workflow", writes, "pending"),
    ],
)
def test_s0_22_s0_32_rules_decide_what_hands_over(crm, opened, template, ada, berlin, handover_on, does, status):
    answer = opened(participants=[ada.pk], assign_on_handover=True, handover_on=handover_on).json()
    sent = send(crm, answer).json()
    Message.objects.filter(pk=sent["id"]).update(wamid="wamid.template", status="sent")
    does(Contact.objects.get(), berlin, "wamid.template")
    assert Conversation.objects.get().status == status


def test_s0_12_what_answers_a_relayed_template_leaves_the_handover_to_the_workflow(crm, opened, template, ada, berlin):
    answer = opened(participants=[ada.pk], assign_on_handover=True).json()
    ApiKey.objects.update(relay_url="https://crm.example/relays")
    sent = send(crm, answer, "?relay_response=true").json()
    Message.objects.filter(pk=sent["id"]).update(wamid="wamid.template", status="sent")
    taps(Contact.objects.get(), berlin, "wamid.template")
    assert Conversation.objects.get().status == "pending"
    assert crm.post(f"conversations/{answer['id']}/hand-over/").json()["assignee"] == ada.pk


def test_s0_28_to_s0_33_explicit_reassign_discards_the_waiting_for_good(crm, opened, template, ada, berlin):
    """S0-28, S0-29, S0-30, S0-31, S0-33"""
    ben = make_agent("Ben", numbers=[berlin])
    answer = opened(participants=[ada.pk], assign_on_handover=True).json()
    send(crm, answer)
    reassigned = crm.post(f"conversations/{answer['id']}/assign/", {"agent": ben.pk}).json()
    assert (reassigned["assignee"], reassigned["handover_to"]) == (ben.pk, None)
    writes(Contact.objects.get(), berlin, "Late")
    assert Conversation.objects.get().assignee == ben


def test_an_agent_who_does_not_serve_the_number_is_refused(opened):
    answer = opened(participants=[make_agent("Zoe").pk])
    assert (answer.status_code, answer.json()["field"]) == (400, "participants")


def test_tags_transfer_and_notes_are_named_posts(crm, opened, ada, berlin):
    ben = make_agent("Ben", numbers=[berlin])
    path = f"conversations/{opened(participants=[ada.pk]).json()['id']}"
    crm.post("tags/", {"name": "VIP", "colour": "red"})
    assert crm.post(f"{path}/tags/", {"tag": "vip"}).json()["tags"] == ["VIP"]
    assert crm.post(f"{path}/tags/", method="delete", query="?tag=vip").json()["tags"] == []
    refused = crm.post(f"{path}/tags/", {"tag": "none"})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (400, "tag_unknown", "tag")
    assert crm.post(f"{path}/transfer/", {"agent": ben.pk}).json()["assignee"] == ben.pk
    assert crm.post(f"{path}/transfer/", {}).json()["code"] == "invalid"
    assert crm.post(f"{path}/notes/", {"text": "Called back", "agent": ben.pk}).json()["direction"] == "note"


def test_conversations_are_listed_by_status_contact_and_number_of_the_key(program, opened, ada, berlin):
    conversation = opened(participants=[ada.pk]).json()
    crm = program()
    assert [row["id"] for row in crm.get("conversations/", status="assigned").json()["results"]] == [conversation["id"]]
    assert crm.get("conversations/", status="closed").json()["results"] == []
    other = make_thread(make_contact("Luis")).number
    assert program(number=other).get(f"conversations/{conversation['id']}/").status_code == 404
