"""The composer: files by button, paste and drag, notes, quotes, reactions, the template picker, New conversation."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from inbox.models import Message, Thread
from tests.browser.stage import bubble, button, reply, thread
from tests.factories import moved_back

pytestmark = pytest.mark.browser

# Puts a PDF on the page as a paste or a drop does: Playwright has no clipboard and no desktop to drag from.
BRINGS_A_FILE = """([kind, selector, name]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File(["%PDF-1.7\\n1 0 obj\\n%%EOF"], name, { type: "application/pdf" }));
  const target = document.querySelector(selector);
  const data = kind === "paste" ? { clipboardData: transfer } : { dataTransfer: transfer };
  const Kind = kind === "paste" ? ClipboardEvent : DragEvent;
  for (const type of kind === "paste" ? ["paste"] : ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new Kind(type, { bubbles: true, cancelable: true, ...data }));
}"""


def tray(page):
    return page.get_by_role("list", name="Files to send")


def picture():
    data = io.BytesIO()
    Image.new("RGB", (400, 300), (200, 30, 30)).save(data, "PNG")
    return data.getvalue()


def test_s4_29_and_s4_30_a_picture_is_attached_and_sent_with_words(stage, mira, nia):
    with mira.expect_file_chooser() as chooser:
        button(mira, "Attach files").click()
    chooser.value.set_files({"name": "crack.png", "mimeType": "image/png", "buffer": picture()})
    expect(tray(mira)).to_contain_text("crack.png")
    reply(mira).fill("Is it this crack?")
    reply(mira).press("Enter")
    sent = bubble(mira, "Is it this crack?")
    expect(sent.get_by_role("link", name="Open the picture large")).to_be_visible()
    expect(sent.get_by_role("img", name="Delivered")).to_be_visible()
    assert nia.messages()[-1]["body"]["caption"] == "Is it this crack?"
    sent.get_by_role("link", name="Open the picture large").click()
    large = mira.get_by_role("dialog", name="Picture")
    expect(large).to_be_visible()
    mira.keyboard.press("Escape")
    expect(large).to_be_hidden()


@pytest.mark.parametrize("kind, selector", [("paste", "#composer-text"), ("drop", "#scroll")])
def test_s4_30_a_pasted_or_dropped_file_is_sent_by_enter_without_words(stage, mira, nia, kind, selector):
    mira.evaluate(BRINGS_A_FILE, [kind, selector, f"{kind}ed.pdf"])
    expect(tray(mira)).to_contain_text(f"{kind}ed.pdf")
    reply(mira).press("Enter")
    expect(bubble(mira, f"{kind}ed.pdf").get_by_role("img", name="Delivered")).to_be_visible()
    assert nia.messages()[-1]["body"]["filename"] == f"{kind}ed.pdf"


def test_a_file_is_taken_out_again_and_one_that_whatsapp_does_not_carry_says_why(mira):
    mira.get_by_label("Files to attach").set_input_files(
        {"name": "tool.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ" + bytes(300)}
    )
    expect(tray(mira).get_by_role("alert")).to_be_visible()
    button(mira, "Take tool.exe out").click()
    expect(tray(mira)).to_be_hidden()


def test_closing_pressed_right_after_enter_waits_for_the_reply_on_its_way(mira, nia):
    answers = []
    mira.route("**/send/", lambda route: answers.append(route))
    reply(mira).fill("It is on its way.")
    with mira.expect_request("**/send/"):
        reply(mira).press("Enter")
    with mira.expect_response("**/close/") as closing:
        button(mira, "Close").click()
        answers[0].continue_()
    assert closing.value.ok
    expect(mira.get_by_text("Closed.", exact=True)).to_be_visible()
    assert Message.objects.get(text="It is on its way.").status != "failed"


def test_a_note_is_written_with_n_and_stays_with_the_team(mira, nia):
    thread(mira).focus()
    mira.keyboard.press("n")
    note = mira.get_by_role("textbox", name="Note for the team")
    note.fill("Our oldest customer")
    note.press("Enter")
    expect(bubble(mira, "Our oldest customer")).to_contain_text("Note by Mira")
    assert len(nia.messages()) == 1


def test_the_customers_reaction_edit_and_quote_appear_live(mira, nia):
    reply(mira).fill("It left Hamburg")
    reply(mira).press("Enter")
    answer = bubble(mira, "It left Hamburg")
    expect(answer.get_by_role("img", name="Delivered")).to_be_visible()
    on_phone = nia.messages()[-1]
    nia.reacts(on_phone, "❤️")
    expect(answer.get_by_title("The customer reacted")).to_have_text("❤️")
    nia.writes("Wonderful", quote=on_phone["id"])
    expect(bubble(mira, "Wonderful")).to_contain_text("It left Hamburg")


def test_a_failed_message_says_why_and_is_sent_again(stage, mira, nia):
    stage.sandbox.fault("fail", code=131026, times=1, customer=nia.id)
    reply(mira).fill("It left Hamburg")
    reply(mira).press("Enter")
    failed = bubble(mira, "It left Hamburg").first
    expect(failed).to_contain_text("the customer may not use WhatsApp")
    failed.get_by_role("button", name="Send again").click()
    expect(bubble(mira, "It left Hamburg").last.get_by_role("img", name="Delivered")).to_be_visible()


def test_s4_4_and_s4_18_when_the_window_has_closed_the_composer_is_the_template_picker(stage, mira, nia):
    for row_of_thread in Thread.objects.filter(contact__phone=f"+{nia.phone}"):
        moved_back(row_of_thread, hours=25)
    nia.window_closes_in(0)
    mira.reload()
    picker = mira.get_by_role("region", name="Message templates")
    expect(picker).to_contain_text("More than 24 hours have passed")
    expect(reply(mira)).to_be_hidden()
    picker.get_by_role("button", name=re.compile("reengagement")).click()
    picker.get_by_role("textbox").first.fill("Nia")
    expect(picker).to_contain_text("Hello Nia, we have news")
    button(mira, "Send message").click()
    expect(bubble(mira, "Hello Nia, we have news").get_by_role("img", name="Delivered")).to_be_visible()
    nia.taps(stage.sandbox.waits_for_sent(customer=nia, type="template"), "Yes, please")
    expect(bubble(mira, "Yes, please")).to_be_visible()
    expect(reply(mira)).to_be_visible()


def test_s4_12_to_s4_17_a_new_conversation_is_begun_by_phone_number_with_a_template(stage, nia):
    mira = stage.agent("Mira")
    button(mira, "New conversation").click()
    dialog = mira.get_by_role("dialog", name="New conversation")
    numbers = dialog.get_by_label("From")
    numbers.select_option(label=numbers.get_by_role("option", name=re.compile("Berlin")).inner_text())
    who = dialog.get_by_role("combobox", name="Customer")
    start = dialog.get_by_role("button", name="Start a conversation")
    who.fill("12")
    expect(dialog).to_contain_text("not a valid phone number")
    expect(start).to_be_disabled()
    who.fill(f"+{nia.phone}")
    dialog.get_by_role("option", name=re.compile("Write to this number")).click()
    start.click()
    dialog.get_by_role("button", name=re.compile(r"parcel_arrived.*English")).click()
    fields = dialog.get_by_role("textbox")
    expect(fields).to_have_count(3)
    for place, value in enumerate(["Nia", "HC-7", "Friday"]):
        fields.nth(place).fill(value)
    dialog.get_by_role("button", name="Send message").click()
    expect(bubble(mira, "Hello Nia, your parcel HC-7 has arrived").get_by_role("img", name="Delivered")).to_be_visible()
    nia.writes("Thank you")
    expect(bubble(mira, "Thank you")).to_be_visible()
    reply(mira).fill("You are welcome")
    reply(mira).press("Enter")
    expect(bubble(mira, "You are welcome").get_by_role("img", name="Delivered")).to_be_visible()
