"""What the page does while the connection is gone, and how it catches up without a gap."""

import pytest
from playwright.sync_api import expect

from tests.browser.stage import bubble, button, reply, row

pytestmark = pytest.mark.browser

OFFLINE = "No connection. What you write is kept"


def test_while_the_network_is_gone_the_page_says_so_and_afterwards_shows_all_that_was_missed(stage, mira, nia):
    omar = stage.customer("Omar")
    mira.context.set_offline(True)
    expect(mira.get_by_text(OFFLINE)).to_be_visible()
    for number in range(3):
        nia.writes(f"Missed {number}")
    omar.writes("I am new here")
    stage.conversation_of(omar)
    mira.context.set_offline(False)
    for number in range(3):
        expect(bubble(mira, f"Missed {number}")).to_have_count(1)
    expect(row(mira, omar)).to_be_visible()
    expect(mira.get_by_text(OFFLINE)).to_be_hidden()


def test_a_killed_web_process_comes_back_and_what_was_written_meanwhile_appears(stage, mira, nia):
    stage.installation.kill("web")
    nia.writes("Anybody there?")
    expect(mira.get_by_text(OFFLINE)).to_be_visible()
    stage.installation.restore()
    expect(bubble(mira, "Anybody there?")).to_have_count(1)
    expect(mira.get_by_text(OFFLINE)).to_be_hidden()
    reply(mira).fill("Yes, here")
    reply(mira).press("Enter")
    expect(bubble(mira, "Yes, here").get_by_role("img", name="Delivered")).to_be_visible()
    assert [row["body"]["body"] for row in nia.messages()] == ["Where is my parcel?", "Anybody there?", "Yes, here"]


def test_frames_that_are_lost_with_the_broker_are_found_in_the_database(stage, mira, nia):
    stage.installation.kill("valkey")
    nia.writes("Did you get this?")
    expect(bubble(mira, "Did you get this?")).to_have_count(0)
    stage.installation.restore()
    stage.installation.until(lambda: len(stage.messages_of(nia)) == 2, "The word was not processed")
    expect(bubble(mira, "Did you get this?")).to_have_count(1)


def test_what_was_written_offline_stays_in_the_composer_and_leaves_once(stage, mira, nia):
    mira.context.set_offline(True)
    expect(mira.get_by_text(OFFLINE)).to_be_visible()
    reply(mira).fill("Written on the train")
    reply(mira).press("Enter")
    expect(reply(mira)).to_have_value("Written on the train")
    mira.context.set_offline(False)
    expect(mira.get_by_text(OFFLINE)).to_be_hidden()
    button(mira, "Send").click()
    expect(bubble(mira, "Written on the train").get_by_role("img", name="Delivered")).to_be_visible()
    assert len(nia.messages()) == 2


def test_a_draft_survives_a_reload(mira):
    reply(mira).fill("Half a sen")
    mira.reload()
    expect(reply(mira)).to_have_value("Half a sen")


def test_when_the_login_ends_elsewhere_the_page_says_so(stage, mira):
    other = mira.context.new_page()
    other.goto(f"{stage.url}/")
    other.get_by_role("button", name="You:").click()
    button(other, "Log out").click()
    dialog = other.get_by_role("dialog", name="Logging out")
    expect(dialog).to_contain_text("One conversation is yours")
    dialog.get_by_role("button", name="Log out").click()
    expect(other.get_by_role("heading", name="Log in")).to_be_visible()
    expect(mira.get_by_text("You are logged out")).to_be_visible()
