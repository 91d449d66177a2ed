"""The story of an opt-out: the word and its reply, no template from any door, answers go on, the way back."""

import pytest
from django.test import TestCase

from inbox.delivery import deliver_next
from inbox.models import ApiKey, Contact, Conversation, Event, Installation
from tests.api.conftest import Program
from tests.journeys.office import is_assigned_to

VALUES = {"body.1": "Amira", "body.2": "HC-7", "body.3": "Friday"}
COMPONENTS = [{"type": "body", "parameters": [{"type": "text", "text": text} for text in VALUES.values()]}]


@pytest.fixture
def mira(office):
    return office.agent("Mira")


@pytest.fixture
def crm(office):
    """A program with every scope."""
    Installation.switch_on()
    return Program(office.http, list(ApiKey.Scope.values), number=office.number)


@pytest.fixture
def opts_out(office, amira):
    """Amira sends the word, and its reply arrives."""

    def opts_out():
        amira.writes("Opt-out")
        office.waits_for_word(amira, "Opt-out")
        office.settle()

    return opts_out


def optout():
    return Contact.objects.get().whatsapp_optout


def starts_by_api(office, crm, contact, template):
    """Create a conversation with a template, as an integrator does."""
    body = {"name": template.name, "language": template.language, "components": COMPONENTS}
    with TestCase.captureOnCommitCallbacks(execute=True):
        made = crm.post("conversations/", {"contact": contact.pk, "number": office.number.pk}).json()
        answer = crm.post(f"conversations/{made['id']}/template-messages/", body)
    office.worker.work()
    return made, answer


def test_everybody_counts_as_opted_in_until_they_say_otherwise(office, mira, amira, templates):
    """S3-50"""
    started = mira.starts(office.number, templates["parcel_arrived"], VALUES, phone=f"+{amira.phone}")
    assert (started.status, optout()) == (201, "")
    assert office.sandbox.waits_for_sent(customer=amira, type="template")


def test_a_customer_opts_out_by_a_word_and_hears_only_its_reply(office, mira, amira, opts_out):
    """S3-52 S3-53 S3-56"""
    with TestCase.captureOnCommitCallbacks(execute=True):
        office.number.automations.create(
            kind="opt_out", is_on=True, content_kind="text", content={"text": "We leave you alone."}
        )
    opts_out()
    assert optout() == "all"
    assert office.sandbox.waits_for_sent(customer=amira, text="We leave you alone.")
    assert len(office.sandbox.sent(customer=amira)) == 1
    assert not Conversation.objects.exists()
    assert mira.folder("unassigned") == mira.folder("mine") == []


def test_from_then_on_nothing_that_we_start_goes_out_by_any_door(office, mira, amira, crm, templates, opts_out):
    """S3-54"""
    amira.writes("Hello")
    office.waits_for_word(amira, "Hello")
    conversation = office.conversation_of(amira)
    opts_out()
    template, before = templates["parcel_arrived"], len(office.sandbox.sent(customer=amira))

    content = {"template": template.pk, "values": VALUES}
    composer = mira.tries_to_say(conversation, kind="template", content=content)
    assert (composer.status, composer.data["code"]) == (409, "opted_out")
    mira.does("close", conversation)
    new = mira.starts(office.number, template, VALUES, phone=f"+{amira.phone}")
    assert (new.status, new.data["code"]) == (409, "opted_out")
    made, answer = starts_by_api(office, crm, Contact.objects.get(), template)
    assert (answer.status_code, answer.json()["code"]) == (409, "opted_out")
    office.settle()
    assert len(office.sandbox.sent(customer=amira)) == before


def test_a_template_that_is_on_its_way_when_the_word_comes_does_not_leave(office, mira, amira, templates):
    """S3-54"""
    amira.writes("Hello")
    office.waits_for_word(amira, "Hello")
    conversation, template = office.conversation_of(amira), templates["parcel_arrived"]
    thread = office.thread_of(amira)
    with TestCase.captureOnCommitCallbacks(execute=False):
        message = mira.http.post(
            f"/inbox/c/{conversation.pk}/send/",
            {"client_id": "1", "kind": "template", "content": {"template": template.pk, "values": VALUES}},
            content_type="application/json",
        ).json()
    Contact.objects.filter(pk=thread.contact_id).update(whatsapp_optout="all")
    with TestCase.captureOnCommitCallbacks(execute=True):
        deliver_next(thread.pk)
    failed = thread.messages.get(pk=message["id"])
    assert (failed.status, "we start" in failed.error_text) == ("failed", True)
    again = mira.post(f"/inbox/m/{failed.pk}/again/")
    assert (again.status, again.data["code"]) == (409, "opted_out")
    assert not office.sandbox.sent(customer=amira, type="template")


def test_what_the_customer_writes_can_still_be_answered(office, mira, amira, opts_out):
    """S3-55"""
    opts_out()
    amira.writes("Where is my parcel?")
    office.waits_for_word(amira, "Where is my parcel?")
    conversation = office.until(lambda: Conversation.objects.filter(status="assigned").first())
    assert is_assigned_to(conversation, mira)
    mira.says(conversation, "It left Hamburg today")
    assert office.sandbox.waits_for_sent(customer=amira, text="It left Hamburg today")


def test_an_opt_in_word_lets_templates_go_again(office, mira, amira, templates, opts_out):
    """S3-54"""
    opts_out()
    amira.writes("opt-in")
    office.waits_for_word(amira, "opt-in")
    office.settle()
    assert optout() == ""
    started = mira.starts(office.number, templates["parcel_arrived"], VALUES, phone=f"+{amira.phone}")
    assert started.status == 201
    assert office.sandbox.waits_for_sent(customer=amira, type="template")


def test_a_pending_conversation_is_closed_by_the_word(office, mira, amira, crm, templates, opts_out):
    amira.writes("Hello")
    office.waits_for_word(amira, "Hello")
    mira.does("close", office.conversation_of(amira))
    contact = Contact.objects.get()
    with TestCase.captureOnCommitCallbacks(execute=True):
        made = crm.post(
            "conversations/",
            {
                "contact": contact.pk,
                "number": office.number.pk,
                "assign_on_handover": True,
                "participants": [mira.agent.pk],
            },
        ).json()
    opts_out()
    pending = Conversation.objects.get(pk=made["id"])
    assert pending.status == "closed"
    assert Event.objects.filter(conversation=pending, kind="closed", data__by_rule="opt_out").exists()
    assert mira.folder("mine") == []
