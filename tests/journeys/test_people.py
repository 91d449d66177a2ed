"""Who a customer is: a user id without a phone, a phone that shows later, a new number, an opt-out."""

import pytest

from inbox.models import Contact, Conversation


@pytest.fixture
def mira(office):
    return office.agent("Mira")


def test_a_customer_who_hides_the_phone_is_answered_by_user_id_and_joined_when_the_phone_shows(office, mira, robin):
    robin.writes("Hi, is my parcel there?")
    office.waits_for_word(robin, "Hi, is my parcel there?")
    contact = office.thread_of(robin).contact
    conversation = office.conversation_of(robin)
    assert contact.phone == ""
    assert "@robin.vd" in mira.looks_at(conversation).html
    mira.says(conversation, "Yes, it is")
    assert office.sandbox.waits_for_sent(customer=robin, text="Yes, it is")
    robin.has(shares_phone=True)
    robin.writes("You may call me")
    office.waits_for_word(robin, "You may call me")
    contact.refresh_from_db()
    assert contact.phone == f"+{robin.phone}"
    assert Contact.objects.count() == 1
    assert office.conversation_of(robin) == conversation
    assert "+31 6 55501109" in mira.looks_at(conversation).html


def test_two_contacts_who_turn_out_to_be_one_are_joined_with_their_open_conversations(office, mira, robin):
    """Robin writes hidden, then with the phone alone (as before user ids), then with both."""
    robin.writes("I hide")
    office.waits_for_word(robin, "I hide")
    robin.has(shares_phone=True)
    robin.writes("I show my phone", omit=["from_user_id"])
    office.settle()
    robin.writes("Now both")
    office.waits_for_word(robin, "Now both")
    office.settle()
    assert Contact.objects.count() == 1
    assert Conversation.objects.exclude(status="closed").count() == 1
    texts = [message.text for message in office.messages_of(robin, kind="text")]
    assert texts == ["I hide", "I show my phone", "Now both"]
    assert mira.folder("mine") == [office.conversation_of(robin).pk]


def test_a_changed_phone_number_stays_the_same_customer(office, mira, amira):
    amira.writes("Hello")
    office.waits_for_word(amira, "Hello")
    conversation = office.conversation_of(amira)
    amira.changes_number("4915155509903")
    amira.writes("My new number")
    office.until(lambda: Contact.objects.filter(phone="+4915155509903").exists())
    office.settle()
    assert Contact.objects.count() == 1
    assert "The customer changed their number" in mira.looks_at(conversation).html
    mira.says(conversation, "Noted")
    assert office.sandbox.waits_for_sent(customer=amira, text="Noted")


def test_a_brazilian_number_that_whatsapp_spells_otherwise_is_no_second_contact(office, mira, templates, sandbox):
    """We type the ninth digit, Meta answers with the number as it was registered."""
    joao = sandbox.customer("joao")
    values = {"body.1": "João", "body.2": "HC-7", "body.3": "Friday"}
    typed = f"+55 11 9{joao.phone[-8:]}"
    assert mira.starts(office.number, templates["parcel_arrived"], values, phone=typed).status == 201
    joao.writes("Obrigado")
    office.waits_for_word(joao, "Obrigado")
    office.settle()
    assert Contact.objects.count() == 1
    assert Conversation.objects.count() == 1


def test_who_stops_marketing_is_marked_and_gets_no_more_of_it(office, mira, amira, templates):
    amira.writes("Hello")
    office.waits_for_word(amira, "Hello")
    conversation = office.conversation_of(amira)
    amira.stops_marketing()
    office.until(lambda: Contact.objects.filter(whatsapp_optout="marketing").exists())
    file = {"template": templates["winter_offer"].pk, "values": {"body.1": "20 %"}}
    assert mira.tries_to_say(conversation, kind="template", content=file).status in (400, 409)
    mira.says(conversation, "About your parcel")
    assert office.sandbox.waits_for_sent(customer=amira, text="About your parcel")


def test_a_first_look_at_the_chat_opens_no_conversation(office, mira, ida):
    ida.opens_chat()
    office.until(lambda: Contact.objects.filter(phone=f"+{ida.phone}").exists())
    office.settle()
    assert not Conversation.objects.exists()
    assert office.thread_of(ida).window_until
