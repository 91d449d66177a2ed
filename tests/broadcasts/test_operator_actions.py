"""The deprecated call that sends one template to one phone."""

import uuid

import pytest

from inbox.models import Conversation, Installation, Message
from tests.api.conftest import Program
from tests.broadcasts.sending import phone_of
from tests.factories import make_agent, make_contact, make_conversation
from tests.running import settle
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db
SCOPES = ["messages:templates", "messages:free-form", "conversations:write"]


@pytest.fixture
def crm(client, berlin):
    Installation.switch_on()
    return Program(client, SCOPES)


def act(crm, **asked):
    body = {"bot_id": str(Installation.current().public_id), "phone": phone_of(1), **asked}
    return crm.post("operator-actions/", body)


def test_one_template_goes_to_one_phone_and_the_answer_points_to_broadcasts(crm, meta):
    """Shows S3-57, S3-58, S3-59, S3-60, S3-61, S3-63."""
    answer = act(crm, template="reengagement", params={"name": "Ida"})
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["status"], answer.json()["phone"]) == ("accepted", phone_of(1))
    assert answer.headers["Deprecation"] == "@1793491200"
    assert act(crm).headers["Deprecation"], "what is refused says it, too"
    assert "/api/v1/broadcasts/" in answer.headers["Link"]
    settle()
    assert meta.sent()[-1]["shown"]["body"].startswith("Hello Ida,")
    assert Message.objects.get(pk=answer.json()["message"]).author_kind == "integration"


def test_the_language_is_fixed_by_an_element_else_it_is_the_contacts(crm, meta):
    """Shows S3-62."""
    make_contact("Ida", phone_of(1), attributes={"language": "de"})
    named = {"template": "parcel_arrived", "params": {"name": "Ida", "2": "118", "3": "Friday"}}
    act(crm, **named)
    act(crm, **named, language="en")
    settle()
    assert [row["shown"]["body"][:5] for row in meta.sent()] == ["Hallo", "Hello"]
    assert act(crm, **named, language="fr").json()["code"] == "template_unknown"


def test_components_may_be_given_as_broadcasts_take_them(crm, meta):
    body = {"type": "body", "parameters": [{"type": "text", "text": "{{ first }}"}]}
    assert act(crm, template="reengagement", components=[body], params={"First": "Ida"}).status_code == 201
    missing = act(crm, template="reengagement", components=[body]).json()
    assert (missing["code"], missing["field"]) == ("value_missing", "body parameter 1")


def test_message_assign_note_and_close_reach_the_open_conversation_of_the_phone(crm, meta, berlin):
    """Shows S3-8, S3-58."""
    ada = make_agent("Ada", numbers=[berlin])
    conversation = make_conversation("unassigned", number=berlin, contact=make_contact("Ida", phone_of(1)))
    assert act(crm, action="message", text="We look into it.").json()["conversation"] == conversation.pk
    assert act(crm, action="assign", agent=ada.pk).json()["status"] == "done"
    assert act(crm, action="note", text="Called back.", agent=ada.pk).status_code == 201
    assert act(crm, action="close").json()["status"] == "done"
    conversation.refresh_from_db()
    assert (conversation.status, conversation.assignee) == ("closed", ada)
    assert set(conversation.messages.values_list("kind", flat=True)) == {"text", "note"}
    assert act(crm, action="message", text="Anything else?").json()["code"] == "conversation_closed"


@pytest.mark.parametrize(
    "asked, status, code, field",
    [
        ({"bot_id": str(uuid.uuid4())}, 400, "installation_unknown", "bot_id"),
        ({"phone": "12"}, 400, "phone_invalid", "phone"),
        ({"template": "unknown"}, 400, "template_unknown", "template"),
        ({"action": "message"}, 400, "invalid", "text"),
        ({"action": "dance"}, 400, "invalid", "action"),
    ],
)
def test_what_does_not_fit_is_refused_with_words(crm, asked, status, code, field):
    answer = act(crm, **{"template": "reengagement", **asked})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, field)
    assert not Message.objects.exists()


def test_each_action_needs_its_scope(client, berlin):
    Installation.switch_on()
    assert act(Program(client, ["conversations:write"]), template="reengagement").json()["code"] == "scope_missing"
    assert act(Program(client, ["messages:templates"]), action="message", text="Hi").json()["code"] == "templates_only"
    assert act(Program(client, ["messages:templates"]), action="close").json()["code"] == "scope_missing"


def test_a_template_that_was_opted_out_of_is_refused(crm):
    make_contact("Ida", phone_of(1), whatsapp_optout="all")
    assert act(crm, template="reengagement", params={"name": "Ida"}).json()["code"] == "opted_out"
    assert MessageTemplate.objects.filter(name="reengagement").exists()
    assert not Conversation.objects.exists()
