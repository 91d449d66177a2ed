"""By keyboard alone; tags above the thread; search and filter in the list."""

import re

import pytest
from playwright.sync_api import expect

from inbox.models import Tag
from tests.browser.stage import bubble, button, reply, row, thread
from tests.factories import make_tag

pytestmark = pytest.mark.browser


@pytest.fixture
def pair(stage):
    """Nia wrote, then Omar: his row is the first."""
    nia, omar = stage.customer("Nia"), stage.customer("Omar")
    return nia, omar


@pytest.fixture
def mira(stage, pair):
    page = stage.agent("Mira")
    for phone in pair:
        phone.writes(f"Hello from {phone.name}")
        expect(row(page, phone)).to_be_visible()
    return page


def test_j_k_and_enter_move_and_open_c_claims_r_replies_escape_leaves_and_e_closes(stage, pair):
    stage.hand_out("manual")
    nia, omar = pair
    mira = stage.agent("Mira", at="/inbox/?folder=unassigned")
    for phone in pair:
        phone.writes(f"Hello from {phone.name}")
        expect(row(mira, phone)).to_be_visible()
    mira.keyboard.press("j")
    expect(row(mira, nia)).to_be_focused()
    mira.keyboard.press("j")
    expect(row(mira, omar)).to_be_focused()
    mira.keyboard.press("k")
    mira.keyboard.press("Enter")
    expect(bubble(mira, f"Hello from {nia.name}")).to_be_visible()
    mira.keyboard.press("c")
    expect(mira.get_by_text("yours")).to_be_visible()
    mira.keyboard.press("r")
    expect(reply(mira)).to_be_focused()
    mira.keyboard.type("All by keyboard")
    mira.keyboard.press("Enter")
    expect(bubble(mira, "All by keyboard")).to_have_count(1)
    mira.keyboard.press("Escape")
    expect(reply(mira)).not_to_be_focused()
    mira.keyboard.press("e")
    expect(mira.get_by_text("Closed.", exact=True)).to_be_visible()
    expect(mira.get_by_role("button", name="Reopen").first).to_be_visible()


def test_a_question_mark_shows_all_shortcuts(mira):
    mira.keyboard.press("?")
    dialog = mira.get_by_role("dialog", name="Shortcuts")
    expect(dialog).to_contain_text("Claim or take over")
    mira.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_s4_23_to_s4_25_tags_are_added_and_removed_above_the_thread_and_shown_to_colleagues(stage, mira, pair):
    nia, _ = pair
    Tag.objects.all().delete()
    make_tag("damaged", "red")
    make_tag("customs", "orange")
    sofia = stage.agent("Sofia", role="supervisor", limit=0, at="/inbox/?folder=all")
    row(mira, nia).click()
    for name in ("damaged", "customs"):
        button(mira, "Tags").click()
        menu = mira.get_by_role("group", name="Tags")
        expect(menu).to_contain_text("Add tag")
        menu.get_by_role("checkbox", name=name).click()
        mira.keyboard.press("Escape")
    head = mira.get_by_role("heading", level=1)
    expect(head).to_contain_text("damaged")
    expect(head).to_contain_text("customs")
    expect(row(sofia, nia)).to_contain_text("damaged")
    button(mira, "Tags").click()
    mira.get_by_role("checkbox", name="damaged").click()
    mira.keyboard.press("Escape")
    expect(head).not_to_contain_text("damaged")
    expect(row(sofia, nia)).not_to_contain_text("damaged")
    expect(thread(mira)).to_contain_text("Mira added the tag damaged")


def test_s4_31_to_s4_33_the_search_bar_drops_down_filters_narrows_the_list_and_its_x_closes_it(mira, pair):
    nia, omar = pair
    words = mira.get_by_role("searchbox", name="Search by name or phone")
    expect(mira.get_by_role("combobox", name="Tag", exact=True)).to_be_hidden()
    words.click()
    expect(mira.get_by_role("combobox", name="Tag", exact=True)).to_be_visible()
    words.fill(nia.name.lower())
    expect(row(mira, omar)).to_have_count(0)
    expect(row(mira, nia)).to_be_visible()
    button(mira, "Close the search").click()
    expect(row(mira, omar)).to_be_visible()
    expect(words).to_have_value("")
    expect(mira.get_by_role("combobox", name="Tag", exact=True)).to_be_hidden()


def test_s4_32_one_filter_of_the_drop_down_is_chosen(stage, mira, pair):
    nia, omar = pair
    mira.get_by_role("searchbox", name="Search by name or phone").click()
    mira.get_by_role("combobox", name="Number", exact=True).select_option(label="Lisboa")
    expect(row(mira, nia)).to_have_count(0)
    expect(mira.get_by_text("1 filter")).to_be_visible()
    mira.get_by_role("combobox", name="Number", exact=True).select_option(label="Berlin")
    expect(row(mira, nia)).to_be_visible()
    expect(row(mira, omar)).to_be_visible()


def test_going_away_with_an_open_conversation_asks_what_becomes_of_it(stage, mira, pair):
    mira.get_by_role("button", name="You:").click()
    mira.get_by_role("radio", name=re.compile("^Away")).click()
    dialog = mira.get_by_role("dialog", name="Going away")
    dialog.get_by_role("radio", name="back to the line").check()
    dialog.get_by_role("button", name="Set me away").click()
    for phone in pair:
        expect(row(mira, phone)).to_have_count(0)
    conversation = stage.conversation_of(pair[0])
    assert conversation.status == "unassigned"
