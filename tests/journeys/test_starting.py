"""Conversations that we begin: New conversation, the closed window, message templates."""

import pytest

from inbox.models import Contact, Conversation
from tests.factories import moved_back
from tests.journeys.office import is_assigned_to
from whatsapp.models import MessageTemplate

VALUES = {"body.1": "Ida", "body.2": "HC-7", "body.3": "Friday"}
ARRIVED = "Hello Ida, your parcel HC-7 has arrived and waits for you until Friday."


@pytest.fixture
def mira(office):
    return office.agent("Mira")


@pytest.fixture
def window_has_closed(office, amira, mira):
    """Amira wrote 25 hours ago and was never answered; Mira serves her."""
    amira.writes("Where is my parcel?")
    office.waits_for_word(amira, "Where is my parcel?")
    conversation = office.conversation_of(amira)
    thread = conversation.thread
    moved_back(thread, hours=25)
    amira.window_closes_in(0)
    return conversation


# New conversation


def test_s4_12_new_is_offered_in_the_inbox_and_opens_a_dialog(mira):
    assert 'aria-label="New conversation"' in mira.list_html()
    dialog = mira.get("/inbox/new/")
    assert dialog.status == 200
    assert "New conversation" in dialog.html


def test_s4_13_the_number_to_send_from_is_selected_among_those_that_the_agent_serves(office, mira):
    berlin, lisbon = office.numbers
    dialog = mira.get("/inbox/new/").html
    assert [f'<option value="{number.pk}"' in dialog for number in office.numbers] == [True, True]
    tiago = office.agent("Tiago", numbers=[lisbon])
    assert f'<option value="{berlin.pk}"' not in tiago.get("/inbox/new/").html
    refused = tiago.starts(berlin, MessageTemplate(pk=1), phone="+4917255501377")
    assert refused.status == 404


def test_s4_14_the_customer_is_found_by_name_or_a_phone_is_typed(office, mira, amira):
    amira.writes("Hello")
    office.waits_for_word(amira, "Hello")
    contact = office.thread_of(amira).contact
    where = {"number": office.number.pk}
    assert f'data-contact="{contact.pk}"' in mira.get("/inbox/new/customers/", q="hadd", **where).html
    assert f'data-contact="{contact.pk}"' in mira.get("/inbox/new/customers/", q="+49 1515 5501301", **where).html
    typed = mira.get("/inbox/new/customers/", q="0172 55501377", **where).html
    assert 'data-phone="+4917255501377"' in typed


def test_s4_15_a_phone_that_is_no_valid_number_is_refused_in_words_and_a_valid_one_goes_on(office, mira, templates):
    html = mira.get("/inbox/new/customers/", q="12", number=office.number.pk).html
    assert "data-phone" not in html
    assert "not a valid phone number" in html
    refused = mira.starts(office.number, templates["parcel_arrived"], VALUES, phone="12")
    assert (refused.status, refused.data["field"]) == (400, "phone")
    assert not Conversation.objects.exists()
    assert mira.starts(office.number, templates["parcel_arrived"], VALUES, phone="0172 55501377").status == 201


def test_s4_16_and_s4_5_the_list_offers_the_templates_that_whatsapp_approved_and_says_why_others_cannot_be_sent(
    office, mira, templates
):
    picker = mira.get(f"/inbox/numbers/{office.number.pk}/templates/").html
    assert "parcel_arrived" in picker
    paused, pending = templates["storm_notice"], templates["autumn_survey"]
    for template in (paused, pending):
        assert f'data-template="{template.pk}" aria-disabled="true"' in picker
        refused = mira.starts(office.number, template, {"body.1": "118"}, phone="+4917255501377")
        assert refused.status == 409
    form = mira.get(f"/inbox/templates/{templates['parcel_arrived'].pk}/").html
    assert all(f'data-value="{key}"' in form for key in VALUES)


def test_s4_1_s4_2_and_s4_16_a_conversation_that_we_begin_reaches_the_phone_and_is_ours(office, mira, ida, templates):
    started = mira.starts(office.number, templates["parcel_arrived"], VALUES, phone=f"+{ida.phone}")
    assert started.status == 201
    conversation = Conversation.objects.get(pk=started.data["conversation"])
    assert is_assigned_to(conversation, mira)
    assert office.sandbox.waits_for_sent(customer=ida, type="template")["shown"]["body"] == ARRIVED
    page = mira.looks_at(conversation).html
    assert ARRIVED in page
    assert "Mira started the conversation" in page
    assert mira.counts()["load"] == 0, "until the customer answers it counts to no limit"


def test_s4_4_before_the_customer_has_answered_nothing_but_a_template_may_follow(office, mira, ida, templates):
    started = mira.starts(office.number, templates["parcel_arrived"], VALUES, phone=f"+{ida.phone}")
    conversation = Conversation.objects.get(pk=started.data["conversation"])
    refused = mira.tries_to_say(conversation, "Are you there?")
    assert (refused.status, refused.data["code"]) == (409, "window_closed")
    assert refused.words == "The customer has not written yet. Start with a message template."


def test_s4_17_after_the_customer_responds_the_conversation_goes_on_freely(office, mira, ida, templates):
    started = mira.starts(office.number, templates["parcel_arrived"], VALUES, phone=f"+{ida.phone}")
    conversation = Conversation.objects.get(pk=started.data["conversation"])
    ida.writes("Thank you, I am coming")
    word = office.waits_for_word(ida, "Thank you, I am coming")
    assert word.conversation == conversation
    assert is_assigned_to(conversation, mira)
    mira.says(conversation, "See you soon")
    assert office.sandbox.waits_for_sent(customer=ida, text="See you soon")
    assert Contact.objects.filter(identities__value=ida.phone).count() == 1


def test_a_new_conversation_with_somebody_whom_a_colleague_serves_is_refused_naming_the_colleague(
    office, mira, amira, templates
):
    amira.writes("Hello")
    office.waits_for_word(amira, "Hello")
    tiago = office.agent("Tiago")
    refused = tiago.starts(office.number, templates["parcel_arrived"], VALUES, phone=f"+{amira.phone}")
    assert refused.status == 409
    assert "Mira is serving this customer already" in refused.words


# The window


def test_s4_4_and_s4_18_after_24_hours_free_words_are_refused_and_a_template_goes_out(
    office, mira, amira, window_has_closed, templates
):
    page = mira.looks_at(window_has_closed).html
    assert "template only" in page
    refused = mira.tries_to_say(window_has_closed, "It left Hamburg")
    assert (refused.status, refused.data["code"]) == (409, "window_closed")
    chosen = {"template": templates["reengagement"].pk, "values": {"body.1": "Amira"}}
    sent = mira.tries_to_say(window_has_closed, kind="template", content=chosen)
    assert sent.status == 201
    assert office.sandbox.waits_for_sent(customer=amira, type="template")["shown"]["body"].startswith("Hello Amira")


def test_s4_17_and_s4_18_the_customers_answer_opens_the_window_again(office, mira, amira, window_has_closed, templates):
    chosen = {"template": templates["reengagement"].pk, "values": {"body.1": "Amira"}}
    mira.tries_to_say(window_has_closed, kind="template", content=chosen)
    amira.taps(office.sandbox.waits_for_sent(customer=amira, type="template"), "Yes, please")
    office.waits_for_word(amira, "Yes, please")
    mira.says(window_has_closed, "It left Hamburg")
    assert office.sandbox.waits_for_sent(customer=amira, text="It left Hamburg")


def test_s4_18_a_window_that_closes_while_a_message_waits_makes_it_fail_with_the_reason(office, mira, amira, fresh):
    """Meta closes the window a moment before we would: it takes the message and reports a failure."""
    amira.writes("Hello")
    office.waits_for_word(amira, "Hello")
    amira.window_closes_in(0)
    answer = mira.says(office.conversation_of(amira), "It left Hamburg")
    office.until(lambda: fresh(answer).status == "failed")
    page = mira.looks_at(answer.conversation).html
    assert "More than 24 hours have passed since the customer last wrote" in page
    assert "131047" in page


def test_a_missing_value_is_named(office, mira, templates):
    refused = mira.starts(office.number, templates["parcel_arrived"], {"body.1": "Ida"}, phone="+4917255501377")
    assert (refused.status, refused.data["field"]) == (400, "body.2")


def test_what_meta_decides_about_a_template_is_known_at_once(office, mira, templates):
    template = templates["autumn_survey"]
    office.sandbox.template_changes(template.meta_id, status="APPROVED")
    office.until(lambda: MessageTemplate.objects.get(pk=template.pk).status == "APPROVED")
    picker = mira.get(f"/inbox/numbers/{office.number.pk}/templates/").html
    assert f'data-template="{template.pk}" aria-disabled' not in picker
