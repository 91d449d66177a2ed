"""The main job in the browser: a word arrives, is claimed, answered, passed on and closed, live on every screen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.stage import NARROW, bubble, button, folder, reply, row, thread

pytestmark = pytest.mark.browser


def test_a_word_arrives_without_reload_is_answered_with_enter_and_its_ticks_turn(stage):
    mira = stage.agent("Mira")
    nia = stage.customer("Nia")
    nia.writes("Where is my parcel?")
    row(mira, nia).click()
    expect(bubble(mira, "Where is my parcel?")).to_be_visible()
    reply(mira).fill("It left Hamburg today")
    reply(mira).press("Enter")
    expect(reply(mira)).to_have_value("")
    answer = bubble(mira, "It left Hamburg today")
    expect(answer.get_by_role("img", name="Delivered")).to_be_visible()
    nia.opens_chat()
    expect(answer.get_by_role("img", name="Read")).to_be_visible()
    expect(answer).to_have_count(1)
    assert [message["body"]["body"] for message in nia.messages()][-1] == "It left Hamburg today"
    assert stage.sandbox.doubles() == {}


def test_s1_30_a_waiting_word_is_claimed_from_the_queue_in_a_second_browser_and_leaves_the_others(stage):
    stage.hand_out("manual")
    mira, tiago = stage.agent("Mira"), stage.agent("Tiago")
    nia = stage.customer("Nia")
    nia.writes("Where is my parcel?")
    for page in (mira, tiago):
        folder(page, "Unassigned").click()
        page.get_by_role("navigation", name="Inside this folder").get_by_role("link", name=re.compile("Others")).click()
        row(page, nia).click()
    button(mira, "Claim").click()
    expect(mira.get_by_text("yours")).to_be_visible()
    expect(tiago.get_by_text("with Mira")).to_be_visible()
    expect(row(tiago, nia)).to_have_count(0)
    folder(mira, "Mine").click()
    expect(row(mira, nia)).to_be_visible()


def test_s1_29_at_the_limit_a_bar_leads_to_the_queue_and_one_of_it_is_taken(stage):
    mira = stage.agent("Mira", limit=1)
    nia, omar = stage.customer("Nia"), stage.customer("Omar")
    nia.writes("First")
    expect(row(mira, nia)).to_be_visible()
    expect(mira.get_by_role("link", name="in queue")).to_be_hidden()
    omar.writes("Second")
    mira.get_by_role("link", name="1 person in queue").click()
    row(mira, omar).click()
    button(mira, "Claim").click()
    folder(mira, "Mine").click()
    expect(row(mira, nia)).to_be_visible()
    expect(row(mira, omar)).to_be_visible()


def test_s1_27_closing_brings_the_head_of_the_queue_at_once_and_closing_is_undone(stage):
    mira = stage.agent("Mira", limit=1)
    nia, omar = stage.customer("Nia"), stage.customer("Omar")
    nia.writes("First")
    row(mira, nia).click()
    omar.writes("Second")
    expect(mira.get_by_role("link", name="1 person in queue")).to_be_visible()
    button(mira, "Close").click()
    expect(row(mira, omar)).to_be_visible()
    expect(row(mira, nia)).to_have_count(0)
    button(mira, "Undo").click()
    expect(row(mira, nia)).to_be_visible()
    expect(mira.get_by_text("yours")).to_be_visible()


def test_a_transfer_appears_live_at_the_colleagues(stage):
    mira = stage.agent("Mira")
    nia = stage.customer("Nia")
    nia.writes("Where is my parcel?")
    row(mira, nia).click()
    tiago = stage.agent("Tiago")
    expect(thread(mira)).to_be_visible()
    button(mira, "Transfer").click()
    mira.get_by_role("group", name="Transfer to").get_by_role("button", name=re.compile("Tiago")).click()
    expect(row(tiago, nia)).to_be_visible()
    expect(row(mira, nia)).to_have_count(0)
    row(tiago, nia).click()
    expect(thread(tiago).get_by_text("Mira transferred it to Tiago")).to_be_visible()


def test_a_colleagues_conversation_asks_before_one_writes_into_it(stage):
    mira = stage.agent("Mira")
    nia = stage.customer("Nia")
    nia.writes("Where is my parcel?")
    expect(row(mira, nia)).to_be_visible()
    sofia = stage.agent("Sofia", role="supervisor", limit=0, at="/inbox/?folder=all")
    row(sofia, nia).click()
    composer = sofia.get_by_role("form", name=re.compile("Answer"))
    expect(composer.get_by_text("is serving this conversation")).to_be_visible()
    expect(reply(sofia)).to_be_hidden()
    composer.get_by_role("button", name="Answer as helper").click()
    reply(sofia).fill("May I add something?")
    reply(sofia).press("Enter")
    expect(bubble(sofia, "May I add something?").get_by_role("img", name="Delivered")).to_be_visible()
    row(mira, nia).click()
    expect(bubble(mira, "May I add something?")).to_be_visible()
    expect(mira.get_by_text("yours")).to_be_visible()


def test_unread_is_weight_until_it_is_opened_and_can_be_marked_again(stage):
    mira = stage.agent("Mira")
    nia = stage.customer("Nia")
    nia.writes("Where is my parcel?")
    unread = mira.get_by_role("link", name=re.compile(f"^Unread, .*{nia.name}"))
    expect(unread).to_be_visible()
    row(mira, nia).click()
    expect(unread).to_have_count(0)
    button(mira, "More").click()
    mira.get_by_role("button", name="Mark as unread").click()
    expect(unread).to_be_visible()


def test_the_customer_sees_that_it_was_read_when_its_agent_looks(stage):
    mira = stage.agent("Mira")
    nia = stage.customer("Nia")
    nia.writes("Where is my parcel?")
    expect(row(mira, nia)).to_be_visible()
    stage.sandbox.waits_until_taken()
    assert nia.messages()[0]["status"] == "delivered"
    row(mira, nia).click()
    stage.installation.until(lambda: nia.messages()[0]["status"] == "read", "It was not read")


def test_on_a_phone_one_pane_is_shown_and_an_arrow_leads_back(stage):
    mira = stage.agent("Mira", see=NARROW)
    nia = stage.customer("Nia")
    nia.writes("Where is my parcel?")
    row(mira, nia).click()
    expect(bubble(mira, "Where is my parcel?")).to_be_in_viewport()
    expect(row(mira, nia)).not_to_be_in_viewport()
    expect(reply(mira)).to_be_in_viewport()
    assert mira.evaluate("document.documentElement.scrollWidth") <= 390
    mira.get_by_role("link", name="Back to the list").click()
    expect(row(mira, nia)).to_be_in_viewport()
    expect(thread(mira)).to_have_count(0)
