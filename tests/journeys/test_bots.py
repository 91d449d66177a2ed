"""A bot at the front desk: the customer taps through it on the phone, agents look on and take over."""

import pytest

from automation.models import Automation, BotStep, Decision
from inbox.models import Bot, Conversation, Message
from tests.factories import make_tag, make_team
from tests.journeys.office import is_assigned_to
from tests.moving import move_back

Status = Conversation.Status
GREETING = "Hello Amira Haddad, who can help?"
DEPARTMENTS = [
    {"title": "Sales", "goes_to": "sales", "description": "Offers and prices"},
    {"title": "Support", "goes_to": "order", "description": "Where is my parcel?"},
]


@pytest.fixture
def sales(office):
    return make_team("Sales")


@pytest.fixture
def desk(office, sales):
    """The bot of the Berlin number: choose a department; Support asks for the order and is done by itself."""
    bot = Bot.objects.create(name="Front desk")
    steps = [
        {
            "name": "department",
            "kind": "ask",
            "text": "Hello {{ name }}, who can help?",
            "choices": DEPARTMENTS,
            "as_list": True,
            "list_button": "Departments",
            "variable": "department",
        },
        {"name": "sales", "kind": "hand_over", "text": "{{ department }} will be with you.", "team": sales},
        {"name": "order", "kind": "ask", "text": "Which order?", "variable": "order", "expects": "number"},
        {"name": "tag", "kind": "tag", "tag": make_tag("order")},
        {"name": "answer", "kind": "complete", "text": "Order {{ order }} is on its way."},
    ]
    for position, step in enumerate(steps):
        BotStep.objects.create(bot=bot, position=position, **step)
    office.number.reception.bot = bot
    office.number.reception.save()
    return bot


def greeted(office, phone, text="Good morning"):
    """The customer writes; what the bot offers, as it came to the phone."""
    phone.writes(text)
    return office.until(lambda: next(iter(said(phone, "interactive")), None), "The bot did not answer")


def said(phone, kind=None):
    """What we sent, as the phone has it, oldest first."""
    ours = [row for row in phone.messages() if row["direction"] == "out"]
    return [row for row in ours if kind in (None, row["type"])]


def texts(phone):
    return [row["body"]["body"] for row in said(phone, "text")]


def writes(office, phone, text):
    phone.writes(text)
    office.waits_for_word(phone, text)
    office.settle()
    return office.conversation_of(phone)


def taps(office, phone, message, choice):
    phone.taps(message, choice)
    office.settle()
    return office.conversation_of(phone)


def later(office, conversation, **time):
    """So much time passes, and the sweeps look."""
    move_back(conversation, **time)
    office.sweep()
    conversation.refresh_from_db()
    return conversation


def switch_on(office, kind, **fields):
    text = {"content_kind": "text", "content": {"text": f"This is the {kind} message"}}
    return Automation.objects.create(number=office.number, kind=kind, is_on=True, **{**text, **fields})


def test_a_customer_chooses_a_department_by_tapping_a_row_and_its_team_gets_them(office, desk, sales, amira):
    lena, ben = office.agent("Lena", teams=[sales]), office.agent("Ben")
    menu = greeted(office, amira)
    assert menu["body"]["body"]["text"] == GREETING
    conversation = office.conversation_of(amira)
    assert conversation.status == Status.BOT
    assert ben.folder("bot") == lena.folder("bot") == [conversation.pk]
    assert ben.folder("mine") == lena.folder("mine") == []
    assert "with the bot Front desk" in ben.looks_at(conversation).html
    assert is_assigned_to(taps(office, amira, menu, "Sales"), lena)
    assert texts(amira) == ["Sales will be with you."]
    assert lena.folder("mine") == [conversation.pk]
    assert "Handed over to Sales" in lena.looks_at(conversation).html


def test_s1_39_when_the_bot_is_done_it_closes_and_s1_45_no_survey_is_sent(office, desk, amira):
    """S1-46 as well: the survey is for conversations that people served."""
    switch_on(office, "survey", content_kind="list", content={"text": "How was it?", "button": "Rate us"})
    office.agent("Lena")
    taps(office, amira, greeted(office, amira), "Support")
    conversation = writes(office, amira, "4711")
    assert texts(amira)[-1] == "Order 4711 is on its way."
    assert conversation.status == Status.CLOSED
    assert [tag.name for tag in conversation.tags.all()] == ["order"]
    sofia = office.agent("Sofia", role="supervisor", limit=0)
    assert "Closed: the bot was done" in sofia.looks_at(conversation).html
    sent = len(said(amira))
    later(office, conversation, minutes=1)
    office.settle()
    assert len(said(amira)) == sent
    assert not Decision.objects.filter(automation="survey", outcome="done").exists()


def test_s1_40_ten_minutes_without_an_answer_to_the_bot_close(office, desk, amira):
    greeted(office, amira)
    conversation = office.conversation_of(amira)
    assert later(office, conversation, minutes=9, seconds=50).status == Status.BOT
    assert later(office, conversation, seconds=11).status == Status.CLOSED
    sofia = office.agent("Sofia", role="supervisor", limit=0)
    assert "Closed: the customer did not answer the bot" in sofia.looks_at(conversation).html


def test_s1_38_auto_close_never_closes_a_bots_conversation(office, desk, amira):
    """Neither welcome, reminder nor waiting reply comes while the bot serves."""
    switch_on(office, "welcome")
    switch_on(office, "auto_close", minutes=1)
    switch_on(office, "reminder", minutes=1)
    switch_on(office, "unassigned")
    switch_on(office, "queue")
    greeted(office, amira)
    conversation = office.conversation_of(amira)
    assert later(office, conversation, minutes=8).status == Status.BOT
    assert not Message.objects.filter(author_kind="automation").exists()


def test_s1_37_a_conversation_that_a_bot_handed_over_waits_unassigned_and_is_not_auto_closed(office, desk, amira):
    """After the handover people's rules apply: the reply for those who wait comes, but not in the bot's breath. The
    welcome has had its time."""
    switch_on(office, "welcome")
    switch_on(office, "auto_close", minutes=1)
    switch_on(office, "unassigned")
    conversation = taps(office, amira, greeted(office, amira), "Sales")
    assert conversation.status == Status.UNASSIGNED
    assert texts(amira) == ["Sales will be with you."]
    assert later(office, conversation, minutes=70).status == Status.UNASSIGNED
    office.settle()
    assert texts(amira) == ["Sales will be with you.", "This is the unassigned message"]


def test_an_agent_takes_over_mid_way_with_one_press_and_the_bot_is_silent_from_then_on(office, desk, amira):
    lena = office.agent("Lena")
    menu = greeted(office, amira)
    conversation = office.conversation_of(amira)
    refused = lena.tries_to_say(conversation, "I can help")
    assert (refused.status, "Front desk" in refused.words) == (409, True)
    opened = lena.looks_at(conversation).html
    assert 'data-act="take-over"' in opened
    assert lena.does("take-over", conversation).status == 200
    assert is_assigned_to(conversation, lena)
    taps(office, amira, menu, "Support")
    assert texts(amira) == []
    lena.says(conversation, "I can help")
    office.settle()
    assert texts(amira) == ["I can help"]
    assert "Lena took over from Front desk" in lena.looks_at(conversation).html
    assert later(office, conversation, minutes=11).status == Status.ASSIGNED


def test_a_bot_that_does_not_understand_gives_the_customer_to_people(office, desk, amira):
    lena = office.agent("Lena")
    greeted(office, amira)
    for word in ("something else", "no", "a person please"):
        conversation = writes(office, amira, word)
    assert is_assigned_to(conversation, lena)
    assert "The bot did not understand the customer: handed over to people" in lena.looks_at(conversation).html


def test_a_bot_without_a_script_gives_everybody_to_people_at_once(office, desk, amira):
    desk.steps.all().delete()
    lena = office.agent("Lena")
    assert is_assigned_to(writes(office, amira, "Good morning"), lena)
    assert said(amira) == []
