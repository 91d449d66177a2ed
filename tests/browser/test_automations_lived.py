"""All automations of a number, configured on its page and lived through by customers and an agent."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from automation.models import SurveyAnswer
from inbox.models import Message
from tests.browser.automation_page import panel, save, write_everything
from tests.browser.stage import reply, row, thread
from tests.moving import move_back

pytestmark = pytest.mark.browser


class Town:
    """Customers with phones, and time that passes when a test says so."""

    def __init__(self, stage):
        self.stage = stage

    def hears(self, phone, words):
        """Wait until these words have reached the phone."""

        def has_heard():
            return any(words in str(sent["body"]) for sent in self.stage.sandbox.sent(phone))

        self.stage.installation.until(has_heard, f"{phone.name} did not hear {words!r}")

    def passes(self, phone, **duration):
        return move_back(self.stage.conversation_of(phone), **duration)

    def arrives(self, phone, text):
        """Somebody new writes and is welcomed."""
        phone.writes(text)
        self.hears(phone, "Welcome to Hafen")
        self.stage.installation.until(lambda: self._is_settled(phone), "The welcome is still on its way")

    def _is_settled(self, phone):
        statuses = {message.status for message in self.stage.messages_of(phone)}
        return not statuses & {Message.Status.QUEUED, Message.Status.SENDING}


def always_open(page):
    closed = panel(page, "closed_hours")
    closed.get_by_role("switch", name="Business hours off: always open").uncheck()


def close_for_today(page):
    """A plan that is open on one day only, and that is neither today nor a neighbour of it."""
    page.goto(f"{page.url.partition('#')[0]}#closed_hours")
    page.reload()
    closed = panel(page, "closed_hours")
    closed.get_by_role("switch", name="Business hours off: always open").check()
    day = (datetime.now(UTC) + timedelta(days=3)).strftime("%A")
    for remove in reversed(closed.get_by_role("button", name="Remove this time").all()):
        remove.click()
    closed.get_by_role("button", name=f"Add a time on {day}", exact=True).click()
    closed.get_by_label(f"{day}, opens").fill("09:00")
    closed.get_by_label(f"{day}, closes").fill("10:00")
    save(page)
    expect(page.get_by_text("Saved. On:")).to_be_visible()


def test_s1_3_all_are_configured_in_the_admin_and_lived_through_by_customers_and_an_agent(stage, ada):
    """S1-3, S1-4, S1-20, S1-24, S1-27, S1-32, S1-35, S1-44"""
    town = Town(stage)
    write_everything(ada)
    always_open(ada)
    save(ada)
    expect(ada.get_by_text("Saved. On:")).to_be_visible()

    # Nobody is there: the welcome at once, a minute later that nobody is available.
    nia, oda, rui = stage.customer("Nia"), stage.customer("Oda"), stage.customer("Rui")
    town.arrives(nia, "Where is my parcel?")
    town.passes(nia, seconds=61)
    town.hears(nia, "Nobody is here yet")

    # Mira comes and gets Nia, but does not answer.
    mira = stage.agent("Mira", limit=1)
    expect(row(mira, nia)).to_be_visible()
    town.passes(nia, minutes=6)
    town.hears(nia, "We have not forgotten you.")

    # Mira is at her limit: Oda is in the queue.
    town.arrives(oda, "Opening hours")
    town.passes(oda, seconds=61)
    town.hears(oda, "All of us are busy")
    town.hears(oda, "You are next.")

    # Mira answers, Nia stays silent: closed by itself, and Mira gets Oda.
    row(mira, nia).click()
    reply(mira).fill("It left Hamburg today.")
    reply(mira).press("Enter")
    town.hears(nia, "It left Hamburg today.")
    town.passes(nia, minutes=31)
    expect(thread(mira)).to_contain_text(re.compile("closed", re.IGNORECASE))
    expect(row(mira, oda)).to_be_visible()

    # Nia is asked how it was, and thanked.
    town.passes(nia, seconds=11)
    town.hears(nia, "How did we do?")
    nia.taps(stage.sandbox.sent(nia)[-1], "Very satisfied")
    town.hears(nia, "Thank you for your answer!")
    answer = SurveyAnswer.objects.get(conversation=stage.conversation_of(nia))
    assert (answer.score, answer.agent) == (5, mira.agent)

    # After hours Rui hears so.
    close_for_today(ada)
    town.arrives(rui, "Hello?")
    town.passes(rui, seconds=61)
    town.hears(rui, "We are closed.")
