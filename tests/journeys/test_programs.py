"""Integrators' programs (S0): chats begun by a CRM, answers that go to a workflow, agents who come in when it is time.

The program calls the API, the customer holds the sandbox's phone, the workflow is a real HTTP server.
"""

from datetime import timedelta

import pytest
from django.test import Client, TestCase

from inbox import timers
from inbox.models import ApiKey, Contact, Conversation, Event, Installation
from tests.journeys.office import is_assigned_to
from tests.moving import move_back
from tests.programs import Program
from tests.workflow import COMPLETE, HAND_OVER, LATER, LOOPBACK, newest_relay, running_workflow

SHALL_WE = "Hello Ida, we have news about your question. Shall we go on here?"
YES, NO = "Yes, please", "Not now"


def template(name="reengagement", *values, **more):
    """The body of a template message with its values."""
    parameters = [{"type": "text", "text": value} for value in values]
    return {"name": name, "language": "en", "components": [{"type": "body", "parameters": parameters}], **more}


class Crm(Program):
    """A program whose calls commit and wake the workers, as they do on a server."""

    def __init__(self, office, scopes, **fields):
        super().__init__(Client(), scopes, **fields)
        self.office = office

    def post(self, path, body=None, **how):
        with TestCase.captureOnCommitCallbacks(execute=True):
            answer = super().post(path, body, **how)
        self.office.worker.work()
        return answer

    def makes(self, path, body, status=201):
        answer = self.post(path, body)
        assert answer.status_code == status, answer.json()
        return answer.json()

    def sends(self, conversation, query="", **more):
        """Send Template Message; what came to the phone."""
        path = f"conversations/{conversation.pk}/template-messages/"
        answer = self.post(path, template("reengagement", "Ida", **more), query=query)
        assert answer.status_code == 201, answer.json()
        return answer.json()


@pytest.fixture
def crm(office):
    """With the usual scopes: message templates only."""
    Installation.switch_on()
    return Crm(office, [scope for scope in ApiKey.Scope.values if scope != "messages:free-form"])


@pytest.fixture
def workflow(office, settings, crm):
    """The workflow at the CRM's own address."""
    settings.PROGRAMS_ALLOWED_NETWORKS = LOOPBACK
    with running_workflow() as workflow:
        crm.key.relay_url = workflow.url
        crm.key.save()
        yield workflow


@pytest.fixture
def mira(office, templates):
    return office.agent("Mira")


@pytest.fixture
def sofia(office):
    return office.agent("Sofia", role="supervisor")


@pytest.fixture
def chat(crm, office, ida):
    """Create a contact and a chat with Ida; its Conversation."""

    def make(**asked):
        contact = crm.post("contacts/", {"phone": f"+{ida.phone}", "name": "Ida"}).json()
        made = crm.makes("conversations/", {"number": office.number.pk, "contact": contact["id"], **asked})
        return Conversation.objects.get(pk=made["id"])

    return make


def on_phone(office, phone):
    """The template as the customer's phone shows it."""
    return office.sandbox.waits_for_sent(customer=phone, type="template")


def responds(office, phone, choice=YES):
    """The customer taps a button of the newest template; everything that follows has happened."""
    phone.taps(office.sandbox.waits_for_sent(customer=phone, type="template"), choice)
    office.waits_for_word(phone, choice)
    office.settle()


def fresh(conversation):
    conversation.refresh_from_db()
    return conversation


# --- Basic flow ------------------------------------------------------------------------------------------------------


def test_basic_flow_a_program_begins_the_chat_and_an_agent_takes_part_from_the_start(office, crm, mira, ida):
    """S0-1, S0-2, S0-3, S0-5, S0-6, S0-7, S0-26: contact, chat with participants, message; the agent has it."""
    contact = crm.makes("contacts/", {"phone": f"+{ida.phone}", "name": "Ida", "external_id": "CRM-7"})
    made = crm.makes(
        "conversations/", {"number": office.number.pk, "contact": contact["id"], "participants": [mira.agent.pk]}
    )
    conversation = Conversation.objects.get(pk=made["id"])
    assert is_assigned_to(conversation, mira)
    assert mira.folder("mine") == [conversation.pk]
    crm.sends(conversation)
    assert on_phone(office, ida)["shown"]["body"] == SHALL_WE
    responds(office, ida)
    assert is_assigned_to(conversation, mira)
    mira.says(conversation, "Good, let us begin")
    assert office.sandbox.waits_for_sent(customer=ida, text="Good, let us begin")
    assert Contact.objects.filter(identities__value=ida.phone).count() == 1


def test_basic_flow_one_way_messages_come_at_the_beginning_and_in_the_middle(office, crm, mira, ida, chat):
    """S0-4"""
    conversation = chat(participants=[mira.agent.pk])
    crm.sends(conversation)
    ida.writes("Hello")
    office.waits_for_word(ida, "Hello")
    unanswered = fresh(conversation).unanswered_since
    update = crm.sends(conversation)
    assert update["author_kind"] == "integration"
    office.settle()
    assert len(office.sandbox.sent(customer=ida, type="template")) == 2
    assert fresh(conversation).unanswered_since == unanswered, "an update is no answer"
    assert SHALL_WE in mira.looks_at(conversation).html


def test_basic_flow_a_program_sends_templates_only(office, crm, mira, ida, chat):
    """S0-8, S0-9, S0-10: free-form words and buttons are refused, also while the window is open."""
    conversation = chat(participants=[mira.agent.pk])
    crm.sends(conversation)
    responds(office, ida)
    path = f"conversations/{conversation.pk}/messages/"
    buttons = {"body": "Friday?", "buttons": [{"id": "y", "title": "Yes"}]}
    for body in ({"content": {"text": "Hello"}}, {"kind": "buttons", "content": buttons}):
        refused = crm.post(path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "templates_only")
    not_a_template = crm.post(f"conversations/{conversation.pk}/template-messages/", {"content": {"text": "Hello"}})
    assert not_a_template.status_code == 400
    free = Crm(office, ["messages:free-form", "messages:templates"])
    before_any_word = chat_with_somebody_new(office, crm)
    assert free.post(f"conversations/{before_any_word}/messages/", {"content": {"text": "Hi"}}).json()["code"] == (
        "window_closed"
    ), "a chat that nobody opened is opened by a template"
    crm.sends(conversation)


def chat_with_somebody_new(office, crm):
    stranger = office.sandbox.new_customer("Noa", phone="4915155501701")
    contact = crm.makes("contacts/", {"phone": f"+{stranger.phone}"})
    return crm.makes("conversations/", {"number": office.number.pk, "contact": contact["id"]})["id"]


# --- Workflow --------------------------------------------------------------------------------------------------------


def test_workflow_answers_are_processed_and_agents_come_in_when_it_hands_over(
    office, crm, workflow, mira, sofia, ida, chat
):
    """S0-1, S0-11, S0-12, S0-21, S0-22, S0-23: the customer goes through the workflow; then Mira gets them."""
    conversation = chat(participants=[mira.agent.pk], assign_on_handover=True)
    crm.sends(conversation, "?relay_response=true", relay={"correlation": {"case": 7}})
    again = template("reengagement", "Ida", relay_response=True, relay={"correlation": {"case": 7, "step": 2}})
    workflow.answers({"action": "message", "messages": [again]}, HAND_OVER)
    responds(office, ida)
    assert workflow.calls[0]["data"]["correlation"] == {"case": 7}
    assert workflow.calls[0]["data"]["message"]["content"]["title"] == YES
    assert fresh(conversation).status == "pending"
    assert mira.folder("mine") == [], "no agent's time is spent on it yet"
    office.until(lambda: len(office.sandbox.sent(customer=ida, type="template")) == 2)
    ida.taps(office.sandbox.sent(customer=ida, type="template")[-1], NO)
    office.waits_for_word(ida, NO)
    office.settle()
    assert workflow.calls[1]["data"]["correlation"]["step"] == 2
    assert is_assigned_to(conversation, mira)
    assert mira.folder("mine") == [conversation.pk]
    page = sofia.looks_at(conversation).html
    assert f"{crm.key} answered with a message" in page
    assert f"{crm.key} handed over to {mira.agent}" in page


def test_workflow_relay_is_asked_for_with_each_message(office, crm, workflow, mira, ida, chat):
    """S0-12: the same workflow, and a message that was sent without it."""
    conversation = chat(participants=[mira.agent.pk], assign_on_handover=True)
    crm.sends(conversation)
    responds(office, ida)
    assert workflow.calls == []
    assert is_assigned_to(conversation, mira)


def test_workflow_answers_later_and_completes(office, crm, workflow, mira, ida, chat):
    """S0-11"""
    conversation = chat(assign_on_handover=True)
    crm.sends(conversation, "?relay_response=true")
    workflow.answers(LATER)
    responds(office, ida)
    assert fresh(conversation).status == "pending"
    address = workflow.calls[0]["data"]["answer_url"].partition("/api/v1/")[2]
    crm.makes(address, COMPLETE, status=200)
    assert fresh(conversation).status == "closed"
    assert crm.post(address, HAND_OVER).json()["code"] == "relay_answered"


def test_workflow_that_fails_leaves_the_customer_to_people(office, crm, workflow, mira, ida, chat):
    """S0-22: nobody is lost between machines."""
    conversation = chat(participants=[mira.agent.pk], assign_on_handover=True)
    crm.sends(conversation, "?relay_response=true")
    workflow.answers(404)
    responds(office, ida)
    assert is_assigned_to(conversation, mira)
    assert "The workflow failed: handed over to people" in mira.looks_at(conversation).html


def test_workflow_that_is_away_is_called_again_until_its_time_is_up(office, crm, workflow, mira, ida, chat):
    """S0-22"""
    conversation = chat(participants=[mira.agent.pk], assign_on_handover=True)
    crm.sends(conversation, "?relay_response=true")
    workflow.answers(503)
    responds(office, ida)
    assert fresh(conversation).status == "pending"
    move_back(conversation, minutes=5)
    office.sweep()
    assert workflow.names == [newest_relay().name] * 2
    move_back(conversation, minutes=6)
    office.sweep()
    assert is_assigned_to(conversation, mira)


def test_workflow_gets_the_next_message_and_the_silence_of_the_customer(office, crm, workflow, mira, ida, chat):
    """S0-11"""
    conversation = chat(participants=[mira.agent.pk], assign_on_handover=True)
    crm.sends(conversation, "?relay_response=true", relay={"next_message": True, "no_answer_minutes": 30})
    office.settle()
    move_back(conversation, minutes=31)
    with TestCase.captureOnCommitCallbacks(execute=True):
        timers.fire_due()
    office.worker.work()
    assert [call["type"] for call in workflow.calls] == ["relay.no_answer"]
    ida.writes("I was away")
    office.waits_for_word(ida, "I was away")
    office.settle()
    assert [call["type"] for call in workflow.calls] == ["relay.no_answer", "relay.message"]
    assert fresh(conversation).status == "pending"
    ida.writes("Anybody there?")
    office.waits_for_word(ida, "Anybody there?")
    office.settle()
    assert is_assigned_to(conversation, mira)


# --- Silent messages -------------------------------------------------------------------------------------------------


@pytest.fixture
def two_chats(office, crm, mira, luis, chat):
    """Mira's list: Luis on top, Ida below. (Ida's Conversation, Luis's)"""
    ida_chat = chat(participants=[mira.agent.pk])
    luis.writes("Hello")
    office.waits_for_word(luis, "Hello")
    return ida_chat, office.conversation_of(luis)


@pytest.mark.parametrize("bump", [True, False])
@pytest.mark.parametrize("bump_response", [True, False])
def test_silent_each_of_the_two_parameters_by_itself(office, crm, mira, ida, luis, two_chats, bump, bump_response):
    """S0-13, S0-14, S0-15, S0-16, S0-17, S0-18: all four combinations, as the agent's list shows them."""
    ida_chat, luis_chat = two_chats
    assert mira.folder("mine") == [luis_chat.pk, ida_chat.pk]
    crm.sends(ida_chat, f"?bump={bump}&bump_response={bump_response}".lower())
    on_top = ida_chat if bump else luis_chat
    assert mira.folder("mine")[0] == on_top.pk
    luis.writes("Still there?")
    office.waits_for_word(luis, "Still there?")
    responds(office, ida)
    assert mira.folder("mine")[0] == (ida_chat if bump_response else luis_chat).pk
    assert (fresh(ida_chat).last_inbound_id > 0) is bump_response, "silent is not unread either"


def test_silent_is_said_of_one_message_and_not_of_the_chat(office, crm, mira, ida, two_chats):
    """S0-18: the next message is as loud as ever, and so is the answer to it."""
    ida_chat, luis_chat = two_chats
    crm.sends(ida_chat, "?bump=false&bump_response=false")
    assert mira.folder("mine") == [luis_chat.pk, ida_chat.pk]
    crm.sends(ida_chat)
    assert mira.folder("mine") == [ida_chat.pk, luis_chat.pk]


def test_silent_never_silences_what_the_customer_writes(office, crm, mira, ida, two_chats):
    """S0-19"""
    ida_chat, luis_chat = two_chats
    crm.sends(ida_chat, "?bump=false&bump_response=false")
    ida.writes("Thank you")
    office.waits_for_word(ida, "Thank you")
    assert mira.folder("mine") == [ida_chat.pk, luis_chat.pk]


def test_silent_is_not_possible_for_a_new_chat(office, crm, mira, luis, chat):
    """S0-20, S0-26: it stands on top for the agent who takes part in it."""
    luis.writes("Hello")
    office.waits_for_word(luis, "Hello")
    new = chat(participants=[mira.agent.pk])
    assert mira.folder("mine") == [new.pk, office.conversation_of(luis).pk]
    assert crm.post("conversations/?bump=false", {"contact": new.thread.contact_id}).status_code == 400


# --- Optimised participation -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("responds_by", ["tap", "word"])
def test_optimised_the_agent_comes_in_when_the_customer_responds(
    office, crm, mira, sofia, luis, ida, chat, responds_by
):
    """S0-21, S0-22, S0-23, S0-24, S0-25, S0-27, S0-32: nothing before, then a new chat on top."""
    conversation = chat(participants=[mira.agent.pk], assign_on_handover=True)
    crm.sends(conversation, "?bump_response=false")
    office.settle()
    assert mira.folder("mine") == []
    assert mira.looks_at(conversation).status == 404, "Mira takes no part in it yet"
    assert "Waits for the customer, then goes to Mira" in sofia.looks_at(conversation).html
    luis.writes("Hello")
    office.waits_for_word(luis, "Hello")
    if responds_by == "tap":
        responds(office, ida)
    else:
        ida.writes("Who are you?")
        office.waits_for_word(ida, "Who are you?")
    assert is_assigned_to(conversation, mira)
    assert mira.folder("mine")[0] == conversation.pk
    assert conversation.participants.get().agent == mira.agent


@pytest.mark.parametrize("handover_on, is_handed_over", [("response", True), ("message", False), ("workflow", False)])
def test_optimised_the_rule_says_what_hands_over(office, crm, mira, ida, chat, handover_on, is_handed_over):
    """S0-22"""
    conversation = chat(participants=[mira.agent.pk], assign_on_handover=True, handover_on=handover_on)
    crm.sends(conversation)
    responds(office, ida)
    assert is_assigned_to(conversation, mira) is is_handed_over


# --- Explicit reassign -----------------------------------------------------------------------------------------------


def test_reassign_before_any_response_and_the_late_response_changes_nothing(office, crm, mira, ida, chat):
    """S0-28, S0-29, S0-30, S0-31, S0-33: no response comes, Tiago is to follow up by hand."""
    tiago = office.agent("Tiago")
    conversation = chat(participants=[mira.agent.pk], assign_on_handover=True)
    crm.sends(conversation)
    office.settle()
    crm.makes(f"conversations/{conversation.pk}/assign/", {"agent": tiago.agent.pk}, status=200)
    assert is_assigned_to(conversation, tiago)
    assert conversation.handover_to is None
    assert tiago.folder("mine") == [conversation.pk]
    responds(office, ida)
    ida.writes("Sorry, I was away")
    office.waits_for_word(ida, "Sorry, I was away")
    assert is_assigned_to(conversation, tiago)
    assert mira.folder("mine") == []
    assert not conversation.events.filter(kind=Event.Kind.HANDED_OVER).exists()


def test_reassign_after_the_response_moves_it_and_there_is_no_second_handover(office, crm, mira, ida, chat):
    """S0-30, S0-31, S0-33"""
    tiago = office.agent("Tiago")
    conversation = chat(participants=[mira.agent.pk], assign_on_handover=True)
    crm.sends(conversation)
    responds(office, ida)
    assert is_assigned_to(conversation, mira)
    crm.makes(f"conversations/{conversation.pk}/assign/", {"agent": tiago.agent.pk}, status=200)
    ida.writes("One more thing")
    office.waits_for_word(ida, "One more thing")
    assert is_assigned_to(conversation, tiago)
    assert conversation.events.filter(kind=Event.Kind.HANDED_OVER).count() == 1


def test_reassign_while_the_response_is_on_its_way(office, crm, mira, ida, chat):
    """S0-31, S0-33: the customer has tapped, and their response arrives just after the reassignment, bearing a time
    before it. (Both in one moment, in threads: tests/automation/test_relay_races.py.)"""
    tiago = office.agent("Tiago")
    conversation = chat(participants=[mira.agent.pk], assign_on_handover=True)
    crm.sends(conversation)
    office.settle()
    ida.taps(on_phone(office, ida), YES)
    crm.makes(f"conversations/{conversation.pk}/assign/", {"agent": tiago.agent.pk}, status=200)
    word = office.waits_for_word(ida, YES)
    assigned = conversation.events.get(kind=Event.Kind.ASSIGNED)
    assert word.at <= assigned.at + timedelta(seconds=1)
    assert is_assigned_to(conversation, tiago)
    assert not conversation.events.filter(kind=Event.Kind.HANDED_OVER).exists()


def test_reassign_while_the_workflow_thinks_and_its_answer_takes_nothing_away(office, crm, workflow, mira, ida, chat):
    """S0-31, S0-33"""
    tiago = office.agent("Tiago")
    conversation = chat(participants=[mira.agent.pk], assign_on_handover=True)
    crm.sends(conversation, "?relay_response=true")
    workflow.answers(LATER)
    responds(office, ida)
    crm.makes(f"conversations/{conversation.pk}/assign/", {"agent": tiago.agent.pk}, status=200)
    for late in (HAND_OVER, COMPLETE):
        assert crm.post(f"relays/{newest_relay().pk}/answer/", late).status_code == 409
    assert is_assigned_to(conversation, tiago)
    assert not conversation.events.filter(kind=Event.Kind.HANDED_OVER).exists()
