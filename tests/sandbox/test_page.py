"""The phone in a real browser: write, tap, send a file, react, and see it live."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def trouble():
    return []


@pytest.fixture(params=[1280, 390])
def page(request, browser, handle, trouble):
    context = browser.new_context(viewport={"width": request.param, "height": 844})
    opened = context.new_page()
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("console", lambda line: trouble.append(line.text) if line.type in ("error", "warning") else None)
    opened.goto(f"{handle.url}/")
    opened.get_by_role("button", name="Chiara Conti").click()
    opened.get_by_role("button", name="Hafen & Co Berlin").click()
    yield opened
    context.close()
    assert trouble == []


def write(page, text):
    page.get_by_role("textbox", name="Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def greet(page, product):
    """The business has heard it: from now on its answers find an open window."""
    write(page, "Hello")
    product.waits_for(2)


def menu(page, bubble):
    bubble.hover()
    bubble.get_by_label("Reply, react and more").click()


def test_an_ice_breaker_begins_the_chat_and_what_is_written_stays_text(page, product):
    page.get_by_role("button", name="When are you open?").click()
    expect(page.locator(".bubble.own")).to_contain_text("When are you open?")
    write(page, "<img src=x onerror=alert(1)> *loud*")
    expect(page.locator(".bubble.own").last).to_contain_text("<img src=x onerror=alert(1)> loud")
    assert [m["type"] for m in product.waits_for(3)] == ["request_welcome", "text", "text"]
    expect(page.locator(".bubble.own").last.get_by_label("Delivered")).to_be_visible()


def test_an_answer_appears_live_is_read_tapped_quoted_and_reacted_to(page, product, graph):
    greet(page, product)
    action = {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Keep it"}}]}
    graph.send("393475550119", "interactive", {"type": "button", "body": {"text": "Keep?"}, "action": action})
    page.get_by_role("button", name="Keep it").click()
    answer = page.locator(".bubble.theirs").first
    menu(page, answer)
    page.get_by_role("button", name="👍").click()
    expect(answer.locator(".reactions")).to_have_text("👍")
    menu(page, answer)
    page.get_by_role("button", name="Reply", exact=True).click()
    write(page, "Thanks")
    expect(page.locator(".bubble.own").last.locator(".quote")).to_contain_text("Keep?")
    kinds = [m["type"] for m in product.waits_for(5)]
    assert kinds == ["request_welcome", "text", "interactive", "reaction", "text"]
    assert "read" in [s["status"] for s in product.waits_for(3, "statuses")]


def test_a_list_opens_a_sheet_and_a_row_is_chosen_by_keyboard(page, product, graph):
    greet(page, product)
    rows = [{"id": "late", "title": "Parcel is late", "description": "Track"}]
    action = {"button": "Topics", "sections": [{"title": "Orders", "rows": rows}]}
    graph.send("393475550119", "interactive", {"type": "list", "body": {"text": "What?"}, "action": action})
    page.get_by_role("button", name="Topics").click()
    row = page.get_by_role("dialog").get_by_role("button", name="Parcel is late")
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.own").last).to_contain_text("Parcel is late")
    assert product.waits_for(3)[2]["interactive"]["list_reply"]["id"] == "late"


def test_a_file_is_sent_and_a_message_deleted(page, product):
    page.get_by_role("button", name="Attach").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Document").click()
    chooser.value.set_files({"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
    expect(page.locator(".bubble.own .stored")).to_contain_text("scan.pdf")
    assert product.waits_for(2)[1]["document"]["filename"] == "scan.pdf"
    menu(page, page.locator(".bubble.own"))
    page.get_by_role("button", name="Delete for everyone").click()
    expect(page.locator(".bubble.own")).to_contain_text("You deleted this message")


def test_the_business_typing_is_seen(page, graph, sandbox, product):
    write(page, "Hello")
    wamid = product.waits_for(2)[1]["id"]
    read = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": wamid,
        "typing_indicator": {"type": "text"},
    }
    graph.call("POST", "{number}/messages", json=read)
    expect(page.locator(".bar")).to_contain_text("typing")
    expect(page.locator(".bubble.own").get_by_label("Read")).to_be_visible()


def test_everything_is_there_again_after_a_reload(page):
    write(page, "Hello")
    expect(page.locator(".bubble.own")).to_be_visible()
    page.reload()
    expect(page.locator(".bubble.own")).to_contain_text("Hello")


def test_the_questions_stay_under_a_welcome_until_the_customer_writes(page, product, graph, sandbox):
    product.waits_for(1)  # the opened chat: from now on a welcome is taken
    chiara = sandbox.customer("Chiara Conti")
    graph.send(chiara.phone, "text", {"body": "Welcome to Hafen & Co"})
    expect(page.locator(".bubble.theirs")).to_contain_text("Welcome to Hafen & Co")
    page.get_by_role("button", name="When are you open?").click()
    expect(page.locator(".bubble.own")).to_contain_text("When are you open?")
    expect(page.get_by_role("button", name="Where is my parcel?")).to_have_count(0)
