"""A bot's conversation on the agents' screens: seen as such, taken over with one press. And its script in the
administration."""

import itertools

import pytest
from playwright.sync_api import expect

from automation.models import BotStep
from inbox.models import Bot, Reception
from tests.browser.stage import NARROW, bubble, button, folder, reply, row, thread

pytestmark = pytest.mark.browser
_serial = itertools.count(1)


@pytest.fixture
def desk(stage):
    bot = Bot.objects.create(name=f"Front desk {next(_serial)}")
    choices = [
        {"title": "Sales", "goes_to": "over", "description": ""},
        {"title": "Support", "goes_to": "over", "description": ""},
    ]
    asked = {"text": "Who can help?", "choices": choices, "variable": "department"}
    BotStep.objects.create(bot=bot, position=0, name="who", kind="ask", **asked)
    BotStep.objects.create(bot=bot, position=1, name="over", kind="hand_over", text="One moment.")
    Reception.objects.update(bot=bot)
    yield bot
    Reception.objects.update(bot=None)
    Bot.objects.update(is_active=False)


def test_an_agent_sees_a_bots_conversation_and_takes_it_over_with_one_press(stage, desk):
    mira = stage.agent("Mira")
    nia = stage.customer("Nia")
    nia.writes("Hello")
    folder(mira, "Bot").click()
    row(mira, nia).click()
    expect(row(mira, nia).get_by_text(desk.name)).to_be_visible()
    expect(mira.get_by_text(f"· with the bot {desk}")).to_be_visible()
    expect(bubble(mira, "Who can help?")).to_be_visible()
    expect(thread(mira).get_by_text(f"New conversation, with the bot {desk}")).to_be_visible()
    expect(reply(mira)).to_be_hidden()
    button(mira, "Take over").first.click()
    expect(mira.get_by_text("yours")).to_be_visible()
    expect(row(mira, nia)).to_have_count(0)
    reply(mira).fill("I can help")
    reply(mira).press("Enter")
    expect(bubble(mira, "I can help")).to_be_visible()
    folder(mira, "Mine").click()
    expect(row(mira, nia)).to_be_visible()
    nia.writes("Thank you")
    expect(bubble(mira, "Thank you")).to_be_visible()
    assert [message.author_kind for message in stage.messages_of(nia)] == ["customer", "bot", "agent", "customer"]


def test_a_tap_hands_over_live_on_a_phone_of_the_agent(stage, desk):
    nia = stage.customer("Nia")
    nia.writes("Hello")
    menu = stage.sandbox.waits_for_sent(customer=nia, type="interactive")
    mira = stage.agent("Mira", see=NARROW)
    nia.taps(menu, "Sales")
    row(mira, nia).click()
    expect(mira.get_by_text("yours")).to_be_visible()
    expect(bubble(mira, "One moment.")).to_be_visible()


def test_a_script_is_written_refused_in_place_corrected_and_tried_out(stage):
    ada = stage.agent("Ada", role="admin", at="/admin/inbox/bot/add/")
    ada.locator("#id_name").fill("Night desk")
    for number, (name, kind) in enumerate([("ask", "ask"), ("end", "complete")]):
        ada.get_by_role("link", name="Add another Step").click()
        ada.locator(f"#id_steps-{number}-name").fill(name)
        ada.locator(f"#id_steps-{number}-kind").select_option(kind)
    expect(ada.locator("#id_steps-1-choices")).to_be_hidden()
    ada.locator("#id_steps-0-text").fill("Which order?")
    ada.locator("#id_steps-0-variable").fill("order")
    ada.locator("#id_steps-1-text").fill("{{ oder }} is on its way.")
    save = ada.get_by_role("button", name="Save and continue editing")
    save.click()
    expect(ada.get_by_text("“{{ oder }}” is remembered by no step.")).to_be_visible()
    ada.locator("#id_steps-1-text").fill("{{ order }} is on its way.")
    save.click()
    ada.get_by_role("link", name="Try it out").click()
    ada.get_by_label("The customer's answer").fill("4711")
    ada.get_by_label("The customer's answer").press("Enter")
    expect(ada.get_by_text("4711 is on its way.")).to_be_visible()
    expect(ada.get_by_text("Closes the conversation")).to_be_visible()
