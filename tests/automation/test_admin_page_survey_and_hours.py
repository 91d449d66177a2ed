"""The survey and the business hours on a number's page."""

import pytest

from automation.models import BusinessHours
from tests import factories
from tests.automation.admin_page import Page
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, berlin):
    return Page(client, berlin)


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


def test_a_days_hours_are_copied_to_where_the_button_says(page):
    html = page.html()
    assert "Copy Monday to the following days up to Friday" in html
    assert "Copy Friday to Saturday and Sunday" in html
    assert "Copy Saturday to Sunday" in html
    assert "Copy Sunday" not in html
