"""Tags on conversations, search and filter."""

import pytest

from inbox.models import Tag
from tests.factories import make_tag


@pytest.fixture
def mira(office):
    return office.agent("Mira", limit=1)


@pytest.fixture
def mine(office, mira, amira):
    amira.writes("Where is my parcel?")
    office.waits_for_word(amira, "Where is my parcel?")
    return office.conversation_of(amira)


@pytest.fixture
def queued(office, mine, luis):
    luis.writes("Olá")
    office.waits_for_word(luis, "Olá")
    office.settle()
    return office.conversation_of(luis)


# Tags


def test_s4_20_and_s4_21_a_tag_is_made_in_settings_with_a_name_and_a_colour(office):
    sofia = office.agent("Sofia", role="supervisor")
    sofia.http.post("/settings/tags/", {"name": "vip", "colour": "purple"})
    assert Tag.objects.get(name="vip").colour == "purple"
    page = sofia.get("/settings/tags/").html
    assert "vip" in page
    assert 'data-colour="purple"' in page


def test_s4_21_two_tags_cannot_have_one_name(office):
    sofia = office.agent("Sofia", role="supervisor")
    make_tag("vip")
    answer = sofia.http.post("/settings/tags/", {"name": "VIP", "colour": "red"})
    assert "There is a tag with this name already." in answer.content.decode()


def test_s4_23_and_s4_24_the_tag_icon_above_the_thread_opens_the_list_of_tags(mira, mine):
    make_tag("damaged", "red")
    page = mira.looks_at(mine).html
    head = page[page.index('id="thread-head"') : page.index('class="thread-who"')]
    assert 'id="tag-button"' in head, "at the top left"
    assert 'title="Tags"' in head
    menu = page[page.index('id="tag-menu"') :]
    assert "Add tag" in menu
    assert "damaged" in menu


@pytest.mark.parametrize("which", ["mine", "queued"])
def test_s4_19_s4_22_and_s4_25_tags_go_on_a_conversation_of_ones_own_or_of_the_queue_several_at_once(
    request, mira, which
):
    conversation = request.getfixturevalue(which)
    tags = [make_tag("damaged", "red"), make_tag("customs", "orange")]
    for tag in tags:
        assert mira.does("tags", conversation, tag=tag.pk, on=True).status == 200
    assert set(conversation.tags.all()) == set(tags)
    conversation.refresh_from_db()
    assert (conversation.assignee_id is None) == (which == "queued"), "tagging claims nothing"
    page = mira.list_html("mine" if which == "mine" else "queue")
    assert "damaged" in page
    assert "Mira added the tag damaged" in mira.looks_at(conversation).html
    mira.does("tags", conversation, tag=tags[0].pk, on=False)
    assert list(conversation.tags.all()) == tags[1:]


# Search and filter


def test_s4_31_the_search_bar_drops_down_filters_by_tag_number_and_status(office, mira, mine):
    make_tag("damaged")
    page = mira.list_html()
    assert 'aria-controls="filters"' in page
    offered = [name for name in ("tag", "number", "status", "sort", "unread") if f'name="{name}"' in page]
    assert offered == ["tag", "number", "status", "sort", "unread"]


def test_s4_32_the_list_is_narrowed_by_name_phone_tag_number_and_status(office, mira, amira, luis):
    mira.agent.reception_limit = None
    mira.agent.save()
    conversations = []
    for phone in (amira, luis):
        phone.writes("Hello")
        office.waits_for_word(phone, "Hello")
        conversations.append(office.conversation_of(phone))
    amiras, luiss = (conversation.pk for conversation in conversations)
    tag = make_tag("damaged")
    mira.does("tags", conversations[0], tag=tag.pk, on=True)
    assert mira.folder("mine", q="had") == [amiras]
    assert mira.folder("mine", q="luís") == [luiss]
    assert mira.folder("mine", q="+49 1515 5501") == [amiras]
    assert mira.folder("mine", tag=tag.pk) == [amiras]
    assert mira.folder("mine", number=office.number.pk) == [luiss, amiras]
    assert mira.folder("mine", number=office.numbers[1].pk) == []
    assert mira.folder("mine", q="nobody") == []
    mira.does("close", conversations[0])
    assert mira.folder("mine", status="closed") == [amiras]


def test_s4_33_an_x_at_the_right_end_closes_the_search_only_while_there_is_one(mira, mine):
    closes = 'aria-label="Close the search" title="Close the search"'
    assert f"{closes} hidden" in mira.list_html()
    narrowed = mira.list_html(q="had")
    assert closes in narrowed
    assert f"{closes} hidden" not in narrowed
