"""The satisfaction survey on a customer's phone: asked, answered, changed, commented; and what nobody may forge."""

import pytest
from django.urls import reverse

from automation.models import Automation, SurveyAnswer
from automation.rules.surveys import row_id
from inbox.models import Conversation, Message
from tests.journeys.office import run
from tests.moving import move_back

TITLES = ["Very satisfied", "Satisfied", "Neutral", "Dissatisfied", "Very dissatisfied"]


@pytest.fixture
def mira(office):
    return office.agent("Mira")


@pytest.fixture
def survey(berlin):
    content = {"text": "How did we do today?", "button": "Rate us"}
    return Automation.objects.create(
        number=berlin, kind="survey", is_on=True, content_kind="list", content=content, thanks="Thank you, really!"
    )


@pytest.fixture
def serve(office, mira, survey):
    """Mira serves a customer and closes; ten seconds later the phone shows the survey. (conversation, the survey)"""

    def serve(phone):
        phone.writes("Where is my parcel?")
        office.waits_for_word(phone, "Where is my parcel?")
        conversation = office.conversation_of(phone)
        mira.says(conversation, "It arrives today")
        office.settle()
        mira.does("close", conversation)
        return conversation, asked(office, phone, conversation)

    return serve


def asked(office, phone, conversation):
    move_back(conversation, seconds=10)
    run("inbox.tasks.fire_timers")
    office.settle()
    return next(shown for shown in reversed(office.sandbox.sent(customer=phone)) if shown["type"] == "interactive")


def answers():
    return list(SurveyAnswer.objects.order_by("pk"))


def thanks(office, phone):
    return [shown for shown in office.sandbox.sent(customer=phone) if "Thank you, really!" in str(shown["body"])]


def test_s1_47_and_s1_48_the_phone_shows_our_words_and_button_and_the_five_fixed_rows(serve, amira):
    _, survey = serve(amira)
    message = survey["body"]
    assert message["body"]["text"] == "How did we do today?"
    assert message["action"]["button"] == "Rate us"
    assert [row["title"] for section in message["action"]["sections"] for row in section["rows"]] == TITLES


def test_s1_48_a_tap_is_recorded_with_agent_and_conversation_and_thanked_for_once(office, serve, mira, amira):
    conversation, survey = serve(amira)
    amira.taps(survey, "Satisfied")
    office.until(answers)
    office.settle()
    amira.taps(survey, "Very satisfied")
    office.until(lambda: answers()[0].score == 5)
    office.settle()
    (answer,) = answers()
    assert (answer.conversation, answer.agent) == (conversation, mira.agent)
    assert len(thanks(office, amira)) == 1
    assert Conversation.objects.get().status == "closed"
    assert mira.folder("mine") == []


def test_the_answer_stands_in_the_thread_and_beside_it(office, serve, mira, amira):
    conversation, survey = serve(amira)
    amira.taps(survey, "Dissatisfied")
    office.until(answers)
    assert "Dissatisfied" in mira.looks_at(conversation).html
    assert "★★☆☆☆" in mira.get(reverse("satisfaction_panel", args=[conversation.pk])).html


def test_a_tap_without_the_quoted_message_is_recorded_all_the_same(office, serve, amira):
    conversation, _ = serve(amira)
    row = {"id": row_id(conversation.pk, 3), "title": "Neutral"}
    amira.says("interactive", {"type": "list_reply", "list_reply": row})
    office.until(answers)
    assert answers()[0].score == 3
    assert Conversation.objects.count() == 1


def test_a_forged_row_says_nothing_about_anybody_else(office, serve, amira, luis):
    conversation, survey = serve(amira)
    row = {"id": row_id(conversation.pk, 1), "title": "Very dissatisfied"}
    luis.says("interactive", {"type": "list_reply", "list_reply": row})
    luis.says("interactive", {"type": "list_reply", "list_reply": row}, context={"id": survey["id"]})
    office.until(lambda: Message.objects.filter(kind="list_reply").count() == 2)
    office.settle()
    assert answers() == []
    assert office.conversation_of(luis).is_open, "their tap is a word like any other"


def test_a_comment_reopens_the_conversation_and_stands_in_the_report(office, serve, mira, amira):
    conversation, survey = serve(amira)
    amira.taps(survey, "Very dissatisfied")
    office.until(answers)
    amira.writes("I waited for a week")
    office.waits_for_word(amira, "I waited for a week")
    assert answers()[0].comment == "I waited for a week"
    assert Conversation.objects.get().is_open
    boss = office.agent("Sofia", role="supervisor", available=False)
    page = boss.get(reverse("satisfaction")).html
    assert "I waited for a week" in page
    assert reverse("conversation", args=[conversation.pk]) in page


def test_a_second_close_of_the_same_conversation_asks_nothing_more(office, serve, mira, amira):
    conversation, survey = serve(amira)
    amira.writes("One more thing")
    office.waits_for_word(amira, "One more thing")
    mira.says(conversation, "Yes?")
    mira.does("close", conversation)
    assert asked(office, amira, conversation)["id"] == survey["id"]
