"""Opt-out and opt-in words: what they do to consent and to conversations, and the one reply that they draw."""

from datetime import timedelta

import pytest
from django.utils import timezone

from automation.models import BotRun
from inbox.actions.sending import send_message
from inbox.models import Bot, Consent, Conversation, Event, Message, Timer
from tests.automation.asking import ask, make_answer
from tests.automation.asking import says as says_after_survey
from tests.automation.numbers import decided, said, turn_on, wait, work
from tests.factories import make_agent, make_conversation, make_thread, moved_back, says, writes
from whatsapp.content import Text

pytestmark = pytest.mark.django_db


def lines(thread):
    return list(Event.objects.filter(thread=thread).order_by("at", "pk").values_list("kind", flat=True))


def optout(contact):
    contact.refresh_from_db()
    return contact.whatsapp_optout


# --- What is kept ---


@pytest.mark.parametrize("word", ["optout", "Opt-Out", "opt out", " STOP!", "unsubscribe."])
def test_a_customer_opts_out_with_a_word_at_any_time(berlin, amira, word):
    """S3-52 S3-53"""
    message = writes(amira, berlin, word)
    assert optout(amira) == "all"
    kept = Consent.objects.get()
    assert (kept.channel, kept.state, kept.source) == ("whatsapp", "all", "word")
    assert (kept.at - message.at) < timedelta(milliseconds=1)


def test_an_opt_in_word_allows_it_again(berlin, amira):
    writes(amira, berlin, "stop")
    writes(amira, berlin, "Opt in!")
    assert optout(amira) == ""
    assert lines(amira.threads.get()) == ["opted_out", "opted_in"]


def test_words_that_arrive_in_the_wrong_order_end_where_the_customer_ended(berlin, amira):
    now = timezone.now()
    writes(amira, berlin, "opt in", sent_at=now)
    writes(amira, berlin, "stop", sent_at=now - timedelta(minutes=1))
    assert optout(amira) == ""


def test_a_number_has_words_of_its_own(berlin, amira):
    berlin.reception.optout_words = "abmelden\nkeine Werbung"
    berlin.reception.save()
    writes(amira, berlin, "stop")
    assert optout(amira) == ""
    writes(amira, berlin, "Keine  Werbung!")
    assert optout(amira) == "all"


def test_a_tap_on_stop_below_a_message_template_opts_out_and_any_other_tap_does_not(berlin, amira):
    thread = make_thread(amira, berlin)
    template = {"name": "offer", "language": "en", "components": []}
    for serial, kind in enumerate(("buttons", "template")):
        assert optout(amira) == ""
        Message.objects.create(
            thread=thread, author_kind="integration", kind=kind, content=template, status="sent", wamid=f"w{serial}"
        )
        says(amira, berlin, "button_reply", {"id": "x", "title": "Stop"}, quoted_wamid=f"w{serial}")
    assert optout(amira) == "all"


# --- What happens to conversations ---


@pytest.mark.parametrize("word", ["stop", "opt in"])
def test_it_opens_no_conversation(berlin, amira, word):
    make_agent(numbers=[berlin])
    message = writes(amira, berlin, word)
    work()
    assert not Conversation.objects.exists()
    assert message.thread.is_window_open(timezone.now())


def test_it_reopens_none(berlin, amira, lena):
    closed = make_conversation("closed", number=berlin, contact=amira, assignee=lena)
    writes(amira, berlin, "stop")
    closed.refresh_from_db()
    assert closed.status == "closed"


def test_it_closes_a_pending_one_hands_it_to_nobody_and_says_why(berlin, amira, lena):
    pending = make_conversation("pending", number=berlin, contact=amira, handover_to=lena)
    message = writes(amira, berlin, "opt-out")
    pending.refresh_from_db()
    assert (pending.status, pending.assignee, message.conversation) == ("closed", None, pending)
    assert Event.objects.get(kind="closed").data["by_rule"] == "opt_out"
    assert "handed_over" not in lines(pending.thread)


def test_who_agrees_is_waited_for_as_before(berlin, amira, lena):
    pending = make_conversation("pending", number=berlin, contact=amira, handover_to=lena)
    writes(amira, berlin, "opt in")
    pending.refresh_from_db()
    assert pending.status == "pending"


def test_in_an_open_conversation_it_stands_as_a_line_and_moves_nothing(berlin, amira, lena):
    conversation = make_conversation(
        "assigned", number=berlin, contact=amira, assignee=lena, unanswered_since=None, last_word_at=timezone.now()
    )
    moved_back(conversation, minutes=10)
    before = Conversation.objects.values().get()
    message = writes(amira, berlin, "stop")
    assert Conversation.objects.values().get() == before
    assert message.conversation == conversation
    assert lines(conversation.thread) == ["opted_out"]


def test_it_starts_no_reminder_and_does_not_restart_auto_close(berlin, amira, lena):
    turn_on(berlin, "reminder", minutes=5)
    turn_on(berlin, "auto_close", minutes=60)
    conversation = writes(amira, berlin, "Hello").conversation
    work()
    send_message(conversation.pk, Text("Yes?"), lena)
    closes_at = Timer.objects.get(kind="auto_close").due_at
    writes(amira, berlin, "stop")
    assert {timer.kind: timer.due_at for timer in Timer.objects.exclude(kind="consent_reply")} == {
        "auto_close": closes_at
    }


def test_a_bot_does_not_hear_it(berlin, amira):
    bot = Bot.objects.create(name="Front desk")
    berlin.reception.bot = bot
    berlin.reception.save()
    conversation = writes(amira, berlin, "Hello").conversation
    writes(amira, berlin, "stop")
    assert [word.text for word in BotRun.words_owed(conversation)] == ["Hello"]


def test_it_is_no_comment_on_a_survey(berlin, amira, lena):
    answer = make_answer(berlin, 4, agent=lena, contact=amira)
    survey = ask(answer.conversation)
    says_after_survey(answer.conversation, "stop", survey=survey)
    answer.refresh_from_db()
    assert answer.comment == ""


# --- The reply ---


def test_it_draws_its_own_reply_and_no_other(berlin, amira):
    """S3-56"""
    turn_on(berlin, "welcome")
    turn_on(berlin, "unassigned")
    turn_on(berlin, "opt_out", content_kind="text", content={"text": "We leave you alone."})
    message = writes(amira, berlin, "stop")
    work()
    assert said(message.thread) == ["We leave you alone."]
    assert decided(message.thread) == [("opt_out", "done", "")]


def test_where_nobody_has_written_one_there_is_a_usual_reply_to_each(berlin, amira):
    for word in ("stop", "opt in"):
        thread = writes(amira, berlin, word).thread
        work()
    out, back = said(thread)
    assert "not write to you first" in out
    assert "messages again" in back


def test_a_reply_that_is_switched_off_is_not_said_and_the_log_says_so(berlin, amira):
    """S3-56"""
    turn_on(berlin, "opt_out").delete()
    berlin.automations.create(kind="opt_out", is_on=False)
    message = writes(amira, berlin, "stop")
    work()
    assert said(message.thread) == []
    assert decided(message.thread) == [("opt_out", "refused", "switched_off")]
    assert optout(amira) == "all"


def test_a_waiting_reply_keeps_its_distance_from_it(berlin, amira):
    turn_on(berlin, "unassigned")
    conversation = writes(amira, berlin, "Hello").conversation
    writes(amira, berlin, "stop")
    work()
    assert len(said(conversation.thread)) == 1
    wait(conversation, seconds=70)
    assert len(said(conversation.thread)) == 2


def test_two_words_in_one_breath_are_answered_once(berlin, amira):
    writes(amira, berlin, "stop")
    thread = writes(amira, berlin, "opt in").thread
    work()
    assert len(said(thread)) == 1
    assert "messages again" in said(thread)[0]
