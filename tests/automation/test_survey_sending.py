"""Asking how it was, after a conversation that a person served (S1-44)."""

import pytest
from django.utils import timezone

from automation.models import Decision
from inbox.actions.closing import close, reopen, undo_close
from inbox.actions.joining import join
from inbox.actions.sending import send_message
from inbox.models import Bot, Contact, Message
from tests.automation.numbers import decided, said, turn_on, wait, work
from tests.factories import make_contact, make_conversation, make_number, writes
from whatsapp.content import Text
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db
TITLES = ["Very satisfied", "Satisfied", "Neutral", "Dissatisfied", "Very dissatisfied"]
BODY = {"type": "BODY", "text": "How was it, {{1}}?", "example": {"body_text": [["Amira"]]}}


@pytest.fixture
def survey(berlin):
    return turn_on(berlin, "survey")


def serve(berlin, lena, amira, reaches=True):
    """Amira writes, Lena answers, and the answer arrives."""
    conversation = writes(amira, berlin).conversation
    work()
    message = send_message(conversation, Text("It left Hamburg"), lena)
    if reaches:
        Message.objects.filter(pk=message.pk).update(status="delivered")
    conversation.refresh_from_db()
    return conversation


def asked(conversation):
    return conversation.messages.filter(author_kind="automation").first()


def template(number, *buttons, status="APPROVED"):
    """An approved template of the number with these buttons that answer."""
    rows = [{"type": "QUICK_REPLY", "text": title} for title in buttons]
    components = [BODY, *([{"type": "BUTTONS", "buttons": rows}] if rows else [])]
    fields = {"name": "survey", "language": "en", "status": status, "category": "UTILITY", "components": components}
    return MessageTemplate.objects.create(account=number.account, **fields)


def test_s1_44_ten_seconds_after_an_agent_has_closed_it_the_customer_is_asked(survey, berlin, lena, amira):
    conversation = serve(berlin, lena, amira)
    close(conversation.pk, lena)
    wait(conversation, seconds=9)
    assert asked(conversation) is None
    wait(conversation, seconds=1)
    assert asked(conversation).kind == "list"
    assert decided(conversation.thread) == [("survey", "done", "")]


def test_s1_44_also_after_auto_close(survey, berlin, lena, amira):
    turn_on(berlin, "auto_close", minutes=60)
    conversation = serve(berlin, lena, amira)
    wait(conversation, minutes=60)
    wait(conversation, seconds=10)
    assert asked(conversation) is not None


def test_switched_off_nobody_is_asked(survey, berlin, lena, amira):
    survey.is_on = False
    survey.save()
    conversation = serve(berlin, lena, amira)
    close(conversation.pk, lena)
    wait(conversation, minutes=1)
    assert asked(conversation) is None


def test_s1_47_s1_48_own_words_and_button_and_five_fixed_rows(survey, berlin, lena, amira):
    conversation = serve(berlin, lena, amira)
    close(conversation.pk, lena)
    wait(conversation, seconds=10)
    content = asked(conversation).content
    assert (content["text"], content["button"]) == ("How was it?", "Rate us")
    (section,) = content["sections"]
    assert [row["title"] for row in section["rows"]] == TITLES
    assert [row["id"] for row in section["rows"]] == [f"survey:{conversation.pk}:{score}" for score in (5, 4, 3, 2, 1)]
    assert asked(conversation).on_answer["survey"] == conversation.pk


def test_s1_45_s1_46_a_conversation_that_only_a_bot_served_is_not_asked_about(survey, berlin):
    robin = Bot.objects.create(name="Robin")
    conversation = make_conversation("bot", number=berlin, bot=robin)
    send_message(conversation, Text("Done"), author_kind=Message.Author.BOT, bump=False)
    close(conversation.pk, by_rule="bot_complete")
    wait(conversation, minutes=1)
    assert said(conversation.thread) == []
    assert decided(conversation.thread) == []


def test_undoing_the_close_in_time_costs_nothing(survey, berlin, lena, amira):
    conversation = serve(berlin, lena, amira)
    close(conversation.pk, lena)
    undo_close(conversation.pk, lena)
    wait(conversation, minutes=1)
    assert asked(conversation) is None
    assert decided(conversation.thread) == [("survey", "withdrawn", "reopened")]


def test_a_conversation_is_asked_about_once_however_often_it_is_closed(survey, berlin, lena, amira):
    conversation = serve(berlin, lena, amira)
    close(conversation.pk, lena)
    wait(conversation, seconds=10)
    reopen(conversation.pk, lena)
    close(conversation.pk, lena)
    wait(conversation, minutes=1)
    assert len(said(conversation.thread)) == 1


def test_not_where_nothing_of_ours_arrived(survey, berlin, lena, amira):
    conversation = serve(berlin, lena, amira, reaches=False)
    close(conversation.pk, lena)
    wait(conversation, seconds=10)
    assert asked(conversation) is None
    assert decided(conversation.thread) == [("survey", "refused", "nothing_arrived")]


def test_not_to_a_contact_who_has_opted_out(survey, berlin, lena, amira):
    conversation = serve(berlin, lena, amira)
    Contact.objects.filter(pk=amira.pk).update(whatsapp_optout="all")
    close(conversation.pk, lena)
    wait(conversation, seconds=10)
    assert asked(conversation) is None
    assert decided(conversation.thread) == [("survey", "refused", "opted_out")]


@pytest.mark.parametrize("days_later, times", [(6, 1), (8, 2)])
def test_at_most_one_per_contact_in_so_many_days(survey, berlin, lena, amira, days_later, times):
    survey.every_days = 7
    survey.save()
    first = serve(berlin, lena, amira)
    close(first.pk, lena)
    wait(first, seconds=10)
    wait(first, days=days_later)
    second = serve(berlin, lena, amira)
    assert second != first
    close(second.pk, lena)
    wait(second, seconds=10)
    assert len(said(first.thread)) == times


def test_one_on_another_number_counts_too(survey, berlin, lena, amira):
    kiel = make_number("Kiel")
    kiel.reception.agents.add(lena)
    turn_on(kiel, "survey", every_days=7)
    first = serve(berlin, lena, amira)
    close(first.pk, lena)
    wait(first, seconds=10)
    second = serve(kiel, lena, amira)
    close(second.pk, lena)
    wait(second, seconds=10)
    assert decided(second.thread) == [("survey", "refused", "asked_lately")]


class TestWhenTheWindowHasClosed:
    @pytest.fixture
    def late(self, survey, berlin, lena, amira):
        """Lena answered 25 hours ago."""
        conversation = serve(berlin, lena, amira)
        return wait(conversation, hours=25)

    def test_the_log_says_why_not_where_no_template_is_chosen(self, late, lena):
        close(late.pk, lena)
        wait(late, seconds=10)
        assert asked(late) is None
        assert decided(late.thread) == [("survey", "refused", "no_template")]

    def test_the_chosen_template_asks_with_a_score_in_each_button(self, late, survey, lena):
        survey.message_template = template(survey.number, "Good", "So so", "Bad")
        survey.save()
        close(late.pk, lena)
        wait(late, seconds=10)
        message = asked(late)
        assert (message.kind, message.content["name"]) == ("template", "survey")
        payloads = [one["parameters"][0]["payload"] for one in message.content["components"] if one["type"] == "button"]
        assert payloads == [f"survey:{late.pk}:{score}" for score in (5, 3, 1)]
        assert message.content["preview"]["body"] == "How was it, Amira?"

    def test_a_template_that_is_not_approved_is_refused(self, late, survey, lena):
        survey.message_template = template(survey.number, "Good", "Bad", status="PAUSED")
        survey.save()
        close(late.pk, lena)
        wait(late, seconds=10)
        assert decided(late.thread) == [("survey", "refused", "template_not_approved")]

    def test_four_buttons_stand_for_no_score(self, late, survey, lena):
        survey.message_template = template(survey.number, "A", "B", "C", "D")
        survey.save()
        close(late.pk, lena)
        wait(late, seconds=10)
        assert Decision.objects.get(automation="survey").reason == "template_buttons"


def test_a_conversation_that_ended_because_two_contacts_became_one_draws_no_survey(berlin, lena, amira, survey):
    served = serve(berlin, lena, amira)
    other = make_contact("Amira again")
    goes_on = serve(berlin, lena, other)
    join(amira, other, timezone.now())
    both = [one for one in (served, goes_on) if not one.refresh_from_db() and one.status == "closed"]
    ended = wait(both[0], seconds=11)
    assert asked(ended) is None
    assert decided(ended.thread, "survey") == [("refused", "joined")]
