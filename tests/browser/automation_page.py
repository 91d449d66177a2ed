"""The page of a number's automations in a browser: how an admin fills it in."""

import io

from PIL import Image
from playwright.sync_api import expect

from tests.browser.stage import button


def panel(page, name):
    return page.locator(f"section#{name}")


def turn_on(page, name):
    """The panel with its switch on, which unfolds it."""
    opened = panel(page, name)
    opened.locator(".au-switch").click()
    expect(opened.locator(".au-body")).to_be_visible()
    return opened


def phone(opened):
    return opened.locator(".wa")


def write(opened, words, label="Message"):
    opened.get_by_label(label, exact=True).fill(words)


def choose(opened, shape):
    opened.locator(".au-shapes").get_by_text(shape, exact=True).click()


def save(page):
    button(page, "Save").click()


def picture():
    data = io.BytesIO()
    Image.new("RGB", (400, 300), (20, 120, 110)).save(data, "PNG")
    return {"name": "ship.png", "mimeType": "image/png", "buffer": data.getvalue()}


def write_everything(page):
    """The eight panels that are off at first, each type of message once."""
    welcome = turn_on(page, "welcome")
    choose(welcome, "File with text")
    welcome.locator("input[type=file]").set_input_files(picture())
    expect(welcome.locator(".au-kept")).to_contain_text("ship.png")
    write(welcome, "*Ahoy!* Welcome to Hafen")

    questions = turn_on(page, "ice_breakers")
    questions.get_by_label("Question", exact=True).fill("Where is my parcel?")
    questions.get_by_role("button", name="Add a question").click()
    questions.get_by_label("Question", exact=True).nth(1).fill("Opening hours")

    unassigned = turn_on(page, "unassigned")
    choose(unassigned, "Quick replies")
    write(unassigned, "Nobody is here yet, we answer soon.")
    unassigned.get_by_label("Quick reply 1").fill("Call me back")

    queue = turn_on(page, "queue")
    choose(queue, "List")
    write(queue, "All of us are busy. What is it about?")
    write(queue, "Choose a topic", "Button that opens the list")
    queue.get_by_label("Row", exact=True).fill("Parcel")
    queue.get_by_text("Say how many are before them").click()

    closed = turn_on(page, "closed_hours")
    closed.get_by_role("switch", name="Business hours off: always open").check()
    closed.get_by_label("Time zone").select_option("Europe/Berlin")
    closed.get_by_role("button", name="Add a time on Monday").click()
    closed.get_by_label("Monday, opens").fill("09:00")
    closed.get_by_label("Monday, closes").fill("18:00")
    closed.get_by_role("button", name="Copy Monday to the following days up to Friday").click()
    choose(closed, "Website button")
    write(closed, "We are closed.")
    write(closed, "Visit our shop", "Button")
    write(closed, "https://hafen.example", "Opens")

    reminder = turn_on(page, "reminder")
    write(reminder, "We have not forgotten you.")
    reminder.locator("[name=reminder-amount]").fill("5")

    close = turn_on(page, "auto_close")
    close.locator("[name=auto_close-amount]").fill("30")
    close.get_by_label("Unit").select_option("minutes")

    survey = turn_on(page, "survey")
    write(survey, "How did we do?")
    write(survey, "Tell us", "Button")
