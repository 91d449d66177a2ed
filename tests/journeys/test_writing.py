"""What customer and agent write to each other arrives on the other side as it was meant."""

import pytest

from inbox.models import Contact


@pytest.fixture
def mira(office):
    return office.agent("Mira")


@pytest.fixture
def conversation(office, mira, amira):
    amira.writes("Where is my parcel?")
    office.waits_for_word(amira, "Where is my parcel?")
    return office.conversation_of(amira)


def words_on(phone):
    return [row["body"]["body"] for row in phone.messages() if row["type"] == "text"]


def newest(office, phone, kind):
    """The customer's newest message of this kind, once it is here."""
    return office.until(lambda: office.thread_of(phone).messages.filter(kind=kind).last(), f"No {kind} came")


def test_an_answer_reaches_the_phone_and_its_ticks_come_back(office, mira, conversation, amira, fresh):
    answer = mira.says(conversation, "It left Hamburg today")
    assert fresh(answer).status == "sent"
    assert words_on(amira) == ["Where is my parcel?", "It left Hamburg today"]
    office.until(lambda: fresh(answer).status == "delivered")
    assert 'aria-label="Delivered"' in mira.looks_at(conversation).html
    amira.opens_chat()
    office.until(lambda: fresh(answer).status == "read")
    assert 'aria-label="Read"' in mira.looks_at(conversation).html


def test_a_customer_nobody_knew_is_a_contact_with_name_and_phone(office, mira, sandbox):
    stranger = sandbox.new_customer("Nia Okafor", phone="4915155509901")
    stranger.writes("Do you ship to Lagos?")
    office.waits_for_word(stranger, "Do you ship to Lagos?")
    contact = Contact.objects.get(phone="+4915155509901")
    assert str(contact) == "Nia Okafor"
    page = mira.looks_at(office.conversation_of(stranger)).html
    assert "Nia Okafor" in page
    assert "+49 1515 5509901" in page


def test_markup_in_the_customers_words_and_name_stays_text(office, mira, sandbox):
    stranger = sandbox.new_customer("<b>Eve</b>", phone="4915155509902")
    stranger.writes("<script>alert(1)</script>")
    office.waits_for_word(stranger, "<script>alert(1)</script>")
    conversation = office.conversation_of(stranger)
    page = mira.looks_at(conversation).html + mira.list_html()
    assert "<script>alert(1)" not in page
    assert "<b>Eve" not in page
    assert "&lt;b&gt;Eve&lt;/b&gt;" in page


def test_a_button_is_tapped_and_its_title_stands_in_the_thread_with_what_it_answers(office, mira, conversation, amira):
    buttons = [{"id": "keep", "title": "Keep it"}, {"id": "back", "title": "Send it back"}]
    asked = mira.says(conversation, kind="buttons", content={"text": "Keep it?", "buttons": buttons})
    on_phone = office.sandbox.waits_for_sent(customer=amira, type="interactive")
    amira.taps(on_phone, "Send it back")
    reply = newest(office, amira, "button_reply")
    assert (reply.content, reply.quoted) == ({"id": "back", "title": "Send it back"}, asked)
    assert "Send it back" in mira.looks_at(conversation).html


def test_a_row_of_a_list_is_chosen(office, mira, conversation, amira):
    rows = [{"id": "late", "title": "It is late", "description": "Later than promised"}]
    content = {"text": "About what?", "button": "Topics", "sections": [{"title": "Parcels", "rows": rows}]}
    mira.says(conversation, kind="list", content=content)
    amira.taps(office.sandbox.waits_for_sent(customer=amira, type="interactive"), "late")
    assert newest(office, amira, "list_reply").content["title"] == "It is late"


def test_a_quoted_reply_stands_with_what_it_answers_on_both_sides(office, mira, conversation, amira):
    asked = office.messages_of(amira, kind="text")[0]
    mira.says(conversation, "On its way", quoted_id=asked.pk)
    on_phone = office.sandbox.waits_for_sent(customer=amira, text="On its way")
    assert amira.messages()[-1]["quoted"]["words"] == "Where is my parcel?"
    amira.writes("Wonderful", quote=on_phone["id"])
    thanks = office.waits_for_word(amira, "Wonderful")
    assert thanks.quoted.text == "On its way"
    assert f'data-quote="{thanks.quoted_id}"' in mira.looks_at(conversation).html


def test_reactions_go_both_ways_and_are_taken_back(office, mira, conversation, amira, fresh):
    asked = office.messages_of(amira, kind="text")[0]
    mira.post(f"/inbox/m/{asked.pk}/react/", emoji="👍")
    assert amira.messages()[0]["reactions"] == {"business": "👍"}
    answer = mira.says(conversation, "On its way")
    on_phone = office.sandbox.waits_for_sent(customer=amira, text="On its way")
    amira.reacts(on_phone, "❤️")
    office.until(lambda: fresh(answer).reactions == {"customer": "❤️"})
    assert "The customer reacted" in mira.looks_at(conversation).html
    amira.reacts(on_phone, "")
    office.until(lambda: fresh(answer).reactions == {})
    mira.post(f"/inbox/m/{asked.pk}/react/", emoji="")
    assert amira.messages()[0]["reactions"] == {}


def test_a_reaction_opens_no_conversation_and_bumps_nothing(office, mira, conversation, amira):
    mira.says(conversation, "On its way")
    mira.does("close", conversation)
    amira.reacts(office.sandbox.waits_for_sent(customer=amira, text="On its way"), "❤️")
    office.settle()
    assert office.conversation_of(amira).status == "closed"


def test_an_edit_shows_the_new_words_and_the_old_on_demand_and_a_deletion_says_so(office, mira, amira, fresh):
    """On the number that Meta tells of edits and deletions; the other one hears of an unsupported message."""
    lisbon = office.numbers[1]
    wamid = amira.writes("I live at number 12", lisbon.phone_number_id)
    word = office.waits_for_word(amira, "I live at number 12", lisbon)
    conversation = word.conversation
    amira.edits(wamid, "I live at number 21")
    office.until(lambda: fresh(word).text == "I live at number 21")
    page = mira.looks_at(conversation).html
    assert "edited" in page
    assert "I live at number 12" in page
    amira.deletes(wamid)
    office.until(lambda: fresh(word).deleted_at)
    page = mira.looks_at(conversation).html
    assert "deleted by the customer" in page.lower()
    assert office.conversation_of(amira, lisbon) == conversation


def test_what_cannot_be_read_is_shown_politely(office, mira, conversation, amira):
    amira.says("teleport", {"to": "Berlin"})
    newest(office, amira, "unknown")
    amira.says("unsupported", {"type": "poll"}, errors=[{"code": 131051, "title": "Message type unknown"}])
    newest(office, amira, "unsupported")
    assert mira.looks_at(conversation).status == 200


def test_a_place_and_a_contact_card_arrive(office, mira, conversation, amira):
    amira.says("location", {"latitude": 52.55, "longitude": 13.38, "name": "Home", "address": "Uferstr. 1"})
    newest(office, amira, "location")
    card = {"name": {"formatted_name": "Omar Haddad", "first_name": "Omar"}, "phones": [{"phone": "+49 151 55501302"}]}
    amira.says("contacts", [card])
    newest(office, amira, "contacts")
    page = mira.looks_at(conversation).html
    assert "Uferstr. 1" in page
    assert "Omar Haddad" in page


def test_a_note_stays_with_the_team(office, mira, conversation, amira):
    answer = mira.does("note", conversation, client_id="note-1", text="She is our oldest customer")
    assert answer.status == 201
    office.settle()
    assert words_on(amira) == ["Where is my parcel?"]
    assert "She is our oldest customer" in mira.looks_at(conversation).html


def test_a_message_pressed_twice_leaves_once(office, mira, conversation, amira):
    once = {"client_id": "the-same-press"}
    first, second = (mira.tries_to_say(conversation, "On its way", **once) for _ in range(2))
    assert first.data["id"] == second.data["id"]
    office.settle()
    assert words_on(amira) == ["Where is my parcel?", "On its way"]


def test_the_agents_name_stands_above_the_message_where_the_number_shows_it(office, mira, conversation, amira):
    office.number.reception.shows_agent_name = True
    office.number.reception.save()
    mira.says(conversation, "On its way")
    assert words_on(amira)[-1] == "*Mira:*\nOn its way"


def test_the_read_mark_reaches_the_phone_when_the_agent_answers(office, mira, conversation, amira):
    assert amira.messages()[0]["status"] == "delivered"
    mira.says(conversation, "On its way")
    assert amira.messages()[0]["status"] == "read"
