"""One page per number configures everything that it does by itself; what is wrong is said in place."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from automation.models import Automation, BusinessHours
from inbox.media import forget_unsent
from inbox.models import Attachment, Conversation, Message, Timer
from tests import factories
from tests.automation.admin_page import Page, writes
from tests.journeys.office import Worker
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"
REPLIES = ["welcome", "unassigned", "queue", "closed_hours", "reminder"]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def number():
    return factories.make_number()


@pytest.fixture
def page(client, number):
    return Page(client, number)


def picture(name="ship.png", size=(40, 30)):
    kept = io.BytesIO()
    Image.new("RGB", size, "teal").save(kept, "PNG")
    return SimpleUploadedFile(name, kept.getvalue(), "image/png")


def pdf():
    return SimpleUploadedFile(
        "prices.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "application/pdf"
    )


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
def test_only_admins_get_in(client, number, role):
    page = Page(client, number, role)
    number.reception.agents.add(page.admin)

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


# --- The three types of message ---


@pytest.mark.parametrize("kind", REPLIES)
def test_text_with_emoji_and_formatting_s1_6_s1_10_s1_22(page, kind):
    """S1-6, S1-10, S1-22"""
    words = "*Ahoy* _and_ ~not~ ```code``` 👋🏽"
    page.saves(**{f"{kind}__is_on": "on", f"{kind}__shape": "text", f"{kind}__text": words, "reminder__amount": "5"})

    assert (page.row(kind).content_kind, page.row(kind).content) == ("text", {"text": words})
    drawn = page.previews(kind, **{f"{kind}__shape": "text", f"{kind}__text": words})
    for look, piece in [("bold", "Ahoy"), ("italic", "and"), ("strike", "not")]:
        assert f'<span class="{look}">{piece}</span>' in drawn
    assert "👋🏽" in drawn


@pytest.mark.parametrize("kind", REPLIES)
def test_a_file_with_text_s1_7_s1_11(page, kind):
    """S1-7, S1-11"""
    page.uploads(kind, picture())
    file = Attachment.objects.get()
    fields = {f"{kind}__shape": "media", f"{kind}__text": "Our *ship*", f"{kind}__file_id": file.pk}
    drawn = page.previews(kind, **fields)
    page.saves(**fields, **{f"{kind}__is_on": "on", "reminder__amount": "5"})

    row = page.row(kind)
    assert (row.content_kind, row.attachment_id) == ("image", file.pk)
    assert row.content["caption"] == "Our *ship*"
    assert f"/files/{file.token}/?thumb" in drawn
    assert '<span class="bold">ship</span>' in drawn


def test_a_document_with_text_s1_11(page):
    """S1-11"""
    page.saves(welcome__is_on="on", welcome__shape="media", welcome__text="Our prices", welcome__file=pdf())

    assert page.row("welcome").content_kind == "document"
    assert page.row("welcome").content["filename"] == "prices.pdf"


@pytest.mark.parametrize("kind", REPLIES)
def test_quick_replies_s1_12(page, kind):
    """S1-12"""
    titles = ["Track my order", "", "ساعات العمل"]
    fields = {f"{kind}__shape": "buttons", f"{kind}__text": "How can we help?", f"{kind}__button_title": titles}
    drawn = page.previews(kind, **fields)
    page.saves(**fields, **{f"{kind}__is_on": "on", "reminder__amount": "5"})

    buttons = page.row(kind).content["buttons"]
    assert [button["title"] for button in buttons] == ["Track my order", "ساعات العمل"]
    assert len({button["id"] for button in buttons}) == 2
    assert "ساعات العمل" in drawn


def test_a_website_button_s1_12(page):
    """S1-12"""
    page.saves(
        closed_hours__is_on="on",
        closed_hours__shape="link",
        closed_hours__text="We are closed",
        closed_hours__label="Visit our shop",
        closed_hours__url="https://hafen.example",
        closed_hours__header_type="text",
        closed_hours__header_text="Good night",
        closed_hours__footer="Hafen & Co",
    )

    assert page.row("closed_hours").content == {
        "text": "We are closed",
        "label": "Visit our shop",
        "url": "https://hafen.example",
        "header": {"type": "text", "text": "Good night"},
        "footer": "Hafen & Co",
    }


LIST = {
    "queue__shape": "list",
    "queue__text": "What is it about?",
    "queue__list_button": "Choose",
    "queue__row_title": ["Parcel", "Return", "Invoice"],
    "queue__row_description": ["Where it is", "", ""],
    "queue__row_section": ["Orders", "", "Other"],
}


def test_a_list_in_sections_s1_12(page):
    """S1-12"""
    page.saves(queue__is_on="on", queue__says_position="on", **LIST)

    row = page.row("queue")
    sections = row.content["sections"]
    titles = [(section["title"], [line["title"] for line in section["rows"]]) for section in sections]
    assert titles == [("Orders", ["Parcel", "Return"]), ("Other", ["Invoice"])]
    assert row.says_position
    assert "What is it about?" in page.html()


@pytest.mark.parametrize("media", ["image", "video", "document"])
def test_the_header_of_a_list_is_none_or_text_s1_13(page, media):
    """S1-13"""
    words = page.refused(queue__is_on="on", queue__header_type=media, **LIST)
    assert words == {"queue-header_type": "The header of a list can only be text."}

    assert page.saves(queue__is_on="on", queue__header_type="text", queue__header_text="Hi", **LIST).status_code == 302


def test_buttons_may_have_a_picture_above_s1_13(page):
    """S1-13 is a rule of lists alone."""
    fields = {"welcome__shape": "buttons", "welcome__text": "Hi", "welcome__button_title": ["Yes"]}
    page.saves(welcome__is_on="on", welcome__header_type="image", welcome__file=picture(), **fields)

    row = page.row("welcome")
    assert row.content["header"]["type"] == "image"
    assert row.attachment.kind == "image"


# --- What is refused, in place ---

TOO_LONG = {
    "text": ({"shape": "text", "text": "x" * 4097}, "text"),
    "empty": ({"shape": "text", "text": "  "}, "text"),
    "null": ({"shape": "text", "text": "a\x00b"}, "text"),
    "button": ({"shape": "buttons", "text": "Hi", "button_title": ["", "x" * 21]}, "button_title"),
    "same buttons": ({"shape": "buttons", "text": "Hi", "button_title": ["Yes", "Yes"]}, "button_title"),
    "no button": ({"shape": "buttons", "text": "Hi"}, "button_title"),
    "four buttons": ({"shape": "buttons", "text": "Hi", "button_title": ["a", "b", "c", "d"]}, "button_title"),
    "long words over buttons": ({"shape": "buttons", "text": "x" * 1025, "button_title": ["a"]}, "text"),
    "footer": ({"shape": "buttons", "text": "Hi", "button_title": ["a"], "footer": "x" * 61}, "footer"),
    "header": (
        {"shape": "buttons", "text": "Hi", "button_title": ["a"], "header_type": "text", "header_text": "x" * 61},
        "header_text",
    ),
    "empty header": ({"shape": "buttons", "text": "Hi", "button_title": ["a"], "header_type": "text"}, "header_text"),
    "no label": ({"shape": "link", "text": "Hi", "url": "https://a.example"}, "label"),
    "long label": ({"shape": "link", "text": "Hi", "label": "x" * 21, "url": "https://a.example"}, "label"),
    "no address": ({"shape": "link", "text": "Hi", "label": "Go", "url": "javascript:alert(1)"}, "url"),
    "no rows": ({"shape": "list", "text": "Hi", "list_button": "Go"}, "row_title"),
    "no list button": ({"shape": "list", "text": "Hi", "row_title": ["a"]}, "list_button"),
    "eleven rows": (
        {"shape": "list", "text": "Hi", "list_button": "Go", "row_title": list("abcdefghijk")},
        "row_title",
    ),
    "long row": ({"shape": "list", "text": "Hi", "list_button": "Go", "row_title": ["a", "x" * 25]}, "row_title"),
    "long description": (
        {"shape": "list", "text": "Hi", "list_button": "Go", "row_title": ["a"], "row_description": ["x" * 73]},
        "row_description",
    ),
    "second section unnamed": (
        {"shape": "list", "text": "Hi", "list_button": "Go", "row_title": ["a", "b"], "row_section": ["", "x" * 25]},
        "row_section",
    ),
    "no file": ({"shape": "media", "text": "Hi"}, "file"),
    "no header file": ({"shape": "buttons", "text": "Hi", "button_title": ["a"], "header_type": "image"}, "file"),
    "long caption": ({"shape": "media", "text": "x" * 1025, "file": "a picture"}, "text"),
}


@pytest.mark.parametrize("kind", ["welcome", "closed_hours"])
@pytest.mark.parametrize("fields, wrong", TOO_LONG.values(), ids=TOO_LONG)
def test_what_whatsapp_would_refuse_is_said_beside_its_field(page, kind, fields, wrong):
    if fields.get("file"):
        fields = {**fields, "file": picture()}
    answer = page.saves(**{f"{kind}__is_on": "on"}, **{f"{kind}__{name}": value for name, value in fields.items()})

    form = answer.context["page"].panels[kind]
    assert list(form.errors) == [wrong]
    assert form.errors[wrong][0] in answer.content.decode().replace("&#x27;", "'").replace("&quot;", '"')
    assert not Automation.objects.exists()


def test_the_line_that_is_meant_is_the_one_that_is_marked(page):
    answer = page.saves(queue__is_on="on", **{**LIST, "queue__row_title": ["Parcel", "x" * 25, "Invoice"]})

    marks = answer.context["page"].panels["queue"].marks
    assert list(marks) == [("row_title", 1)]


TIMES = [
    ("0", "minutes", "At least 1 minute."),
    ("0", "hours", "At least 1 minute."),
    ("-5", "minutes", "Enter a whole number, for example 15."),
    ("1.5", "hours", "Enter a whole number, for example 15."),
    ("soon", "minutes", "Enter a whole number, for example 15."),
    ("73", "hours", "At most 72 hours."),
    ("4321", "minutes", "At most 72 hours."),
    ("9" * 40, "minutes", "Enter a whole number, for example 15."),
    ("", "minutes", "How long? Enter a number of minutes or hours."),
]


@pytest.mark.parametrize("kind", ["reminder", "auto_close"])
@pytest.mark.parametrize("amount, unit, words", TIMES)
def test_times_outside_a_minute_and_72_hours_are_refused_in_place_s1_33_s1_41(page, kind, amount, unit, words):
    """S1-33, S1-41"""
    fields = {f"{kind}__is_on": "on", f"{kind}__amount": amount, f"{kind}__unit": unit, "reminder__text": "Wait"}
    answer = page.saves(**fields)

    assert answer.context["page"].panels[kind].errors["amount"] == [words]
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    "amount, unit, minutes", [("1", "minutes", 1), ("72", "hours", 4320), ("4320", "minutes", 4320)]
)
def test_a_minute_and_72_hours_are_taken_s1_36_s1_41(page, amount, unit, minutes):
    """S1-36, S1-41"""
    page.saves(auto_close__is_on="on", auto_close__amount=amount, auto_close__unit=unit)

    assert page.row("auto_close").minutes == minutes


@pytest.mark.parametrize("typed, seconds", [("90", 90), ("0", 0), ("", 60), ("3601", None), ("a while", None)])
def test_how_long_the_waiting_reply_is_held_after_a_welcome_is_set_per_number(page, typed, seconds):
    answer = page.saves(welcome__is_on="on", welcome__text="Ahoy", welcome__hold_seconds=typed)

    if seconds is None:
        assert "Enter a number of seconds up to 3600." in answer.content.decode()
        assert not Automation.objects.exists()
    else:
        assert page.row("welcome").hold_seconds == seconds


def test_24_hours_are_recommended_s1_42(page):
    """S1-42"""
    assert page.looks().context["page"].panels["auto_close"].waits == "24 hours"
    assert "24 hours are recommended" in page.html()


# --- Files ---


def test_a_broken_upload_leaves_the_draft(page):
    answer = page.uploads("welcome", SimpleUploadedFile("song.xyz", b"\x00\x01\x02", "audio/x-unknown"))

    assert answer.status_code == 400
    assert "WhatsApp does not carry this type of file" in answer.content.decode()
    assert not Attachment.objects.exists()


def test_a_file_that_came_with_a_refused_page_is_still_there_at_the_next_try(page):
    fields = {"welcome__is_on": "on", "welcome__shape": "media", "welcome__text": "x" * 1025}
    page.saves(welcome__file=picture(), **fields)
    file = Attachment.objects.get()
    shown = page.saves(welcome__file_id=file.pk, **fields).content.decode()

    assert f'name="welcome-file_id" value="{file.pk}"' in shown
    page.saves(**{**fields, "welcome__text": "Short", "welcome__file_id": file.pk})
    assert page.row("welcome").attachment_id == file.pk


def test_the_file_of_an_automation_is_not_forgotten_and_a_replaced_one_is(page):
    def saves(file):
        page.saves(welcome__is_on="on", welcome__shape="media", welcome__file=file)
        return page.row("welcome").attachment_id

    first, second = saves(picture()), saves(picture("other.png"))
    for file in Attachment.objects.all():
        factories.moved_back(file, days=2)
    forget_unsent()

    assert list(Attachment.objects.values_list("pk", flat=True)) == [second]
    assert first != second


def test_sound_and_files_of_others_are_not_taken(page):
    theirs = Attachment.objects.create(
        token="5f0c2f0e-7e0c-4c57-9d3e-1d1a3c7a7c11", status="stored", kind="image", uploaded_by=factories.make_agent()
    )
    fields = {"welcome__is_on": "on", "welcome__shape": "media", "welcome__file_id": theirs.pk}

    assert page.refused(**fields) == {"welcome-file": "Choose a picture, a video or a document."}
    assert page.refused(**{**fields, "welcome__file_id": "1 or 1=1"})["welcome-file"]


def test_the_header_wants_a_file_of_its_kind(page):
    fields = {"welcome__shape": "buttons", "welcome__text": "Hi", "welcome__button_title": ["Yes"]}
    words = page.refused(welcome__is_on="on", welcome__header_type="video", welcome__file=picture(), **fields)

    assert words == {"welcome-file": "This is a picture; here a video is needed."}


def test_file_and_words_are_judged_together(page):
    fields = {"welcome__shape": "buttons", "welcome__text": "Hi", "welcome__button_title": ["x" * 21]}

    words = page.refused(welcome__is_on="on", welcome__header_type="image", **fields)
    assert sorted(words) == ["welcome-button_title", "welcome-file"]


def test_another_admin_sees_the_picture(client, page):
    page.saves(welcome__is_on="on", welcome__shape="media", welcome__file=picture())
    token = page.row("welcome").attachment.token
    colleague = Page(client, page.number)

    assert colleague.http.get(f"/files/{token}/").status_code == 200
    colleague.http.force_login(factories.make_agent(), backend="django.contrib.auth.backends.ModelBackend")
    assert colleague.http.get(f"/files/{token}/").status_code == 404


# --- Survey ---


def test_the_words_of_the_survey_and_of_its_button_are_configured_s1_47_s1_49(page):
    """S1-47, S1-49"""
    template = MessageTemplate.objects.create(
        account=page.number.account, name="survey", language="en", status="APPROVED"
    )
    page.saves(
        survey__is_on="on",
        survey__text="How did we *do*?",
        survey__list_button="Tell us",
        survey__thanks="Cheers!",
        survey__every_days="30",
        survey__message_template=template.pk,
    )

    row = page.row("survey")
    assert row.content == {"text": "How did we *do*?", "button": "Tell us"}
    assert (row.thanks, row.every_days, row.message_template) == ("Cheers!", 30, template)


@pytest.mark.parametrize(
    "field, value",
    [
        ("text", ""),
        ("text", "x" * 1025),
        ("list_button", ""),
        ("list_button", "x" * 21),
        ("thanks", "x" * 4097),
        ("every_days", "0"),
        ("every_days", "often"),
        ("every_days", "99999"),
    ],
)
def test_survey_words_beyond_their_limits_are_refused_in_place(page, field, value):
    assert list(page.refused(survey__is_on="on", **{f"survey__{field}": value})) == [f"survey-{field}"]


def test_the_five_answers_are_fixed_s1_48(page):
    """S1-48"""
    drawn = page.previews("survey")
    order = [drawn.index(f">{words}<") for words in ("Neutral", "Dissatisfied", "Very dissatisfied")]

    assert order == sorted(order)
    assert drawn.count("<i></i>") == 5
    assert 'name="survey-row_title"' not in page.html()


def test_only_approved_templates_of_this_account_are_offered(page):
    other = factories.make_number("Lisbon")
    for account, name, status in [
        (page.number.account, "fine", "APPROVED"),
        (page.number.account, "pending", "PENDING"),
        (other.account, "foreign", "APPROVED"),
    ]:
        MessageTemplate.objects.create(account=account, name=name, language="en", status=status)
    shown = page.html()

    assert "fine (en)" in shown
    assert "pending (en)" not in shown
    foreign = MessageTemplate.objects.get(name="foreign")
    assert "survey-message_template" in page.refused(survey__is_on="on", survey__message_template=foreign.pk)


def test_a_survey_template_that_cannot_be_filled_for_everybody_is_refused_in_place(page):
    buttons = [{"type": "QUICK_REPLY", "text": words} for words in ("Good", "So so", "Bad", "Awful")]
    template = MessageTemplate.objects.create(
        account=page.number.account,
        name="survey",
        language="en",
        status="APPROVED",
        components=[{"type": "BODY", "text": "How was it?"}, {"type": "BUTTONS", "buttons": buttons}],
    )

    words = page.refused(survey__is_on="on", survey__message_template=template.pk)["survey-message_template"]
    assert "needs two, three or five buttons" in words


@pytest.mark.parametrize("amount, warns", [("22", False), ("23", True), ("24", True)])
def test_an_auto_close_of_23_hours_or_more_warns_that_surveys_come_too_late(page, amount, warns):
    fields = {
        "survey__is_on": "on",
        "auto_close__is_on": "on",
        "auto_close__amount": amount,
        "auto_close__unit": "hours",
    }
    drawn = page.previews("survey", **fields)

    assert ("the survey cannot go out" in drawn) is warns
    page.saves(**fields)
    assert ("the survey cannot go out" in page.html()) is warns


# --- Business hours ---


def test_a_week_with_several_spans_a_day_and_days_off_is_saved(page):
    page.saves(
        hours__is_on="on",
        hours__time_zone="Asia/Kathmandu",
        hours__opens_0=["13:00", "09:00"],
        hours__closes_0=["18:00", "12:00"],
        hours__opens_5=["22:00"],
        hours__closes_5=["00:00"],
        hours__holiday_day=["2026-12-25", ""],
        hours__holiday_name=["Christmas", ""],
    )

    hours = BusinessHours.objects.get(number=page.number)
    plan = [(span.weekday, f"{span.opens_at:%H:%M}", f"{span.closes_at:%H:%M}") for span in hours.opening_times.all()]
    assert plan == [(0, "09:00", "12:00"), (0, "13:00", "18:00"), (5, "22:00", "00:00")]
    assert [(f"{day.day}", day.name) for day in hours.holidays.all()] == [("2026-12-25", "Christmas")]
    assert (hours.is_on, hours.time_zone) == (True, "Asia/Kathmandu")
    assert "Mon 09:00–12:00 and 13:00–18:00, Sat 22:00–24:00, Asia/Kathmandu, 1 day off" in page.html()


@pytest.mark.parametrize(
    "fields, wrong, words",
    [
        ({"opens_1": ["18:00"], "closes_1": ["09:00"]}, "opens_1", "It must close after it opens."),
        ({"opens_1": ["09:00"], "closes_1": ["09:00"]}, "opens_1", "It must close after it opens."),
        ({"opens_1": ["09:00"], "closes_1": [""]}, "opens_1", "Enter both times."),
        ({"opens_1": ["late"], "closes_1": ["10:00"]}, "opens_1", "Enter both times."),
        ({"opens_1": ["09:00", "11:00"], "closes_1": ["12:00", "15:00"]}, "opens_1", "This overlaps another time"),
        ({"opens_1": ["09:00", "11:00"], "closes_1": ["00:00", "12:00"]}, "opens_1", "This overlaps another time"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Choose a time zone from the list."),
        ({"holiday_day": ["31.12."], "holiday_name": ["x"]}, "holiday_day", "Choose a date."),
        ({"holiday_day": ["2026-12-25"] * 2}, "holiday_day", "This day is there already."),
        ({}, "is_on", "Enter when you are open"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_place(page, fields, wrong, words):
    answer = page.saves(hours__is_on="on", **{f"hours__{name}": value for name, value in fields.items()})

    assert answer.context["page"].hours.errors[wrong][0].startswith(words)
    assert words in answer.content.decode()
    assert not BusinessHours.objects.exists()


def test_a_reply_outside_hours_that_are_never_closed_says_that_it_is_never_sent(page):
    page.saves(closed_hours__is_on="on", closed_hours__text="We are closed")

    assert "Always open, so the reply is never sent" in page.html()


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
