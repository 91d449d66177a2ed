"""What a customer's answer to the satisfaction survey does (S1-48), and what it does not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from automation.models import Automation, Decision, Survey, SurveyAnswer
from automation.rules.surveys import COMMENT_LIMIT, Verdict, comment_of, read_row_id, row_id, verdict
from inbox import timers
from inbox.actions.closing import reopen
from inbox.actions.joining import join
from inbox.actions.sending import send_message
from inbox.models import Conversation, Message
from tests.automation.asking import ask, make_served, says, taps
from tests.factories import make_agent, make_contact, make_conversation, make_number
from whatsapp.content import Text

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def number(db):
    return make_number()


@pytest.fixture
def ada(number):
    return make_agent("Ada", numbers=[number])


@pytest.fixture
def closed(number, ada):
    return make_served(number, ada)


def answer():
    return SurveyAnswer.objects.get()


def thanks():
    return list(Message.objects.filter(author_kind="automation", kind="text").order_by("pk"))


# Row ids and verdicts


@pytest.mark.parametrize("score", [1, 2, 3, 4, 5])
def test_a_row_names_its_conversation_and_its_score(score):
    assert read_row_id(row_id(17, score)) == (17, score)


@pytest.mark.parametrize(
    "tapped", ["", "survey:17", "survey:17:0", "survey:17:6", "survey:x:5", "survey:17:5 ", "survey:" + "9" * 19 + ":5"]
)
def test_what_is_no_row_of_a_survey_says_nothing(tapped):
    assert read_row_id(tapped) is None


def test_an_answer_may_change_for_a_day_after_the_first():
    first = timezone.now()
    assert verdict(first, None, None) == Verdict.FIRST
    assert verdict(first + timedelta(days=1), first, first + HOUR) == Verdict.CHANGES
    assert verdict(first + timedelta(days=1, seconds=1), first, first) == Verdict.TOO_LATE
    assert verdict(first + MINUTE, first, first + HOUR) == Verdict.OLDER


def test_a_comment_is_what_was_written_within_bounds():
    assert comment_of([" slow ", "", "but kind"]) == "slow\nbut kind"
    assert len(comment_of(["x" * 4096] * 4)) == COMMENT_LIMIT


# Recording


def test_an_answer_is_recorded_with_agent_number_and_conversation(closed, ada, number):
    ask(closed)
    taps(closed, 4)
    assert (answer().score, answer().agent, answer().number, answer().conversation) == (4, ada, number, closed)
    assert answer().contact == closed.thread.contact


def test_an_answer_opens_no_conversation_and_bumps_nothing(closed):
    ask(closed)
    before = Conversation.objects.values().get()
    message = taps(closed, 5)
    assert Conversation.objects.values().get() == before
    assert (message.conversation, message.kind, message.text) == (None, "list_reply", "Very satisfied")


def test_an_answer_wakes_nobody_in_a_newer_open_conversation(closed, ada):
    survey = ask(closed)
    newer = make_conversation("assigned", thread=closed.thread, assignee=ada, unanswered_since=None)
    taps(closed, 2, survey=survey)
    after = Conversation.objects.get(pk=newer.pk)
    assert (after.unanswered_since, after.bumped_at, after.last_inbound_id) == (None, newer.bumped_at, 0)
    assert answer().conversation == closed


def test_an_answer_without_its_quoted_message_is_recorded_all_the_same(closed):
    ask(closed)
    message = taps(closed, 3, quoted=False)
    assert answer().score == 3
    assert message.conversation is None


def test_a_row_of_somebody_elses_survey_records_nothing_for_them(number, ada, closed):
    ask(closed)
    stranger = make_contact("Mallory")
    taps(closed, 1, contact=stranger, quoted=False)
    assert not SurveyAnswer.objects.exists()
    assert Conversation.objects.get(thread__contact=stranger).is_waiting


def test_a_made_up_row_quoting_ones_own_survey_records_nothing_for_another(number, ada, closed):
    mine = make_served(number, ada)
    survey = ask(mine)
    ask(closed)
    taps(mine, 1, row=row_id(closed.pk, 1), survey=survey)
    assert not SurveyAnswer.objects.exists()


def test_a_row_about_a_conversation_without_a_survey_records_nothing(closed):
    taps(closed, 5, survey=Message(wamid="wamid.never-sent"))
    assert not SurveyAnswer.objects.exists()


def test_an_answer_stays_with_the_agent_who_was_asked_about(closed, ada, number):
    boss = make_agent("Boss", role="supervisor", numbers=[number])
    ask(closed)
    reopen(closed.pk, boss)
    taps(closed, 5)
    assert answer().agent == ada


def test_the_answer_of_a_joined_contact_is_recorded(closed, number):
    ask(closed)
    keep = make_contact("Amira")
    join(keep, closed.thread.contact, timezone.now())
    taps(closed, 5, contact=keep)
    assert answer().conversation == closed


# Changing


def test_a_change_within_a_day_is_the_same_answer(closed):
    ask(closed)
    taps(closed, 1)
    taps(closed, 5, after=HOUR)
    assert answer().score == 5
    assert answer().changed_at > answer().answered_at


def test_a_change_after_a_day_is_ignored_and_said(closed):
    ask(closed)
    taps(closed, 4)
    taps(closed, 1, after=timedelta(hours=25))
    assert answer().score == 4
    said = Decision.objects.get(reason="answer_too_late")
    assert (said.automation, said.outcome, said.conversation) == ("survey", "refused", closed)
    assert Conversation.objects.count() == 1


def test_a_tap_that_was_overtaken_on_its_way_changes_nothing(closed):
    ask(closed)
    taps(closed, 5)
    taps(closed, 1, after=-MINUTE)
    assert answer().score == 5


# Thanks


def test_the_customer_is_thanked_once_silently(closed):
    ask(closed)
    taps(closed, 4)
    before = closed.bumped_at
    timers.fire_due()
    taps(closed, 5, after=MINUTE)
    timers.fire_due(timezone.now() + HOUR)
    assert [message.content["text"] for message in thanks()] == ["Thank you for your answer!"]
    assert Conversation.objects.get(pk=closed.pk).bumped_at == before
    assert answer().thanked_at
    assert Decision.objects.filter(occasion=f"thanks:{closed.pk}", outcome="done", message=thanks()[0]).exists()


def test_thanks_are_in_the_admins_words(closed, number):
    Automation.objects.create(number=number, kind="survey", thanks="Danke!", is_on=True)
    ask(closed)
    taps(closed, 4)
    timers.fire_due()
    assert thanks()[0].content["text"] == "Danke!"


def test_thanks_outlive_a_conversation_that_goes_on(closed, ada):
    ask(closed)
    reopen(closed.pk, ada)
    taps(closed, 4)
    timers.fire_due()
    assert len(thanks()) == 1


def test_no_thanks_outside_the_window(closed):
    ask(closed)
    taps(closed, 4)
    late = timezone.now() + timedelta(hours=25)
    timers.fire_due(late)
    assert not thanks()
    assert Decision.objects.filter(occasion=f"thanks:{closed.pk}", outcome="refused").exists()


# Comments


def test_free_text_after_an_answer_reopens_and_is_kept_as_its_comment(closed):
    ask(closed)
    taps(closed, 2)
    says(closed, "It took too long", after=MINUTE)
    says(closed, "But Ada was kind", after=2 * MINUTE)
    assert answer().comment == "It took too long\nBut Ada was kind"
    assert Conversation.objects.get().status != "closed"


def test_free_text_before_the_answer_is_its_comment_too(closed):
    ask(closed)
    says(closed, "Great!", after=MINUTE)
    taps(closed, 5, after=2 * MINUTE)
    assert answer().comment == "Great!"


def test_text_that_quotes_the_survey_is_a_word_and_the_comment(closed):
    survey = ask(closed)
    taps(closed, 3)
    message = says(closed, "So so", survey=survey, after=3 * HOUR)
    assert answer().comment == "So so"
    assert message.conversation is not None


def test_text_after_the_follow_up_time_is_no_comment(closed):
    ask(closed)
    taps(closed, 3)
    says(closed, "Another thing", after=11 * MINUTE)
    assert answer().comment == ""


def test_what_is_said_once_an_agent_speaks_is_no_comment(closed, ada):
    ask(closed)
    taps(closed, 1)
    says(closed, "Too slow", after=MINUTE)
    reopened = Conversation.objects.get()
    if reopened.assignee_id is None:
        reopened.assignee = ada
    send_message(reopened.pk, Text("I am sorry"), by=ada, client_id="a", now=timezone.now() + 2 * MINUTE)
    says(closed, "Never mind", after=3 * MINUTE)
    assert answer().comment == "Too slow"


def test_words_before_the_survey_are_no_comment(closed):
    says_before = Message.objects.create(
        thread=closed.thread,
        author_kind="customer",
        kind="text",
        content={"text": "Where is it?"},
        status="received",
        at=timezone.now() - MINUTE,
    )
    ask(closed)
    taps(closed, 5)
    assert says_before.pk
    assert answer().comment == ""


# Surveys


def test_a_survey_is_noted_once_with_whom_it_is_about(closed, ada, number):
    ask(closed)
    survey = Survey.objects.get()
    assert (survey.conversation, survey.agent, survey.number) == (closed, ada, number)
    assert survey.message.on_answer["survey"] == closed.pk
