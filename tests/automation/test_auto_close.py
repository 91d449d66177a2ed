"""Auto-close: the end of a conversation in which nobody says anything any more (S1-35)."""

import pytest

from inbox.actions.assignment import give_back
from inbox.actions.closing import undo_close
from inbox.actions.sending import send_message
from inbox.models import Bot, Message, Timer
from inbox.sentences import sentence
from tests.automation.numbers import decided, turn_on, wait, work
from tests.factories import make_conversation, writes
from tests.moving import move_back
from whatsapp.content import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(berlin, lena, amira):
    """Lena has answered Amira; the number closes after an hour without a word."""
    turn_on(berlin, "auto_close", minutes=60)
    conversation = writes(amira, berlin).conversation
    work()
    send_message(conversation, Text("It left Hamburg"), lena)
    conversation.refresh_from_db()
    return conversation


def line_of(conversation):
    line = conversation.events.filter(kind="closed").latest("pk")
    return sentence(line.kind, "", line.data)


def test_s1_35_it_closes_when_the_customer_does_not_reply_in_the_set_time(answered, lena):
    conversation = wait(answered, minutes=60)
    assert (conversation.status, conversation.closed_by, conversation.assignee) == ("closed", None, lena)
    assert line_of(conversation) == "Closed automatically: no word for 1 hour"
    assert decided(conversation.thread) == [("auto_close", "done", "")]


@pytest.mark.parametrize("minutes", [1, 72 * 60])
def test_s1_36_s1_41_a_minute_and_72_hours_are_kept_to(berlin, lena, amira, minutes):
    turn_on(berlin, "auto_close", minutes=minutes)
    conversation = writes(amira, berlin).conversation
    work()
    send_message(conversation, Text("It left Hamburg"), lena)
    assert wait(conversation, minutes=minutes, seconds=-5).status == "assigned"
    assert wait(conversation, seconds=5).status == "closed"


def test_s1_42_the_line_says_24_hours(berlin, lena, amira):
    turn_on(berlin, "auto_close")
    conversation = writes(amira, berlin).conversation
    work()
    send_message(conversation, Text("It left Hamburg"), lena)
    assert line_of(wait(conversation, hours=24)) == "Closed automatically: no word for 24 hours"


@pytest.mark.parametrize("status", ["unassigned", "queued"])
def test_s1_37_a_conversation_that_nobody_serves_is_never_closed(berlin, amira, status):
    turn_on(berlin, "auto_close", minutes=1)
    writes(amira, berlin)
    conversation = make_conversation(status, number=berlin)
    send_message(conversation, Text("Hi"), author_kind=Message.Author.INTEGRATION)
    assert wait(conversation, hours=100).status in ("unassigned", "queued")


def test_s1_37_given_back_to_the_line_it_is_not_closed(answered, lena):
    give_back(answered.pk, lena)
    assert wait(answered, hours=100).status == "unassigned"
    assert decided(answered.thread) == [("auto_close", "withdrawn", "returned")]


def test_s1_38_a_conversation_with_a_bot_is_not_closed_by_it(berlin):
    turn_on(berlin, "auto_close", minutes=1)
    robin = Bot.objects.create(name="Robin", silence_minutes=600)
    conversation = make_conversation("bot", number=berlin, bot=robin, unanswered_since=None)
    send_message(conversation, Text("Which parcel?"), author_kind=Message.Author.BOT, bump=False)
    assert wait(conversation, minutes=30).status == "bot"


def test_a_customer_who_waits_for_an_answer_holds_it(answered, berlin, amira):
    writes(amira, berlin, "And when does it arrive?")
    assert wait(answered, hours=100).status == "assigned"


@pytest.mark.parametrize("author_kind", ["agent", "integration"])
def test_every_word_of_ours_starts_it_anew(answered, lena, author_kind):
    move_back(answered, minutes=40)
    send_message(answered, Text("One more thing"), lena if author_kind == "agent" else None, author_kind=author_kind)
    assert wait(answered, minutes=40).status == "assigned"
    assert wait(answered, minutes=20).status == "closed"


def test_an_automatic_message_does_not_start_it_anew(answered):
    move_back(answered, minutes=40)
    send_message(answered, Text("Ad"), author_kind=Message.Author.AUTOMATION, bump=False)
    assert wait(answered, minutes=20).status == "closed"


def test_its_undoing_gives_the_whole_time_once_more(answered, berlin, lena):
    wait(answered, minutes=60)
    lena.role = "supervisor"
    undo_close(answered.pk, lena)
    assert wait(answered, minutes=59).status == "assigned"
    assert wait(answered, minutes=1).status == "closed"


def test_it_shows_before_it_happens(answered):
    timer = Timer.objects.get(conversation=answered)
    assert (timer.kind, round((timer.due_at - answered.last_word_at).total_seconds())) == ("auto_close", 3600)
