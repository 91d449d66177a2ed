"""Bots: who gets a new conversation, what a bot does with it, how it ends."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from automation.models import BotRun, BotStep, BusinessHours, Decision
from automation.models.bots import script_of
from automation.rules.script_checks import problems
from inbox import timers
from inbox.actions import assignment, closing
from inbox.assignment import fill_places
from inbox.models import Bot, Conversation, Event, Message, Thread, Timer
from inbox.sentences import sentence
from inbox.signals import demo_written
from tests import factories
from tests.moving import move_back

pytestmark = pytest.mark.django_db
Status = Conversation.Status
DEPARTMENTS = [
    {"title": "Sales", "goes_to": "sales", "description": "Offers and prices"},
    {"title": "Support", "goes_to": "order", "description": ""},
]


@pytest.fixture
def bot():
    return Bot.objects.create(name="Front desk")


@pytest.fixture
def number(bot):
    return factories.make_number(bot=bot)


@pytest.fixture
def amira():
    return factories.make_contact("Amira Haddad")


def scripted(bot, *steps):
    for position, step in enumerate(steps):
        BotStep.objects.create(bot=bot, position=position, **step)


@pytest.fixture
def desk(bot):
    """Choose a department; Support asks for an order."""
    parcels = factories.make_team("Parcels")
    scripted(
        bot,
        {
            "name": "department",
            "kind": "ask",
            "text": "Hello {{ name }}, who can help?",
            "choices": DEPARTMENTS,
            "as_list": True,
            "variable": "department",
        },
        {"name": "sales", "kind": "hand_over", "text": "{{ department }} will answer.", "team": parcels},
        {"name": "order", "kind": "ask", "text": "Which order?", "variable": "order", "expects": "number"},
        {"name": "tag", "kind": "tag", "tag": factories.make_tag("order")},
        {"name": "answer", "kind": "complete", "text": "Order {{ order }} is on its way."},
    )
    return parcels


def work(now=None):
    """What the workers do, but for sending."""
    timers.fire_due(now)
    fill_places(now)


def says(contact, number, text, now=None):
    """The customer writes, and the workers do their work. Their conversation."""
    factories.writes(contact, number, text, now=now)
    work(now)
    return newest(contact)


def newest(contact):
    return Conversation.objects.filter(thread__contact=contact).latest("pk")


def said(conversation):
    """The bot's words, oldest first."""
    words = Message.objects.filter(conversation=conversation, author_kind="bot").order_by("pk")
    return [message.content["text"] for message in words]


def decided(conversation):
    """[(outcome, reason or what was done)] of the bot."""
    rows = Decision.objects.filter(conversation=conversation, automation="bot").order_by("pk")
    return [(row.outcome, row.reason or row.data["did"]) for row in rows]


def lines(conversation, kind):
    return [event.data for event in Event.objects.filter(conversation=conversation, kind=kind).order_by("pk")]


def test_a_new_conversation_is_with_the_bot_which_answers_silently(desk, number, amira):
    agent = factories.make_agent(numbers=[number])
    conversation = says(amira, number, "Hello")
    assert (conversation.status, str(conversation.bot)) == (Status.BOT, "Front desk")
    assert said(conversation) == ["Hello Amira Haddad, who can help?"]
    (message,) = Message.objects.filter(author_kind="bot")
    assert (message.kind, message.author) == ("list", None)
    assert conversation.bumped_at < message.at
    assert not conversation.participants.filter(agent=agent).exists()
    assert lines(conversation, "opened") == [{"bot": "Front desk"}]


def test_without_a_bot_or_with_one_that_is_off_people_get_it(number, bot, amira):
    bot.is_active = False
    bot.save()
    assert says(amira, number, "Hello").status == Status.UNASSIGNED


def test_s1_39_when_the_process_is_complete_the_bot_closes(desk, number, amira):
    for word in ("Hello", "Support", "4711"):
        conversation = says(amira, number, word)
    assert conversation.status == Status.CLOSED
    assert said(conversation)[1:] == ["Which order?", "Order 4711 is on its way."]
    assert [tag.name for tag in conversation.tags.all()] == ["order"]
    (tagged,) = lines(conversation, "tagged")
    assert sentence("tagged", "", tagged) == "Front desk added the tag order"
    assert lines(conversation, "closed")[0]["by_rule"] == "bot_complete"
    assert decided(conversation) == [("done", "bot_complete")]
    assert BotRun.objects.get().remembered == {"department": "Support", "order": "4711"}
    assert BotRun.objects.get().ended_at


def test_a_script_hands_over_to_a_team(desk, number, amira):
    lena = factories.make_agent("Lena", numbers=[number], teams=[desk])
    factories.make_agent("Ben", numbers=[number])
    says(amira, number, "Hello")
    conversation = says(amira, number, "sales")
    assert (conversation.status, conversation.assignee, conversation.team) == (Status.ASSIGNED, lena, desk)
    assert said(conversation)[-1] == "Sales will answer."
    assert lines(conversation, "handed_over") == [{"why": "bot", "team": "Parcels"}]
    assert decided(conversation) == [("done", "handed_over")]


def test_a_script_hands_over_to_an_agent_also_at_the_limit(bot, number, amira):
    lena = factories.make_agent("Lena", numbers=[number], limit=0)
    scripted(bot, {"name": "over", "kind": "hand_over", "agent": lena})
    conversation = says(amira, number, "Hello")
    assert conversation.assignee == lena
    assert lines(conversation, "handed_over")[0]["to"] == "Lena"


def test_an_agent_who_does_not_serve_the_number_is_not_given_it(bot, number, amira):
    scripted(bot, {"name": "over", "kind": "hand_over", "agent": factories.make_agent("Lena")})
    assert says(amira, number, "Hello").status == Status.UNASSIGNED


def test_a_handover_without_a_name_goes_as_the_number_assigns_at_the_place_of_the_first_word(bot, number, amira):
    scripted(
        bot,
        {"name": "wish", "kind": "ask", "text": "What is it about?", "variable": "wish"},
        {"name": "over", "kind": "hand_over"},
    )
    first = says(amira, number, "Hello").unanswered_since
    conversation = says(amira, number, "My parcel")
    assert conversation.status == Status.UNASSIGNED
    assert conversation.waiting_since == first
    lena = factories.make_agent("Lena", numbers=[number])
    work()
    assert newest(amira).assignee == lena


def test_two_words_before_the_bot_comes_to_it_are_dealt_with_in_order(desk, number, amira):
    factories.writes(amira, number, "Hello")
    factories.writes(amira, number, "Support")
    work()
    assert said(newest(amira)) == ["Hello Amira Haddad, who can help?", "Which order?"]


def test_a_bot_without_a_script_hands_over_at_once(number, amira):
    conversation = says(amira, number, "Hello")
    assert conversation.status == Status.UNASSIGNED
    assert lines(conversation, "handed_over") == [{"why": "bot_has_no_script"}]
    assert decided(conversation) == [("refused", "bot_has_no_script")]


def test_a_bot_that_is_switched_off_meanwhile_hands_over_at_the_next_word(desk, number, bot, amira):
    says(amira, number, "Hello")
    Bot.objects.update(is_active=False)
    conversation = says(amira, number, "Sales")
    assert decided(conversation) == [("refused", "bot_is_off")]
    assert conversation.status == Status.UNASSIGNED


def test_after_the_last_try_people_get_it(desk, number, amira):
    for word in ("Hello", "what?", "what??", "what???"):
        conversation = says(amira, number, word)
    assert decided(conversation) == [("refused", "bot_did_not_understand")]
    assert len(said(conversation)) == 3


def test_a_bot_that_cannot_send_hands_over(desk, number, amira):
    factories.writes(amira, number, "Hello")
    Thread.objects.update(window_until=None)
    work()
    conversation = newest(amira)
    assert decided(conversation) == [("refused", "bot_could_not_send")]
    assert conversation.status == Status.UNASSIGNED


def test_two_machines_that_talk_are_stopped_with_a_line(bot, number, amira):
    scripted(
        bot,
        {
            "name": "loop",
            "kind": "say",
            "text": "Again?",
            "choices": [{"title": "Yes", "goes_to": "loop", "description": ""}],
        },
        {"name": "end", "kind": "complete"},
    )
    for _ in range(11):
        conversation = says(amira, number, "yes")
    assert len(said(conversation)) == 10
    assert ("refused", "bot_wrote_too_much") in decided(conversation)
    assert conversation.status == Status.UNASSIGNED
    assert len(lines(conversation, "automation_stopped")) == 1


def test_s1_40_ten_minutes_of_silence_after_the_bots_word_close(desk, number, amira):
    conversation = says(amira, number, "Hello")
    move_back(conversation, minutes=9, seconds=55)
    work()
    assert newest(amira).status == Status.BOT
    move_back(conversation, seconds=6)
    work()
    conversation = newest(amira)
    assert conversation.status == Status.CLOSED
    assert lines(conversation, "closed")[0]["by_rule"] == "bot_silence"
    assert decided(conversation) == [("done", "bot_silence")]


def test_s1_40_the_customers_word_starts_the_ten_minutes_anew(desk, number, amira):
    conversation = says(amira, number, "Hello")
    move_back(conversation, minutes=9)
    says(amira, number, "Support")
    move_back(conversation, minutes=9)
    work()
    assert newest(amira).status == Status.BOT


def test_the_silence_of_a_bot_can_be_set(desk, number, bot, amira):
    Bot.objects.update(silence_minutes=2)
    conversation = says(amira, number, "Hello")
    move_back(conversation, minutes=2, seconds=1)
    work()
    assert newest(amira).status == Status.CLOSED


def test_a_bot_that_keeps_silent_for_30_seconds_hands_over(desk, number, amira):
    factories.writes(amira, number, "Hello")
    conversation = newest(amira)
    Timer.objects.filter(conversation=conversation, kind="bot_turn").delete()
    move_back(conversation, seconds=29)
    work()
    assert newest(amira).status == Status.BOT
    move_back(conversation, seconds=2)
    work()
    assert newest(amira).status == Status.UNASSIGNED
    assert decided(conversation) == [("refused", "bot_silent")]


def test_a_conversation_that_was_taken_over_stops_the_run(desk, number, amira):
    lena = factories.make_agent("Lena", numbers=[number])
    conversation = says(amira, number, "Hello")
    assignment.take_over(conversation.pk, lena)
    assert not Timer.objects.filter(conversation=conversation, kind__startswith="bot").exists()
    conversation = says(amira, number, "Support")
    assert (conversation.status, conversation.assignee) == (Status.ASSIGNED, lena)
    assert len(said(conversation)) == 1
    assert BotRun.objects.get().ended_at
    assert lines(conversation, "taken_over")[0]["from"] == "Front desk"


def test_a_turn_that_comes_too_late_says_nothing(desk, number, amira):
    """The agent takes over while the bot's turn is due already."""
    lena = factories.make_agent("Lena", numbers=[number])
    factories.writes(amira, number, "Hello")
    assignment.take_over(newest(amira).pk, lena)
    work()
    assert said(newest(amira)) == []


def test_undoing_a_closing_goes_on_where_it_was(desk, number, amira):
    sofia = factories.make_agent("Sofia", role="supervisor", numbers=[number], available=False)
    conversation = says(amira, number, "Hello")
    closing.close(conversation.pk, by=sofia)
    closing.undo_close(conversation.pk, by=sofia)
    conversation = says(amira, number, "Support")
    assert said(conversation)[-1] == "Which order?"
    assert BotRun.objects.get().ended_at is None


def test_a_word_soon_after_the_bot_was_done_is_for_people(desk, number, amira):
    for word in ("Hello", "Support", "4711", "Thanks, but where is it?"):
        conversation = says(amira, number, word)
    assert conversation.status == Status.UNASSIGNED
    assert Conversation.objects.count() == 1


def test_a_later_word_begins_a_new_run(desk, number, amira):
    for word in ("Hello", "Support", "4711"):
        conversation = says(amira, number, word)
    move_back(conversation, minutes=11)
    again = says(amira, number, "Hello again")
    assert again != conversation
    assert said(again) == ["Hello Amira Haddad, who can help?"]


def test_what_was_said_counts_as_no_answer(desk, number, amira):
    assert says(amira, number, "Hello").unanswered_since is not None


def test_the_names_of_the_steps_of_a_bot_are_unique(bot):
    @transaction.atomic
    def twice():
        scripted(bot, {"name": "a", "kind": "complete"}, {"name": "a", "kind": "complete"})
        connection.check_constraints()

    with pytest.raises(IntegrityError, match="step_name_once_per_bot"):
        twice()


def test_hours_decide_which_way(bot, number, amira):
    scripted(
        bot,
        {"name": "hours", "kind": "hours", "goes_to": "open", "otherwise": "closed"},
        {"name": "open", "kind": "complete", "text": "Come by!"},
        {"name": "closed", "kind": "complete", "text": "We are closed."},
    )
    BusinessHours.objects.create(number=number, is_on=True, time_zone="Europe/Berlin")
    assert said(says(amira, number, "Hello")) == ["We are closed."]
    BusinessHours.objects.update(is_on=False)
    luis = factories.make_contact("Luis")
    assert said(says(luis, number, "Hello")) == ["Come by!"]


def test_the_ten_minutes_show_in_the_conversation(desk, number, amira):
    conversation = says(amira, number, "Hello")
    timer = Timer.objects.get(conversation=conversation, kind="bot_silence")
    assert timer.due_at == conversation.bot_wrote_at + timedelta(minutes=10)


def test_the_demo_has_a_bot_that_would_lead_everybody_to_an_end_and_serves_no_number_yet():
    for _ in range(2):
        demo_written.send(None)
    bot = Bot.objects.get()
    assert problems(script_of(bot)) == []
    assert script_of(bot).steps
    assert not bot.receptions.exists()
