"""A supervisor reads how satisfied customers were, narrows it, takes it away, and sees the answer beside its thread."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from automation.models import Survey, SurveyAnswer
from tests.automation.asking import make_answer
from tests.browser.stage import NARROW
from tests.factories import make_contact, make_tag

pytestmark = pytest.mark.browser


@pytest.fixture
def answers(stage):
    """Ada: 5 and 4 in Berlin, 1 with a comment in the other number; one survey is not answered."""
    SurveyAnswer.objects.all().delete()
    Survey.objects.all().delete()
    berlin, other = stage.numbers
    ada = stage.make_agent("Ada Okafor")
    vip = make_tag(f"VIP {ada.pk}")
    return [
        make_answer(berlin, 5, agent=ada, days_ago=1, tags=[vip], contact=make_contact("Amira Haddad")),
        make_answer(berlin, 4, agent=ada, days_ago=2, contact=make_contact("Luis Ortega")),
        make_answer(other, 1, agent=ada, days_ago=3, comment="I waited for a week", contact=make_contact("Nia Mensah")),
        make_answer(berlin, 0, agent=ada, days_ago=1, answered=False),
    ]


@pytest.fixture
def sofia(stage, answers):
    page = stage.agent("Sofia", role="supervisor")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Reports").click()
    expect(page.get_by_role("link", name="Satisfaction")).to_have_attribute("aria-current", "page")
    return page


def figure(page, name):
    return page.locator(".key-figures .card").filter(has_text=name).locator(".key-figure")


def choice(page, name):
    return page.get_by_role("combobox", name=name)


def day(page, name):
    return page.locator(".report-filters label").filter(has_text=re.compile(f"^{name}$")).locator("input")


def test_figures_charts_and_answers_follow_the_filters(stage, sofia, answers):
    expect(figure(sofia, "Satisfied")).to_have_text("67%")
    expect(figure(sofia, "Answered the survey")).to_have_text("75%")
    expect(sofia.get_by_role("img", name=re.compile("^Answers by day"))).to_be_visible()
    choice(sofia, "Number").select_option(label=stage.numbers[0].name)
    expect(figure(sofia, "Satisfied")).to_have_text("100%")
    expect(sofia.get_by_text("I waited for a week")).to_have_count(0)
    expect(sofia).to_have_url(re.compile(f"number={stage.numbers[0].pk}"))
    sofia.reload()
    expect(figure(sofia, "Satisfied")).to_have_text("100%")


def test_days_are_chosen_by_hand(sofia):
    expect(day(sofia, "From")).to_be_hidden()
    choice(sofia, "Period").select_option(label="Chosen days")
    day(sofia, "From").fill("2020-01-01")
    day(sofia, "To").fill("2020-01-31")
    day(sofia, "To").dispatch_event("change")
    expect(sofia.get_by_text("No answers in these days")).to_be_visible()
    expect(sofia.get_by_role("heading", name="1 January to 31 January 2020")).to_be_visible()


def test_the_chart_is_a_table_too(sofia):
    sofia.get_by_text("Show as a table").click()
    expect(sofia.get_by_role("columnheader", name="Dissatisfied")).to_be_visible()


def test_what_stands_on_the_page_can_be_taken_away(sofia):
    choice(sofia, "Number").select_option(index=2)
    expect(figure(sofia, "Satisfied")).to_have_text("0%")
    with sofia.expect_download() as download:
        sofia.get_by_role("link", name="Download as CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["Score"], row["Comment"], row["Customer"]) for row in rows] == [
        ("1", "I waited for a week", "Nia Mensah")
    ]


def test_an_answer_leads_to_its_conversation_which_shows_it_beside_the_thread(sofia):
    sofia.get_by_role("link", name="Nia Mensah").click()
    details = sofia.get_by_role("complementary", name="Details of Nia Mensah")
    expect(details.get_by_role("heading", name="Satisfaction")).to_be_visible()
    expect(details.get_by_role("img", name="1 of 5")).to_be_visible()
    expect(details.get_by_text("I waited for a week")).to_be_visible()


def test_the_panel_beside_the_thread_follows_what_happens(stage, answers):
    nia = stage.customer("Nia")
    nia.writes("Where is it?")
    conversation = stage.conversation_of(nia)
    page = stage.agent("Mira", role="supervisor", at=f"/inbox/c/{conversation.pk}/")
    heading = page.locator("#details").get_by_role("heading", name="Satisfaction")
    expect(page.locator("#details")).to_be_visible()
    expect(heading).to_be_hidden()
    rows = {"number": conversation.thread.number, "contact": conversation.thread.contact}
    SurveyAnswer.objects.create(conversation=conversation, score=4, **rows)
    nia.writes("Thank you")
    expect(heading).to_be_visible()
    expect(page.locator("#details").get_by_role("img", name="4 of 5")).to_be_visible()


def test_nothing_is_wider_than_a_phone(stage, answers):
    page = stage.agent("Sofia", role="supervisor", see=NARROW, at="/reports/satisfaction/")
    expect(figure(page, "Satisfied")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_agents_have_no_entry(stage, answers):
    page = stage.agent("Omar")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    expect(page.get_by_role("link", name="Reports")).to_have_count(0)
