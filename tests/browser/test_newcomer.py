"""The newcomer's story: the customer on the phone page in one browser, the agent in another."""

import pytest
from playwright.sync_api import expect

from tests.browser.stage import bubble, button, folder, reply, row, thread
from tests.installation import DEMO_LOGIN

pytestmark = pytest.mark.browser

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf"
    "c0000000030001018dd9d8c30000000049454e44ae426082"
)


@pytest.fixture
def phone(stage):
    """The sandbox's page in a browser of its own."""
    page = stage.browser()
    page.goto(f"{stage.sandbox.url}/")
    return page


def pick_up(phone, customer):
    phone.get_by_role("button", name=customer.name).click()
    phone.get_by_role("button", name="Hafen & Co Berlin").click()


def write(phone, text):
    phone.get_by_role("textbox", name="Message", exact=True).fill(text)
    phone.keyboard.press("Enter")


def test_an_agent_logs_in_with_email_and_password_and_out_again(stage):
    page = stage.browser()
    page.goto(f"{stage.url}/")
    page.get_by_label("Email").fill(DEMO_LOGIN[0])
    page.get_by_label("Password").fill("something else")
    button(page, "Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not fit together")
    page.get_by_label("Password").fill(DEMO_LOGIN[1])
    button(page, "Log in").click()
    expect(page.get_by_role("navigation", name="Folders")).to_be_visible()
    page.get_by_role("button", name="You:").click()
    button(page, "Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto(f"{stage.url}/inbox/")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_a_word_a_picture_and_a_tap_reach_the_agent_and_the_answer_reaches_the_phone(stage, phone):
    stage.hand_out("manual")
    mira = stage.agent("Mira")
    nia = stage.customer("Nia")
    pick_up(phone, nia)
    write(phone, "Is my parcel there?")
    folder(mira, "Unassigned").click()
    mira.get_by_role("link", name="Others").click()
    row(mira, nia).click()
    button(mira, "Claim").click()
    expect(mira.get_by_text("yours")).to_be_visible()
    reply(mira).fill("It is. Shall we keep it for you?")
    reply(mira).press("Enter")
    expect(phone.locator(".bubble.theirs")).to_contain_text("Shall we keep it for you?")
    expect(bubble(mira, "It is. Shall we keep it").get_by_role("img", name="Read")).to_be_visible()
    phone.get_by_role("button", name="Attach").click()
    with phone.expect_file_chooser() as chooser:
        phone.get_by_role("button", name="Photo or video").click()
    chooser.value.set_files({"name": "box.png", "mimeType": "image/png", "buffer": PNG})
    expect(thread(mira).get_by_role("link", name="Open the picture large")).to_be_visible()
    mira.get_by_label("Files to attach").set_input_files(
        {"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n1 0 obj\n%%EOF"}
    )
    expect(mira.get_by_role("list", name="Files to send")).to_contain_text("receipt.pdf")
    button(mira, "Send").click()
    expect(phone.locator(".bubble.theirs").last).to_contain_text("receipt.pdf")


def test_through_a_killed_worker_nothing_is_lost_or_doubled(stage, phone):
    mira = stage.agent("Mira")
    nia = stage.customer("Nia")
    pick_up(phone, nia)
    write(phone, "Before")
    row(mira, nia).click()
    stage.installation.kill("worker")
    write(phone, "Meanwhile")
    reply(mira).fill("I am here")
    reply(mira).press("Enter")
    stage.installation.restore()
    stage.installation.until(lambda: len(stage.messages_of(nia)) == 3, "A word was not processed")
    expect(bubble(mira, "Meanwhile")).to_have_count(1)
    expect(bubble(mira, "I am here").get_by_role("img", name="Read")).to_be_visible()
    expect(phone.locator(".bubble.theirs")).to_have_count(1)
    assert [message.text for message in stage.messages_of(nia) if message.is_inbound] == ["Before", "Meanwhile"]
    assert stage.sandbox.doubles() == {}
