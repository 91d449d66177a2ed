"""One page per number configures everything that it does by itself: reached, saved, looked at, tried out."""

from datetime import timedelta

import pytest
from django.urls import reverse

from automation.models import Automation
from inbox.models import Attachment, Conversation, Message, Timer
from tests import factories
from tests.automation.admin_page import Page, picture, writes
from tests.journeys.office import Worker

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"
REPLIES = ["welcome", "unassigned", "queue", "closed_hours", "reminder"]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def page(client, berlin):
    return Page(client, berlin)


# --- Whose it is and how it is reached ---


def test_automation_belongs_to_one_number_s1_1(client, page):
    """S1-1"""
    page.saves(welcome__is_on="on", welcome__shape="text", welcome__text="Hello from Berlin")
    other = Page(client, factories.make_number("Lisbon"))

    assert page.row("welcome").content == {"text": "Hello from Berlin"}
    assert not other.number.automations.exists()
    assert "Hello from Berlin" not in other.html()


def test_the_way_leads_over_accounts_and_the_number_s1_2(page):
    """S1-2"""
    account = page.http.get(reverse("admin:whatsapp_account_change", args=[page.number.account_id])).content.decode()
    settings = page.http.get(reverse("admin:whatsapp_number_change", args=[page.number.pk])).content.decode()
    shown = page.html()

    assert reverse("admin:whatsapp_number_change", args=[page.number.pk]) in account
    assert page.address() in settings
    for name, args in [("account_changelist", []), ("account_change", [page.number.account_id])]:
        assert reverse(f"admin:whatsapp_{name}", args=args) in shown


def test_the_page_has_the_seven_and_the_reply_outside_business_hours_s1_3(page):
    """S1-3"""
    shown = page.html()

    for kind in Automation.Kind.values:
        assert f'name="{kind}-is_on"' in shown
    for title in ("Welcome message", "Ice breakers", "Reply when unassigned", "Reply when in queue", "Auto-close"):
        assert title in shown
    assert "Reminder when the agent is slow" in shown
    assert "Satisfaction survey" in shown


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_only_admins_get_in(client, berlin, role):
    page = Page(client, berlin, role)
    berlin.reception.agents.add(page.admin)

    assert page.looks().status_code == 302
    assert page.saves(welcome__is_on="on", welcome__text="Hello").status_code == 302
    for name in ("_preview", "_upload", "_test"):
        assert client.post(page.address(name, "welcome")).status_code == 302
    assert client.get(page.address("_meta")).status_code == 302
    assert client.post(page.address("_push")).status_code == 302
    assert not Automation.objects.exists()


def test_what_changes_something_is_no_link(page):
    for name in ("_preview", "_upload", "_test"):
        assert page.http.get(page.address(name, "welcome")).status_code == 405
    assert page.http.get(page.address("_push")).status_code == 405


def test_a_number_or_an_automation_that_is_not_there_is_404(page):
    assert page.http.post(page.address("_preview", "dance")).status_code == 404
    assert page.http.post(page.address("_test", "auto_close")).status_code == 404
    page.number.pk = 10**9
    assert page.looks().status_code == 404
    assert page.http.get("/admin/whatsapp/number/berlin/automation/").status_code == 404


# --- Saving ---


def test_everything_is_saved_at_once_and_the_notice_says_what_is_on(page):
    answer = page.saves(
        welcome__is_on="on",
        welcome__shape="text",
        welcome__text="*Ahoy!* 👋",
        reminder__is_on="on",
        reminder__text="Sorry for the wait",
        reminder__amount="2",
        reminder__unit="hours",
        reminder__counts_business_time="on",
        auto_close__is_on="on",
        auto_close__amount="90",
        auto_close__unit="minutes",
    )

    assert answer.status_code == 302
    reminder = page.row("reminder")
    assert (reminder.minutes, reminder.counts_business_time, reminder.is_on) == (120, True, True)
    assert page.row("auto_close").minutes == 90
    shown = page.html()
    assert "Saved. On: Welcome message, Reminder when the agent is slow (after 2 hours), Auto-close (after 90" in shown
    assert "On · after 2 hours" in shown


def test_nothing_is_saved_unless_all_is_valid_and_everything_typed_stays(page):
    page.saves(welcome__is_on="on", welcome__text="The first words")
    answer = page.saves(welcome__is_on="on", welcome__text="Better words", reminder__is_on="on", reminder__amount="0")

    shown = answer.content.decode()
    assert page.row("welcome").content == {"text": "The first words"}
    assert "Better words" in shown
    assert "Nothing was saved." in shown
    assert "2 things need" in shown


@pytest.fixture
def worker():
    started = Worker()
    yield started
    started.close()


@pytest.mark.parametrize("kind", ["auto_close", "reminder"])
def test_a_changed_time_counts_from_save_on_for_open_conversations_too_s1_34_s1_43(page, worker, kind):
    """S1-34, S1-43"""
    conversation = factories.make_conversation("assigned", number=page.number, assignee=page.admin)
    start = conversation.assigned_at
    waits = start if kind == "reminder" else None
    Conversation.objects.update(last_word_at=start, served_since=start, unanswered_since=waits)
    for minutes in ("30", "45"):
        page.saves(**{f"{kind}__is_on": "on", f"{kind}__amount": minutes, "reminder__text": "Sorry"})
        worker.work()
        due = Timer.objects.get(conversation=conversation, kind=kind).due_at
        assert due - start == timedelta(minutes=int(minutes))


@pytest.mark.parametrize("kind", REPLIES)
def test_words_are_edited_and_the_new_ones_are_saved_s1_21_s1_23(page, kind):
    """S1-21, S1-23"""
    for words in ("First words", "Second words"):
        page.saves(**{f"{kind}__is_on": "on", f"{kind}__text": words, "reminder__amount": "5"})
        assert page.row(kind).content == {"text": words}
    assert ">\nSecond words</textarea>" in page.html()


def test_a_switch_that_is_off_keeps_its_words_for_another_day(page):
    page.saves(unassigned__text="We are coming", unassigned__shape="text")

    assert not page.row("unassigned").is_on
    assert "We are coming" in page.html()


@pytest.mark.parametrize("kind", REPLIES)
def test_what_is_on_must_say_something(page, kind):
    assert page.refused(**{f"{kind}__is_on": "on", "reminder__amount": "5"})[f"{kind}-text"] == "The message is empty."


# --- Looking at it ---


@pytest.mark.parametrize("kind", Automation.Kind.values)
def test_each_panel_has_its_preview_and_names_what_meta_charges_s1_9(page, kind):
    """S1-9"""
    panel = next(panel for panel in page.looks().context["panels"] if panel["kind"] == kind)

    assert panel["words"].charge.startswith("Free") == (kind in ("ice_breakers", "auto_close"))
    assert panel["words"].charge in page.html().replace("&#x27;", "'")
    assert 'class="wa"' in page.previews(kind)


def test_a_preview_follows_what_is_typed_and_saves_nothing(page):
    drawn = page.previews("reminder", reminder__is_on="on", reminder__text="Soon!", reminder__amount="3")

    assert "No answer for 3 minutes" in drawn
    assert "After 3 minutes without an answer the customer gets: “Soon!”" in drawn
    assert "On · after 3 minutes" in drawn
    assert not Automation.objects.exists()


def test_a_preview_of_the_queue_shows_the_position_as_an_example(page):
    assert "before you" in page.previews("queue", queue__text="Please wait", queue__says_position="on")
    assert "before you" not in page.previews("queue", queue__text="Please wait")


def test_the_preview_of_auto_close_says_that_the_customer_sees_nothing(page):
    drawn = page.previews("auto_close", auto_close__is_on="on", auto_close__amount="2", auto_close__unit="hours")

    assert "2 hours later the conversation is closed" in drawn


@pytest.mark.parametrize("kind", Automation.Kind.values)
def test_words_of_others_run_nothing(page, kind):
    fields = {
        f"{kind}__{name}": HOSTILE
        for name in (
            "text",
            "header_text",
            "footer",
            "label",
            "url",
            "list_button",
            "prompt",
            "thanks",
            "amount",
            "unit",
        )
    }
    fields |= {f"{kind}__shape": "link", f"{kind}__header_type": "text", f"{kind}__is_on": "on"}
    fields |= {"hours__time_zone": HOSTILE, "hours__holiday_name": HOSTILE, "hours__opens_0": HOSTILE}

    assert HOSTILE not in page.previews(kind, **fields)
    assert HOSTILE not in page.saves(**fields).content.decode()


@pytest.mark.parametrize("words", ["שלום 👋 hello", "مرحبا *بك*", "‮evil", "ᚠᛇᚻ 𝔘𝔫𝔦", "日本語\nにほんご"])
def test_every_script_and_direction_is_kept_and_shown(page, words):
    page.saves(welcome__is_on="on", welcome__text=words, ice_breakers__prompt=["أين طلبي؟"])

    assert page.row("welcome").content["text"] == words
    assert 'dir="auto"' in page.previews("welcome", welcome__text=words)
    assert "أين طلبي؟" in page.html()


def test_the_welcome_panel_has_link_code_and_website_button_s1_8(page):
    """S1-8"""
    shown = page.html()
    link = f"https://wa.me/{page.number.display_phone_number.replace('+', '').replace(' ', '')}"

    assert f'href="{link}"' in shown
    assert "data:image/svg+xml" in shown
    assert f"&lt;a href=&quot;{link}&quot;" in shown
    assert "no longer reports reliably" in shown
    page.number.display_phone_number = ""
    page.number.save()
    assert "wa.me" not in page.html()


# --- A test on one's own phone ---


def test_a_panel_is_sent_to_a_phone_of_ones_own_as_it_is_typed(page):
    writes(page.number, "+4915112345678")
    fields = {"welcome__shape": "buttons", "welcome__text": "Ahoy", "welcome__button_title": ["Yes"]}
    told = page.tests("welcome", "0151 12345678", **fields)

    message = Message.objects.exclude(author_kind="customer").get()
    assert "On its way to +4915112345678" in told
    assert (message.kind, message.content["text"], message.author_kind) == ("buttons", "Ahoy", "automation")
    assert message.thread.contact.phone == "+4915112345678"
    assert "+4915112345678" in page.html()
    assert not Automation.objects.exists()


def test_a_test_takes_a_copy_of_the_file(page):
    writes(page.number, "+4915112345678")
    page.uploads("welcome", picture())
    file = Attachment.objects.get()
    page.tests("welcome", "+4915112345678", welcome__shape="media", welcome__text="Look", welcome__file_id=file.pk)

    sent = Message.objects.get(kind="image")
    assert sent.attachments.count() == 1
    file.refresh_from_db()
    assert file.message is None


def test_the_survey_is_tested_without_asking_about_a_conversation(page):
    writes(page.number, "+4915112345678")
    page.tests("survey", "+4915112345678", survey__text="How was it?")

    message = Message.objects.get(kind="list")
    assert [row["title"] for row in message.content["sections"][0]["rows"]][0] == "Very satisfied"
    assert "survey" not in message.on_answer


@pytest.mark.parametrize("has_written", [False, True])
def test_a_closed_window_says_to_write_first_with_the_link(page, has_written):
    if has_written:
        thread = writes(page.number, "+4915112345678").thread
        factories.moved_back(thread, hours=25)
    told = page.tests("welcome", "+4915112345678", welcome__text="Ahoy")

    assert "Write anything to" in told
    assert "https://wa.me/" in told
    assert not Message.objects.exclude(author_kind="customer").exists()


def test_a_test_says_what_is_wrong_with_phone_or_words(page):
    writes(page.number, "+4915112345678")

    assert "To which phone?" in page.tests("welcome", " ", welcome__text="Ahoy")
    assert "not a valid phone number" in page.tests("welcome", "12", welcome__text="Ahoy")
    assert "The message is empty" in page.tests("welcome", "+4915112345678")
    assert "Not sent." in page.tests("welcome", "+4915112345678", welcome__shape="buttons", welcome__text="Hi")


def test_the_name_of_a_day_off_that_cannot_be_kept_is_refused_in_place(page):
    days = {"hours__holiday_day": ["2026-12-24"], "hours__holiday_name": ["Christmas\x00"]}
    assert "cannot be kept" in page.refused(**days)["hours-holiday_day"]


def test_the_phone_for_tests_stays_when_save_is_refused(page):
    answer = page.saves(test_phone="+49 151 5550000", reminder__is_on="on", reminder__minutes="soon")
    assert answer.status_code == 200
    assert 'value="+49 151 5550000"' in answer.content.decode()
