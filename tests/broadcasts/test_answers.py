"""What a customer's answer to a broadcast does, and who gets it."""

import pytest

from inbox.models import Bot, Conversation, Message
from tests.broadcasts.sending import make_broadcast, phone_of, send
from tests.factories import make_agent, make_contact, make_team, taps, writes

pytestmark = pytest.mark.django_db


@pytest.fixture
def ida(db):
    return make_contact("Ida", phone_of(1))


def sent_to(ida, number, **fields):
    """A broadcast to Ida; returns its message."""
    send(make_broadcast(number, [ida.phone], **fields))
    return Message.objects.get(author_kind="broadcast")


@pytest.mark.parametrize("quotes", [True, False])
def test_an_answer_opens_a_conversation_that_shows_what_was_answered(berlin, meta, ida, quotes):
    message = sent_to(ida, berlin)
    answer = writes(ida, berlin, "What time?", quoted_wamid=message.wamid if quotes else "")
    conversation = Conversation.objects.get()
    assert answer.conversation == conversation
    assert answer.quoted == (message if quotes else None)
    message.refresh_from_db()
    assert message.conversation == conversation
    assert conversation.last_message == answer


def test_an_answer_goes_to_the_team_that_was_chosen(berlin, meta, ida):
    team = make_team("Sales", make_agent("Ada", numbers=[berlin]))
    sent_to(ida, berlin, answers_to="team", answers_team=team)
    writes(ida, berlin)
    assert Conversation.objects.get().team == team


def test_an_answer_goes_to_the_bot_that_was_chosen_also_where_people_serve_the_number(berlin, meta, ida):
    bot = Bot.objects.create(name="Order desk")
    sent_to(ida, berlin, answers_to="bot", answers_bot=bot)
    writes(ida, berlin)
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.bot) == ("bot", bot)


def test_with_a_team_chosen_the_numbers_bot_does_not_come_first(berlin, meta, ida):
    berlin.reception.bot = Bot.objects.create(name="Order desk")
    berlin.reception.save()
    sent_to(ida, berlin, answers_to="team", answers_team=make_team("Sales"))
    writes(ida, berlin)
    assert Conversation.objects.get().status == "unassigned"


def test_answers_that_are_only_to_be_recorded_open_nothing(berlin, meta, ida):
    message = sent_to(ida, berlin, answers_to="record")
    assert taps(ida, berlin, message.wamid).conversation is None
    assert not Conversation.objects.exists()


def test_a_team_that_is_gone_is_the_numbers_own(berlin, meta, ida):
    team = make_team("Sales")
    sent_to(ida, berlin, answers_to="team", answers_team=team)
    team.delete()
    writes(ida, berlin)
    assert Conversation.objects.get().team is None


def test_what_is_no_answer_to_a_broadcast_goes_its_usual_way(berlin, meta, ida):
    team = make_team("Sales")
    sent_to(ida, berlin, answers_to="team", answers_team=team)
    other = make_contact("Ada", phone_of(2))
    writes(other, berlin)
    assert Conversation.objects.get().team is None
