"""A supervisor at the wizard: what they press, and what they see."""

import re

from playwright.sync_api import expect

from broadcasts.models import Broadcast


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def begin(page, name, sender):
    """Broadcasts, New broadcast, step one; the page is at step two then."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Broadcasts").click()
    page.get_by_role("link", name="New broadcast").first.click()
    page.get_by_label("Name of the broadcast").fill(name)
    page.get_by_role("radio", name=re.compile(re.escape(sender))).check()
    press(page, "Proceed to compose message")
    expect(step(page)).to_contain_text("Message")


def step(page):
    """The step that the bar shows as the current one."""
    return page.get_by_role("navigation", name="Steps").locator("[aria-current=step]")


def choose_template(page, name, language):
    page.get_by_role("searchbox", name="Search templates").fill(name)
    page.get_by_role("button", name=re.compile(f"{name}.*{language}", re.DOTALL)).click()


def looks(page):
    """How the message looks for the chosen recipient."""
    return page.get_by_role("complementary", name="How it looks")


def tick(page, phone):
    """Find a customer in the list of step three, and choose them."""
    search = page.get_by_role("searchbox", name="Search customers")
    search.fill(phone.name)
    box = page.get_by_role("checkbox", name=re.compile(re.escape(phone.name)))
    expect(page.locator("#customers li")).to_have_count(1)
    box.check()


def paste(page, text):
    page.get_by_role("link", name="Paste a list").click()
    page.get_by_role("textbox", name="List").fill(text)
    press(page, "Read the list")


def will_get_it(page, count):
    expect(page.locator("#reach .reach-count strong")).to_have_text(str(count))


def send_now(page):
    """From the review to the page of the broadcast; returns the Broadcast."""
    press(page, "Send broadcast now")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name=re.compile("^Send to")).click()
    expect(page.get_by_role("region", name="Progress")).to_be_visible()
    return Broadcast.objects.get(pk=int(re.search(r"/broadcasts/(\d+)/", page.url)[1]))


def state(page, words):
    expect(page.get_by_role("region", name="Progress").locator(".state")).to_have_text(words)


def fate(page, who):
    """What the ledger says of a recipient."""
    return page.locator(".ledger-row").filter(has_text=who).locator(".fate")
