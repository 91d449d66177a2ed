"""The editor of a message on a number's page: its types, its files, and what is refused in place."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from automation.models import Automation
from inbox.media import forget_unsent
from inbox.models import Attachment
from tests import factories
from tests.automation.admin_page import Page, pdf, picture

pytestmark = pytest.mark.django_db
REPLIES = ["welcome", "unassigned", "queue", "closed_hours", "reminder"]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def page(client, berlin):
    return Page(client, berlin)


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
