"""A bot whose program is elsewhere: it gets every word, answers at once, later or freely, completes or hands over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from automation.models import Decision, Relay
from automation.rules.deadlines import Due
from inbox import timers
from inbox.actions.assignment import assign, assign_to_bot
from inbox.assignment import fill_places
from inbox.models import ApiKey, Bot, Conversation, Event, Message, Timer
from inbox.sentences import sentence
from tests.factories import make_agent, make_conversation, make_team, writes
from tests.workflow import COMPLETE, HAND_OVER, LATER, LOOPBACK, NONE, newest_relay, running_workflow, work

pytestmark = pytest.mark.django_db
Status = Conversation.Status
HELLO = {"action": "message", "messages": [{"content": {"text": "Hello, I am a bot."}}]}


@pytest.fixture
def workflow(settings):
    settings.PROGRAMS_ALLOWED_NETWORKS = LOOPBACK
    with running_workflow() as workflow:
        yield workflow


@pytest.fixture
def mind(program):
    """The program that is the bot, with its key."""
    return program(*ApiKey.Scope.values)


@pytest.fixture
def bot(workflow, mind, berlin):
    bot = Bot.objects.create(name="Mind", api_key=mind.key, endpoint_url=workflow.url)
    berlin.reception.bot = bot
    berlin.reception.save()
    return bot


def of(contact):
    return Conversation.objects.filter(thread__contact=contact).latest("pk")


def overdue_of(conversation):
    return Timer.objects.filter(conversation=conversation, kind=Due.BOT_OVERDUE).first()


def says(mind, conversation, text="Hello, I am a bot."):
    return mind.post(f"conversations/{conversation.pk}/messages/", {"content": {"text": text}})


def test_every_word_goes_to_the_program_which_answers_as_the_bot(workflow, bot, amira, berlin):
    word = writes(amira, berlin, "Good morning")
    workflow.answers(HELLO)
    work()
    [call] = workflow.calls
    assert (call["type"], call["data"]["message"]["id"]) == ("bot.message", word.pk)
    conversation = of(amira)
    said = conversation.last_message
    assert (conversation.status, said.author_kind, said.text) == (Status.BOT, "bot", "Hello, I am a bot.")
    assert conversation.bot_wrote_at
    assert overdue_of(conversation) is None
    writes(amira, berlin, "Are you?")
    work()
    assert len(workflow.calls) == 2


def test_it_completes(workflow, bot, amira, berlin):
    writes(amira, berlin)
    workflow.answers({**COMPLETE, "messages": HELLO["messages"]})
    work()
    closed = of(amira)
    assert closed.status == Status.CLOSED
    assert sentence("closed", "", closed.events.get(kind="closed").data) == "Closed: the bot was done"


def test_it_hands_over_to_a_team(workflow, bot, amira, berlin):
    team = make_team("Parcels")
    writes(amira, berlin)
    workflow.answers({**HAND_OVER, "team": team.pk})
    work()
    handed = of(amira)
    assert (handed.team, handed.is_waiting, handed.bot) == (team, True, None)


def test_it_answers_later_by_the_relay(workflow, bot, mind, amira, berlin):
    writes(amira, berlin)
    workflow.answers(LATER)
    work()
    assert overdue_of(of(amira)), "it still owes an answer"
    assert mind.post(f"relays/{newest_relay().pk}/answer/", HELLO).status_code == 200
    assert of(amira).last_message.author_kind == "bot"
    assert overdue_of(of(amira)) is None


def test_it_speaks_freely_as_the_bot_and_has_dealt_with_what_it_was_told(workflow, bot, mind, amira, berlin):
    writes(amira, berlin)
    workflow.answers(LATER)
    work()
    said = says(mind, of(amira))
    assert (said.status_code, said.json()["author_kind"]) == (201, "bot")
    assert newest_relay().status == Relay.Status.ANSWERED
    assert overdue_of(of(amira)) is None
    work(timezone.now() + timedelta(minutes=1))
    assert of(amira).status == Status.BOT


def test_it_may_speak_while_it_is_being_called(workflow, bot, mind, amira, berlin):
    """The call says nothing more: its own words were the answer, whatever becomes of the call."""
    for reply in (202, 500):
        writes(amira, berlin)
        Relay.objects.filter(status="pending").update(status="sending", claimed_until=timezone.now())
        says(mind, of(amira))
        workflow.answers(reply)
        work()
        assert newest_relay().status == Relay.Status.ANSWERED


def test_another_program_speaks_as_the_integration_and_deals_with_nothing(workflow, bot, program, amira, berlin):
    writes(amira, berlin)
    workflow.answers(LATER)
    work()
    said = says(program(*ApiKey.Scope.values), of(amira))
    assert said.json()["author_kind"] == "integration"
    assert newest_relay().status == Relay.Status.TAKEN


def test_the_bots_own_key_completes_and_hands_over(workflow, bot, mind, amira, berlin):
    writes(amira, berlin)
    assert mind.post(f"conversations/{of(amira).pk}/close/").json()["status"] == "closed"
    assert of(amira).events.get(kind="closed").data["by_rule"] == "bot_complete"
    berlin.reception.follow_up_minutes = 0
    berlin.reception.save()
    writes(amira, berlin)
    assert mind.post(f"conversations/{of(amira).pk}/hand-over/").json()["status"] == "unassigned"


@pytest.mark.parametrize("reply", [LATER, 503])
def test_silence_for_half_a_minute_hands_over(workflow, bot, amira, berlin, lena, reply):
    writes(amira, berlin)
    workflow.answers(reply)
    work()
    half_a_minute = newest_relay().message.created_at + timedelta(seconds=30)
    timers.fire_due(half_a_minute - timedelta(seconds=1))
    assert of(amira).status == Status.BOT
    timers.fire_due(half_a_minute + timedelta(seconds=1))
    fill_places()
    handed = of(amira)
    assert handed.assignee == lena
    line = handed.events.get(kind=Event.Kind.HANDED_OVER)
    assert sentence("handed_over", "", line.data) == "The bot kept silent: handed over to people"
    assert newest_relay().failure == "It did not answer in time."


def test_nonsense_hands_over(workflow, bot, amira, berlin):
    writes(amira, berlin)
    workflow.answers(b"What?")
    work()
    handed = of(amira)
    assert handed.is_waiting
    line = handed.events.get(kind=Event.Kind.HANDED_OVER)
    assert sentence("handed_over", "", line.data) == "The bot's program failed: handed over to people"


def test_once_people_have_it_the_program_is_asked_nothing_more(workflow, bot, mind, amira, berlin, lena):
    writes(amira, berlin)
    workflow.answers(LATER)
    work()
    assign(of(amira).pk, lena)
    late = mind.post(f"relays/{newest_relay().pk}/answer/", HELLO)
    assert (late.status_code, late.json()["code"]) == (409, "relay_failed")
    assert "no longer the bot's" in late.json()["detail"]
    writes(amira, berlin, "Hello?")
    work()
    assert len(workflow.calls) == 1


def test_ten_words_in_ten_minutes_are_enough_however_they_are_said(workflow, bot, mind, amira, berlin):
    writes(amira, berlin)
    answers = [says(mind, of(amira), f"{count}").json() for count in range(11)]
    assert {one["status"] for one in answers[:10]} == {"queued"}
    assert answers[10]["status"] == "failed"
    assert "ten minutes" in answers[10]["error"]["text"]
    assert of(amira).is_waiting
    assert Decision.objects.filter(reason="two_machines").exists()
    assert of(amira).events.filter(kind=Event.Kind.AUTOMATION_STOPPED).exists()


def test_a_switched_off_program_gets_nothing_and_a_script_comes_first(workflow, bot, amira, berlin):
    bot.steps.create(name="hello", kind="say", text="Scripted")
    writes(amira, berlin)
    work()
    assert not workflow.calls
    timers.fire_due()
    assert Message.objects.filter(text="Scripted").exists()


# --- Giving a conversation to a bot ----------------------------------------------------------------------------------


def test_a_conversation_is_given_to_a_bot_which_gets_what_is_unanswered(workflow, bot, mind, amira, berlin, lena):
    conversation = make_conversation(
        "assigned", number=berlin, contact=amira, assignee=lena, unanswered_since=None, customer_wrote_at=None
    )
    writes(amira, berlin, "Long answered", now=timezone.now() - timedelta(minutes=5))
    Conversation.objects.update(unanswered_since=None)
    word = writes(amira, berlin, "And this?")
    given = mind.post(f"conversations/{conversation.pk}/assign/", {"bot": bot.pk}).json()
    assert (given["status"], given["bot"], given["assignee"]) == ("bot", bot.pk, None)
    workflow.answers(NONE)
    work()
    assert [call["data"]["message"]["id"] for call in workflow.calls] == [word.pk]


def test_a_pending_handover_is_discarded_when_a_bot_gets_it(workflow, bot, amira, berlin, lena):
    conversation = make_conversation("pending", number=berlin, contact=amira, handover_to=lena)
    assign_to_bot(conversation.pk, bot)
    writes(amira, berlin)
    assert of(amira).status == Status.BOT
    assert of(amira).handover_to is None


def test_a_bot_that_is_off_gets_nothing(workflow, bot, mind, berlin):
    Bot.objects.update(is_active=False)
    conversation = make_conversation(number=berlin)
    refused = mind.post(f"conversations/{conversation.pk}/assign/", {"bot": bot.pk})
    assert (refused.status_code, refused.json()["code"]) == (409, "bot_is_off")
    refused = mind.post(f"conversations/{conversation.pk}/assign/", {"bot": 0})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (400, "bot_unknown", "bot")


def test_bots_are_listed(mind, bot):
    assert mind.get("bots/").json()["results"] == [
        {"id": bot.pk, "name": "Mind", "is_active": True, "silence_minutes": 10}
    ]


def test_admins_name_address_and_key_together(client, workflow, bot, mind):
    client.force_login(make_agent(role="admin"), "django.contrib.auth.backends.ModelBackend")
    page = f"/admin/inbox/bot/{bot.pk}/change/"
    steps = {f"steps-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    fields = {"name": "Mind", "is_active": "on", "silence_minutes": "10", **steps}
    refused = client.post(page, {**fields, "endpoint_url": workflow.url})
    assert "A program needs both" in refused.content.decode()
    taken = client.post(page, {**fields, "endpoint_url": workflow.url, "api_key": mind.key.pk})
    assert taken.status_code == 302
