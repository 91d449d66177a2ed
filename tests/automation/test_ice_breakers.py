"""Ice breakers: written on the page, refused in place, brought to Meta with Save, and compared with Meta's copy."""

import pytest
from django.test import TestCase

from automation import ice_breakers
from automation.models import MetaCopy
from inbox.models import Conversation
from tests import factories
from tests.automation.admin_page import Page
from tests.journeys.office import Worker
from whatsapp.client import GraphClient

pytestmark = pytest.mark.django_db
QUESTIONS = ["Where is my parcel?", "Opening hours", "I want to return something", "متى يصل طلبي؟"]


@pytest.fixture
def berlin(meta):
    """The sandbox's first number, connected here."""
    row = meta.numbers()[0]
    number = factories.make_number("Berlin", factories.account_of(row))
    number.phone_number_id, number.display_phone_number = row["phone_number_id"], row["display_phone_number"]
    number.save()
    return number


@pytest.fixture
def page(client, berlin):
    return Page(client, berlin)


@pytest.fixture
def worker():
    started = Worker()
    yield started
    started.close()


def at_meta(number):
    return GraphClient(number.account.access_token).conversational_automation(number.phone_number_id)


def change_at_meta(number, prompts, commands=(), **more):
    client = GraphClient(number.account.access_token)
    client.set_conversational_automation(number.phone_number_id, prompts, list(commands), **more)


def copy_of(number):
    return MetaCopy.objects.get(number=number)


# --- What can be written ---


def test_a_list_of_questions_is_saved_and_shown_on_the_phone_s1_14(page):
    """S1-14"""
    page.saves(ice_breakers__is_on="on", ice_breakers__prompt=[*QUESTIONS, "", "  "])

    assert page.row("ice_breakers").prompts == QUESTIONS
    drawn = page.previews("ice_breakers", ice_breakers__prompt=QUESTIONS)
    assert [drawn.index(question) for question in QUESTIONS] == sorted(drawn.index(question) for question in QUESTIONS)


def test_the_fifth_is_refused_in_place_s1_16(page):
    """S1-16"""
    answer = page.saves(ice_breakers__is_on="on", ice_breakers__prompt=[*QUESTIONS, "One more"])

    form = answer.context["page"].panels["ice_breakers"]
    assert form.marks == {("prompt", 4): "WhatsApp shows up to 4 ice breakers: remove one."}
    assert 'value="One more"' in answer.content.decode()
    assert not page.number.automations.exists()


@pytest.mark.parametrize(
    "question, is_fine", [("x" * 80, True), ("x" * 81, False), ("ي" * 80, True), ("ي" * 81, False)]
)
def test_80_characters_are_the_most_s1_17(page, question, is_fine):
    """S1-17"""
    answer = page.saves(ice_breakers__is_on="on", ice_breakers__prompt=["Hello", question])

    assert (answer.status_code == 302) is is_fine
    if not is_fine:
        marks = answer.context["page"].panels["ice_breakers"].marks
        assert marks == {("prompt", 1): "Up to 80 characters, this one has 81."}


@pytest.mark.parametrize("question", ["Hello 👋", "🇩🇪", "Done ✅", "👨‍👩‍👧", "1️⃣ first"])
def test_emoji_are_refused_in_place_s1_18(page, question):
    """S1-18"""
    answer = page.saves(ice_breakers__is_on="on", ice_breakers__prompt=["Hello", question])

    assert answer.context["page"].panels["ice_breakers"].marks == {("prompt", 1): "Ice breakers cannot hold emoji."}
    assert "Ice breakers cannot hold emoji." in answer.content.decode()


@pytest.mark.parametrize("prompts, place", [([], 0), (["Twice", "Twice"], 1), (["a\x00b"], 0)])
def test_none_the_same_and_what_cannot_be_sent_are_refused_in_place(page, prompts, place):
    answer = page.saves(ice_breakers__is_on="on", ice_breakers__prompt=prompts)

    assert list(answer.context["page"].panels["ice_breakers"].marks) == [("prompt", place)]


# --- To Meta ---


def test_save_brings_them_to_meta_and_keeps_its_commands_s1_19(page, berlin, worker):
    """S1-19"""
    commands = [{"command_name": "status", "command_description": "Show the state of an order"}]
    change_at_meta(berlin, ["Old question"], commands)
    page.saves(ice_breakers__is_on="on", ice_breakers__prompt=QUESTIONS)
    assert copy_of(berlin).push_wanted_at is not None

    worker.work()

    assert at_meta(berlin)["prompts"] == QUESTIONS
    assert at_meta(berlin)["commands"] == commands
    copy = copy_of(berlin)
    assert (copy.push_wanted_at, copy.prompts, copy.error_text) == (None, QUESTIONS, "")
    assert "Meta has the same." in page.html()


def test_nothing_goes_to_meta_before_save_s1_19(page, berlin):
    """S1-19"""
    change_at_meta(berlin, ["Old question"])
    page.previews("ice_breakers", ice_breakers__is_on="on", ice_breakers__prompt=QUESTIONS)
    page.saves(ice_breakers__is_on="on", ice_breakers__prompt=["👋"])
    ice_breakers.sweep()

    assert at_meta(berlin)["prompts"] == ["Old question"]


def test_turned_off_they_go_away_at_meta_too(page, berlin):
    page.saves(ice_breakers__is_on="on", ice_breakers__prompt=QUESTIONS)
    ice_breakers.push(berlin.pk)
    page.saves(ice_breakers__prompt=QUESTIONS)
    ice_breakers.push(berlin.pk)

    assert "prompts" not in at_meta(berlin)
    assert page.row("ice_breakers").prompts == QUESTIONS


@pytest.mark.parametrize("switch", [{"welcome__is_on": "on"}, {}])
def test_the_welcome_switch_asks_meta_for_reports_of_opened_chats_s1_5(page, berlin, switch):
    """S1-5"""
    change_at_meta(berlin, [], enable_welcome_message=not switch)
    page.saves(welcome__text="Ahoy", ice_breakers__is_on="on", ice_breakers__prompt=QUESTIONS, **switch)
    ice_breakers.push(berlin.pk)

    assert at_meta(berlin)["enable_welcome_message"] is bool(switch)


def test_saving_something_else_leaves_meta_alone(page, berlin):
    change_at_meta(berlin, ["Written at Meta"])
    page.saves(reminder__is_on="on", reminder__text="Soon", reminder__amount="5")
    ice_breakers.sweep()

    assert at_meta(berlin)["prompts"] == ["Written at Meta"]


def test_a_tap_arrives_as_a_message_of_the_customer_s1_15(berlin):
    """S1-15: Meta sends the tapped question as an ordinary text, and it opens a conversation."""
    message = factories.writes(factories.make_contact(), berlin, QUESTIONS[0])

    assert Conversation.objects.get(pk=message.conversation_id).last_message.text == QUESTIONS[0]


# --- Outage ---


def test_an_outage_keeps_them_to_be_pushed_with_the_reason_and_the_sweep_brings_them(page, berlin, meta, settings):
    page.saves(ice_breakers__is_on="on", ice_breakers__prompt=QUESTIONS)
    settings.WHATSAPP_API_URL = "http://127.0.0.1:9"
    ice_breakers.push(berlin.pk)

    copy = copy_of(berlin)
    assert copy.push_wanted_at is not None
    assert copy.error_text
    assert "Not at Meta yet." in page.html()
    assert copy.error_text in page.html().replace("&#x27;", "'")

    settings.WHATSAPP_API_URL = meta.url
    assert ice_breakers.sweep() == 1
    assert at_meta(berlin)["prompts"] == QUESTIONS
    assert (copy_of(berlin).push_wanted_at, copy_of(berlin).error_text) == (None, "")
    assert ice_breakers.sweep() == 0


def test_a_token_that_meta_refuses_is_named(page, berlin):
    page.saves(ice_breakers__is_on="on", ice_breakers__prompt=QUESTIONS)
    berlin.account.access_token = "wrong"
    berlin.account.save()
    ice_breakers.push(berlin.pk)

    assert "token" in copy_of(berlin).error_text
    assert copy_of(berlin).push_wanted_at is not None


def test_what_is_saved_while_a_push_is_on_its_way_is_pushed_too(page, berlin, monkeypatch):
    page.saves(ice_breakers__is_on="on", ice_breakers__prompt=["First"])
    send, sent = GraphClient.set_conversational_automation, []

    def slow(client, phone_number_id, prompts, commands, **more):
        sent.append(prompts)
        if len(sent) == 1:
            page.saves(ice_breakers__is_on="on", ice_breakers__prompt=["Second"])
        send(client, phone_number_id, prompts, commands, **more)

    monkeypatch.setattr(GraphClient, "set_conversational_automation", slow)
    ice_breakers.push(berlin.pk)

    assert sent == [["First"], ["Second"]]
    assert at_meta(berlin)["prompts"] == ["Second"]


# --- Meta's copy ---


def test_what_was_changed_at_meta_is_shown_beside_ours_and_pushed_over_by_a_button(page, berlin):
    page.saves(ice_breakers__is_on="on", ice_breakers__prompt=["Ours"])
    ice_breakers.push(berlin.pk)
    change_at_meta(berlin, ["Theirs <b>"])
    factories.moved_back(copy_of(berlin), minutes=2)
    ice_breakers.read(berlin.pk)

    shown = page.html()
    assert "Meta has something else." in shown
    assert "Theirs &lt;b&gt;" in shown
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert "On its way to Meta" in page.http.post(page.address("_push")).content.decode()
    ice_breakers.push(berlin.pk)
    assert at_meta(berlin)["prompts"] == ["Ours"]
    assert "Meta has the same." in page.http.get(page.address("_meta")).content.decode()


def test_metas_copy_is_read_at_most_once_a_minute(page, berlin):
    ice_breakers.want_reading(berlin.pk)
    ice_breakers.read(berlin.pk)
    change_at_meta(berlin, ["Changed"])
    ice_breakers.read(berlin.pk)
    assert copy_of(berlin).prompts != ["Changed"]

    factories.moved_back(copy_of(berlin), seconds=61)
    ice_breakers.read(berlin.pk)
    assert copy_of(berlin).prompts == ["Changed"]


def test_opening_the_page_has_metas_copy_read_by_a_worker(page, berlin, worker):
    change_at_meta(berlin, ["Written at Meta"])
    with TestCase.captureOnCommitCallbacks(execute=True):
        page.looks()
    assert worker.work() == 1
    assert copy_of(berlin).prompts == ["Written at Meta"]

    with TestCase.captureOnCommitCallbacks(execute=True):
        page.looks()
    assert worker.work() == 0


def test_a_copy_that_cannot_be_read_says_so_and_claims_nothing(page, berlin, settings):
    settings.WHATSAPP_API_URL = "http://127.0.0.1:9"
    ice_breakers.want_reading(berlin.pk)
    ice_breakers.read(berlin.pk)

    shown = page.html()
    assert "Meta&#x27;s copy could not be read." in shown or "Meta's copy could not be read." in shown
    assert "Meta has the same" not in shown
