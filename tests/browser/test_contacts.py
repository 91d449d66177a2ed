"""A supervisor works with contacts: finds, ticks, groups, brings in, keeps consent; by keyboard and on a phone."""

import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from inbox.models import Consent, Contact, Group
from tests.browser.stage import NARROW, button
from tests.factories import make_contact, make_tag, make_thread

pytestmark = pytest.mark.browser


@pytest.fixture
def people(stage):
    """Sixty people of Berlin, the newest being Amara and Lino."""
    Group.objects.all().delete()
    berlin = stage.numbers[0]
    made = Contact.objects.bulk_create(Contact(name=f"Person {n:02}", email=f"p{n}@example.com") for n in range(58))
    named = [
        make_contact("Amara Okoye", email="amara@example.com", attributes={"city": "Hamburg"}),
        make_contact("Lino Reis", phone=f"+3519{timezone.now():%f}00"[:13]),
    ]
    for contact in (*made, *named):
        make_thread(contact, berlin)
    yield named
    Contact.objects.filter(pk__in=[one.pk for one in (*made, *named)]).delete()


@pytest.fixture
def sofia(stage, people):
    page = stage.agent("Sofia", role="supervisor")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Contacts").click()
    expect(page.get_by_role("heading", name="Contacts")).to_be_visible()
    return page


def name(page, words):
    return page.get_by_role("rowheader").get_by_role("link", name=words, exact=True)


def selection(page):
    return page.get_by_role("form", name="Selected contacts")


def search(page, words):
    page.get_by_role("searchbox", name="Search contacts").fill(words)


def test_people_are_found_as_one_types_and_the_address_keeps_it(sofia):
    search(sofia, "amara")
    expect(name(sofia, "Lino Reis")).to_have_count(0)
    expect(name(sofia, "Amara Okoye")).to_be_visible()
    expect(sofia).to_have_url(re.compile("words=amara"))
    sofia.reload()
    expect(name(sofia, "Amara Okoye")).to_be_visible()
    search(sofia, "nobody at all")
    expect(sofia.get_by_text("Nobody matches")).to_be_visible()


def test_what_is_ticked_stays_across_pages_and_filters_and_becomes_a_group(sofia):
    sofia.get_by_role("checkbox", name="Select Amara Okoye").check()
    button(sofia, "Show more").click()
    sofia.get_by_role("checkbox", name="Select Person 00").check()
    expect(selection(sofia)).to_contain_text("2 selected")
    search(sofia, "lino")
    sofia.get_by_role("checkbox", name="Select Lino Reis").check()
    expect(selection(sofia)).to_contain_text("3 selected")
    sofia.reload()
    expect(selection(sofia)).to_contain_text("3 selected")
    button(sofia, "Group").click()
    sofia.get_by_role("textbox", name="A new group").fill("Spring")
    button(sofia, "Create").click()
    expect(sofia.get_by_role("heading", name="Spring")).to_be_visible()
    expect(sofia.get_by_role("rowheader")).to_have_count(3)
    expect(selection(sofia)).to_be_hidden()
    sofia.get_by_role("checkbox", name="Select Person 00").check()
    button(sofia, "Take out").click()
    expect(sofia.get_by_role("rowheader")).to_have_count(2)


def test_all_that_match_are_selected_also_those_that_are_not_shown(sofia):
    search(sofia, "person")
    expect(name(sofia, "Amara Okoye")).to_have_count(0)
    sofia.get_by_role("checkbox", name="Select all that are shown").check()
    expect(selection(sofia)).to_contain_text("50 selected")
    selection(sofia).get_by_role("button", name="Select all 58 that match").click()
    expect(selection(sofia)).to_contain_text("All 58 that match")
    with sofia.expect_download() as taken:
        selection(sofia).get_by_role("button", name="Export").click()
    assert len(Path(taken.value.path()).read_text("utf-8").splitlines()) == 59
    button(sofia, "Clear the selection").click()
    expect(selection(sofia)).to_be_hidden()


def test_a_filter_is_saved_as_a_group_renamed_and_deleted(sofia):
    sofia.locator("summary").filter(has_text="Filters").click()
    sofia.get_by_role("textbox", name="Name of the attribute").fill("city")
    sofia.get_by_role("textbox", name="Name of the attribute").press("Tab")
    expect(sofia.get_by_role("rowheader")).to_have_count(1)
    expect(sofia.get_by_text("has city")).to_be_visible()
    button(sofia, "Save as a group").click()
    dialog = sofia.get_by_role("dialog", name="Save as a group")
    dialog.get_by_role("textbox", name="Name").fill("City known")
    button(dialog, "Save").click()
    expect(sofia.get_by_text("Everybody who matches: has city")).to_be_visible()
    button(sofia, "Rename").click()
    renaming = sofia.get_by_role("dialog", name="Rename the group")
    renaming.get_by_role("textbox", name="Name").fill("With city")
    button(renaming, "Rename").click()
    expect(sofia.get_by_role("heading", name="With city", level=1)).to_be_visible()
    button(sofia, "Delete").click()
    button(sofia.get_by_role("dialog", name="Delete With city?"), "Delete").click()
    expect(sofia.get_by_text("No groups yet")).to_be_visible()


def test_consent_is_changed_with_a_question_and_stands_in_the_registry(sofia, people):
    name(sofia, "Amara Okoye").click()
    sofia.get_by_role("button", name="Change consent for Email").click()
    dialog = sofia.get_by_role("dialog", name="Email: what does Amara Okoye want?")
    dialog.get_by_role("radio", name="Nothing that we start").check()
    button(dialog, "Save").click()
    expect(sofia.get_by_role("status").filter(has_text="no messages that we start")).to_be_visible()
    entry = sofia.get_by_role("region", name="Consent").get_by_role("listitem").filter(has_text="Email").first
    expect(entry).to_contain_text("nothing that we start")
    expect(entry).to_contain_text("Agent, Sofia")
    kept = Consent.objects.get(contact=people[0])
    assert (kept.channel, kept.state) == ("email", "all")


def test_a_conversation_begins_from_the_contacts_page(sofia):
    name(sofia, "Amara Okoye").click()
    sofia.get_by_role("link", name="New conversation").click()
    dialog = sofia.get_by_role("dialog", name="New conversation")
    expect(dialog.get_by_role("option", name=re.compile("Amara Okoye"))).to_have_attribute("aria-selected", "true")
    button(dialog, "Start a conversation").click()
    expect(dialog.get_by_text("Select a message template")).to_be_visible()


def test_a_table_is_looked_at_and_brought_in(sofia, tmp_path):
    table = tmp_path / "people.csv"
    table.write_text("name;phone;city\nNia Mensah;+49 1512 3456789;Kiel\nNobody;12;\n", "utf-8")
    sofia.get_by_role("link", name="Import").click()
    sofia.get_by_label("CSV file").set_input_files(table)
    button(sofia, "Look at it first").click()
    expect(sofia.get_by_role("row").filter(has_text="not a valid phone number")).to_be_visible()
    button(sofia, "Bring in 1 contact").click()
    expect(sofia.get_by_text("Brought in: 1 new, 0 changed.")).to_be_visible()
    expect(name(sofia, "Nia Mensah")).to_be_visible()
    Contact.objects.filter(phone="+4915123456789").delete()


def test_a_contact_is_written_down_and_a_wrong_phone_is_said_beside_its_field(sofia):
    sofia.get_by_role("link", name="New contact").click()
    sofia.get_by_label("Name").fill("Robin")
    sofia.get_by_label("Phone").fill("12")
    button(sofia, "Add contact").click()
    expect(sofia.get_by_text("This is not a valid phone number.")).to_be_visible()
    expect(sofia.get_by_label("Name")).to_have_value("Robin")
    sofia.get_by_label("Phone").fill("+49 1512 3456780")
    button(sofia, "Add contact").click()
    expect(sofia.get_by_role("heading", name="Robin")).to_be_visible()
    Contact.objects.filter(phone="+4915123456780").delete()


def test_the_keyboard_alone_reaches_rows_ticks_and_the_selection(sofia):
    sofia.get_by_role("searchbox", name="Search contacts").focus()
    for _ in range(12):
        sofia.keyboard.press("Tab")
        if sofia.evaluate("document.activeElement.matches('[data-tick]')"):
            break
    sofia.keyboard.press("Space")
    expect(selection(sofia)).to_contain_text("1 selected")
    sofia.keyboard.press("Tab")
    sofia.keyboard.press("Enter")
    expect(sofia.get_by_role("region", name="Consent")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(stage, people, scheme):
    page = stage.agent("Sofia", role="supervisor", see=NARROW, at="/contacts/")
    page.emulate_media(color_scheme=scheme)
    make_tag(f"A tag with a long name {people[0].pk}")
    for path in (
        "/contacts/",
        f"/contacts/{people[0].pk}/",
        "/contacts/groups/",
        "/contacts/import/",
        "/contacts/new/",
    ):
        page.goto(f"{stage.url}/contacts/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
