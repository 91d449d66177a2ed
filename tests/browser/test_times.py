"""What is due shows in the conversation, counts down by itself, and is right without a reload."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from automation.models import Automation
from inbox.models import Timer
from tests.browser.stage import NARROW, bubble, button, reply, row, thread
from tests.moving import move_back

pytestmark = pytest.mark.browser


@pytest.fixture
def automated(stage):
    """Both numbers close by themselves after 3 hours and remind after 12 minutes."""
    kinds = {
        "auto_close": {"minutes": 180},
        "reminder": {"minutes": 12, "content_kind": "text", "content": {"text": "Soon"}},
    }
    for number in stage.numbers:
        for kind, fields in kinds.items():
            Automation.objects.create(number=number, kind=kind, is_on=True, **fields)
    yield stage
    Automation.objects.all().delete()


def deadline(page):
    return page.locator("#thread-head .deadline")


def panel(page):
    return page.get_by_role("complementary").locator("section").filter(has_text="Automation")


def answers(page, words):
    reply(page).fill(words)
    reply(page).press("Enter")
    expect(bubble(page, words)).to_be_visible()


def test_the_head_says_when_it_closes_from_the_answer_on_and_when_a_reminder_goes_out_from_the_next_word_on(automated):
    mira, nia = automated.agent("Mira"), automated.customer("Nia")
    nia.writes("Where is my parcel?")
    row(mira, nia).click()
    expect(deadline(mira)).to_contain_text("reminder in 12 min")
    answers(mira, "It left Hamburg today")
    expect(deadline(mira)).to_contain_text("closes in 3 h")
    nia.writes("And when will it be here?")
    expect(deadline(mira)).to_contain_text("reminder in 12 min")
    button(mira, "Close").click()
    expect(deadline(mira)).to_have_count(0)


def test_the_panel_says_what_is_due_and_why_something_was_not_sent(automated):
    mira, nia = automated.agent("Mira"), automated.customer("Nia")
    nia.writes("Where is my parcel?")
    row(mira, nia).click()
    expect(panel(mira)).to_contain_text("Reminder in 12 min")
    answers(mira, "It left Hamburg today")
    expect(panel(mira)).to_contain_text("Closes in 3 h")
    expect(panel(mira)).to_contain_text("Reminder not sent")
    expect(panel(mira).locator("time[data-format=countdown]")).to_have_attribute("title", re.compile(r"\d\d:\d\d"))
    expect(panel(mira).get_by_role("link", name="All decisions")).to_have_count(0)


def test_the_last_minute_is_counted_in_seconds_without_anything_happening(automated):
    mira, nia = automated.agent("Mira"), automated.customer("Nia")
    nia.writes("Where is my parcel?")
    row(mira, nia).click()
    answers(mira, "It left Hamburg today")
    expect(deadline(mira)).to_contain_text("closes in 3 h")
    mira.clock.install()
    due = Timer.objects.get(conversation=automated.conversation_of(nia), kind="auto_close").due_at
    mira.clock.pause_at(due - timedelta(seconds=40))
    expect(deadline(mira)).to_contain_text("closes in 40 s")
    mira.clock.run_for(5_000)
    expect(deadline(mira)).to_contain_text("closes in 35 s")


def test_s1_35_when_the_time_is_over_it_closes_before_the_agents_eyes_with_a_line_that_says_why(automated):
    mira, nia = automated.agent("Mira"), automated.customer("Nia")
    nia.writes("Where is my parcel?")
    row(mira, nia).click()
    answers(mira, "It left Hamburg today")
    expect(deadline(mira)).to_contain_text("closes in 3 h")
    move_back(automated.conversation_of(nia), hours=4)
    expect(thread(mira)).to_contain_text("Closed")
    expect(deadline(mira)).to_have_count(0)
    expect(panel(mira)).to_contain_text("Closed: no word for 3 hours")


def test_another_time_that_an_admin_saves_is_right_on_open_screens_too(automated):
    mira, nia = automated.agent("Mira"), automated.customer("Nia")
    nia.writes("Where is my parcel?")
    row(mira, nia).click()
    answers(mira, "It left Hamburg today")
    expect(deadline(mira)).to_contain_text("closes in 3 h")
    number_id = automated.conversation_of(nia).thread.number_id
    ada = automated.agent("Ada", role="admin", at=f"/admin/whatsapp/number/{number_id}/automation#auto_close")
    ada.locator("[name=auto_close-amount]").fill("5")
    button(ada, "Save").click()
    expect(deadline(mira)).to_contain_text("closes in 5 h")


def test_on_a_phone_the_deadline_stands_before_the_window(automated):
    mira, nia = automated.agent("Mira", see=NARROW), automated.customer("Nia")
    nia.writes("Where is my parcel?")
    row(mira, nia).click()
    answers(mira, "It left Hamburg today")
    expect(deadline(mira)).to_be_visible()
    expect(deadline(mira)).to_be_in_viewport()
