"""An admin configures all that a number does by itself, with the customer's phone beside each panel."""

import re

import pytest
from playwright.sync_api import expect

from automation.models import Automation, MetaCopy
from tests.browser.automation_page import choose, panel, phone, picture, save, turn_on, write, write_everything

pytestmark = pytest.mark.browser


def test_s1_3_an_admin_writes_all_sees_each_on_the_phone_and_saves_once(stage, ada, number):
    """S1-3, S1-43"""
    write_everything(ada)

    expect(phone(panel(ada, "welcome")).locator(".bold")).to_have_text("Ahoy!")
    expect(phone(panel(ada, "welcome")).locator("img.wa-picture")).to_be_visible()
    expect(phone(panel(ada, "ice_breakers"))).to_contain_text("Opening hours")
    expect(phone(panel(ada, "unassigned"))).to_contain_text("Call me back")
    expect(phone(panel(ada, "queue"))).to_contain_text("About 3 before you.")
    expect(phone(panel(ada, "closed_hours"))).to_contain_text("Visit our shop")
    expect(panel(ada, "closed_hours").locator(".au-summary")).to_contain_text("Mon to Fri 09:00–18:00, Europe/Berlin")
    expect(panel(ada, "reminder").locator(".au-state")).to_have_text("On · after 5 minutes")
    expect(panel(ada, "auto_close").locator(".au-summary")).to_contain_text("Closes after 30 minutes")
    expect(phone(panel(ada, "survey"))).to_contain_text("Tell us")
    expect(ada.get_by_text("Not saved yet")).to_be_visible()
    assert not Automation.objects.filter(is_on=True).exists()

    save(ada)
    expect(ada.get_by_text("Saved. On: Welcome message, Ice breakers")).to_be_visible()
    assert Automation.objects.filter(number=number, is_on=True).count() == len(Automation.Kind)
    expect(ada.get_by_text("Not saved yet")).to_be_hidden()


def test_what_is_wrong_is_said_in_place_and_everything_typed_and_uploaded_stays(stage, ada, number):
    write_everything(ada)
    questions = panel(ada, "ice_breakers")
    questions.get_by_label("Question", exact=True).nth(1).fill("Hello 👋")
    panel(ada, "reminder").locator("[name=reminder-amount]").fill("0")
    close = panel(ada, "auto_close")
    close.locator("[name=auto_close-amount]").fill("73")
    close.get_by_label("Unit").select_option("hours")
    panel(ada, "queue").get_by_label("Header", exact=True).select_option("image")
    save(ada)

    expect(ada.get_by_role("alert")).to_contain_text("Nothing was saved. 4 things need a change")
    expect(questions).to_contain_text("Ice breakers cannot hold emoji.")
    expect(panel(ada, "reminder")).to_contain_text("At least 1 minute.")
    expect(close).to_contain_text("At most 72 hours.")
    expect(panel(ada, "queue")).to_contain_text("The header of a list can only be text.")
    expect(questions.get_by_label("Question", exact=True).nth(1)).to_be_focused()
    welcome = panel(ada, "welcome")
    expect(welcome.locator(".au-summary")).to_contain_text("Ahoy!")
    welcome.locator("summary").click()
    expect(welcome.locator(".au-kept")).to_contain_text("ship.png")
    assert not Automation.objects.filter(is_on=True).exists()

    questions.get_by_label("Question", exact=True).nth(1).fill("Hello")
    panel(ada, "reminder").locator("[name=reminder-amount]").fill("5")
    close.get_by_label("Unit").select_option("minutes")
    panel(ada, "queue").get_by_label("Header", exact=True).select_option("")
    save(ada)
    expect(ada.get_by_text("Saved. On: Welcome message")).to_be_visible()
    assert Automation.objects.get(kind="welcome").attachment.is_kept


def test_s1_16_a_fifth_question_is_refused_as_it_is_added(ada):
    """S1-16"""
    questions = turn_on(ada, "ice_breakers")
    add = questions.get_by_role("button", name="Add a question")
    for _ in range(4):
        add.click()

    expect(questions).to_contain_text("WhatsApp shows up to four ice breakers.")
    expect(questions.get_by_label("Question", exact=True)).to_have_count(4)
    questions.get_by_role("button", name="Remove this question").first.click()
    expect(questions.get_by_label("Question", exact=True)).to_have_count(3)
    expect(questions.get_by_text("WhatsApp shows up to four ice breakers.")).to_be_hidden()


def test_a_broken_upload_leaves_the_draft(stage, ada):
    welcome = turn_on(ada, "welcome")
    choose(welcome, "File with text")
    write(welcome, "Look at this")
    welcome.locator("input[type=file]").set_input_files(picture())
    expect(welcome.locator(".au-kept")).to_contain_text("ship.png")
    song = {"name": "song.xyz", "mimeType": "application/octet-stream", "buffer": b"\x00\x01\x02"}
    welcome.locator("input[type=file]").set_input_files(song)

    expect(welcome.get_by_role("alert")).to_contain_text("does not carry this type of file")
    expect(welcome.locator(".au-kept")).to_contain_text("ship.png")
    ada.context.set_offline(True)
    welcome.locator("input[type=file]").set_input_files(picture())
    expect(welcome.get_by_role("alert")).to_contain_text("The connection broke.")
    ada.context.set_offline(False)
    expect(welcome.get_by_label("Message", exact=True)).to_have_value("Look at this")


def test_s1_10_marks_and_emoji_go_where_the_cursor_is(ada):
    """S1-10"""
    welcome = turn_on(ada, "welcome")
    write(welcome, "Ahoy")
    words = welcome.get_by_label("Message", exact=True)
    words.select_text()
    welcome.get_by_role("button", name="Bold").click()
    expect(words).to_have_value("*Ahoy*")
    words.press("End")
    welcome.get_by_role("button", name="Emoji").click()
    ada.get_by_role("button", name=re.compile("^waving hand$", re.IGNORECASE)).first.click()
    expect(words).to_have_value("*Ahoy*👋")
    expect(phone(welcome).locator(".bold")).to_have_text("Ahoy")


def test_ice_breakers_reach_meta_and_the_page_says_so_by_itself(stage, ada, number):
    questions = turn_on(ada, "ice_breakers")
    questions.get_by_label("Question", exact=True).fill("Where is my parcel?")
    save(ada)
    panel(ada, "ice_breakers").locator("summary").click()

    expect(panel(ada, "ice_breakers")).to_contain_text("Meta has the same.")
    assert MetaCopy.objects.get(number=number).prompts == ["Where is my parcel?"]


def test_an_unsaved_page_asks_before_it_is_left(ada):
    write(turn_on(ada, "welcome"), "Ahoy")
    asked = []
    ada.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    ada.get_by_role("link", name="Home", exact=True).first.click()
    ada.wait_for_url("**/admin/")

    assert asked == ["beforeunload"]
