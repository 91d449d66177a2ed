"""The folders of the inbox page: what stands where, filters, order, counts, pages."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from inbox import queries
from inbox.models import Bot, Participant, ReadMark
from inbox.queries import Filters
from tests.factories import make_agent, make_contact, make_conversation, make_number, make_tag, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(number):
    return make_agent("Anna", numbers=[number], limit=3)


@pytest.fixture
def colleague(number):
    return make_agent("Ben", numbers=[number])


def ids(conversations):
    return [conversation.pk for conversation in conversations]


def test_each_conversation_stands_in_its_folders(number, agent, colleague):
    mine = make_conversation("assigned", number=number, assignee=agent)
    colleagues = make_conversation("assigned", number=number, assignee=colleague)
    Participant.objects.create(conversation=colleagues, agent=agent, is_following=True)
    queued = make_conversation("queued", number=number)
    unassigned = make_conversation("unassigned", number=number)
    too_late = make_conversation("unassigned", number=number, window_hours=-1)
    never_opened = make_conversation("queued", number=number, window_hours=None)
    with_bot = make_conversation("bot", number=number, bot=Bot.objects.create(name="Robot"))
    make_conversation("pending", number=number)
    make_conversation("closed", number=number, assignee=agent)

    found = {name: set(ids(queries.folder(agent, name))) for name in queries.FOLDERS}

    assert found == {
        "mine": {mine.pk},
        "following": {colleagues.pk},
        "queue": {queued.pk},
        "unassigned": {unassigned.pk},
        "window_closed": {too_late.pk, never_opened.pk},
        "bot": {with_bot.pk},
        "all": {mine.pk, colleagues.pk, queued.pk, unassigned.pk, too_late.pk, never_opened.pk, with_bot.pk},
    }


def test_closed_ones_are_shown_when_asked_for(number, agent, colleague):
    own = make_conversation("closed", number=number, assignee=agent)
    make_conversation("closed", number=number, assignee=colleague)
    assert ids(queries.folder(agent, "mine", Filters(status="closed"))) == [own.pk]
    assert ids(queries.folder(agent, "all", Filters(status="closed"))) == [own.pk]


def test_pending_ones_are_shown_to_supervisors_only(number, agent):
    pending = make_conversation("pending", number=number)
    supervisor = make_agent(role="supervisor", numbers=[number])
    assert ids(queries.folder(supervisor, "all", Filters(status="pending"))) == [pending.pk]
    assert pending.pk in ids(queries.folder(supervisor, "all"))
    assert ids(queries.folder(agent, "all", Filters(status="pending"))) == []


def test_counts_say_what_the_folders_hold_in_two_queries(number, agent, colleague, django_assert_num_queries):
    """S4-44: at least the queue and what is assigned to oneself."""
    read = make_conversation("assigned", number=number, assignee=agent, last_inbound_id=7)
    ReadMark.objects.create(conversation=read, agent=agent, message_id=7)
    make_conversation("assigned", number=number, assignee=agent, last_inbound_id=9)
    make_conversation("assigned", number=number, assignee=agent, started_by=agent, customer_wrote_at=None)
    make_conversation("assigned", number=number, assignee=colleague, last_inbound_id=9)
    make_conversation("queued", number=number)
    make_conversation("closed", number=number, assignee=agent, last_inbound_id=11)

    with django_assert_num_queries(2):
        counts = queries.counts(agent)

    assert counts == {
        "mine": 3,
        "following": 0,
        "queue": 1,
        "unassigned": 0,
        "window_closed": 0,
        "bot": 0,
        "all": 5,
        "unread_mine": 1,
        "in_queue": 1,
        "load": 2,
        "limit": 3,
    }


def test_the_load_counts_also_where_the_agent_no_longer_serves(agent):
    make_conversation("assigned", assignee=agent)
    counts = queries.counts(agent)
    assert (counts["mine"], counts["load"]) == (0, 1)


def test_a_row_needs_no_further_query(number, agent, django_assert_num_queries):
    for _ in range(3):
        make_conversation("queued", number=number).tags.add(make_tag(), make_tag())
    with django_assert_num_queries(3):  # who looks, the rows, their tags
        for row in queries.page(queries.folder(agent, "queue")).rows:
            assert [row.thread.contact.name, row.thread.number.name]
            assert [row.assignee, row.team, row.last_message] == [None, None, None]
            assert len(row.tags.all()) == 2
            assert row.unread is False


def test_unread_is_each_agents_own(number, agent, colleague):
    row = make_conversation("queued", number=number, last_inbound_id=5)
    ReadMark.objects.create(conversation=row, agent=agent, message_id=5)
    assert ids(queries.folder(agent, "queue", Filters(unread=True))) == []
    assert ids(queries.folder(colleague, "queue", Filters(unread=True))) == [row.pk]


# --- Search, filters (S4-31) -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, is_found",
    [
        ("müller", True),
        ("MÜLL", True),
        ("chris", True),  # the name on WhatsApp
        ("+49 151 2345", True),
        ("0151 234", True),  # as people say it
        ("2345678", True),
        ("100%", False),
        ("meier", False),
        ("99999", False),
    ],
)
def test_search_finds_by_a_part_of_name_or_phone(number, agent, words, is_found):
    contact = make_contact("Christa Müller", "+491512345678", profile_name="chrissi")
    make_conversation("queued", number=number, contact=contact)
    assert queries.folder(agent, "all", Filters(q=words)).exists() == is_found


def test_filters_narrow_by_tag_number_and_unread_together(agent, number):
    other = make_number("Paris")
    other.reception.agents.add(agent)
    tag = make_tag("VIP")
    wanted = make_conversation("queued", number=number, last_inbound_id=3)
    wanted.tags.add(tag)
    make_conversation("queued", number=other, last_inbound_id=3).tags.add(tag)
    make_conversation("queued", number=number, last_inbound_id=3)
    assert ids(queries.folder(agent, "queue", Filters(tag=tag.pk, number=number.pk, unread=True))) == [wanted.pk]


def test_a_search_never_reaches_beyond_what_the_agent_sees(agent, number):
    team = make_team()
    make_conversation("queued", number=number, team=team, contact=make_contact("Secret Customer"))
    make_conversation("queued", contact=make_contact("Secret Customer"))
    assert not queries.folder(agent, "all", Filters(q="secret")).exists()


@pytest.mark.parametrize(
    "query, filters",
    [
        ("", Filters()),
        (
            "q=+Anna+&tag=3&number=4&status=closed&unread=1&sort=closes_soon",
            Filters("Anna", 3, 4, "closed", True, "closes_soon"),
        ),
        ("q=%00&tag=x&number=-1&status=lost&unread=0&sort=random", Filters()),
        (f"tag={'9' * 30}", Filters()),
    ],
)
def test_filters_are_read_from_an_address(query, filters):
    assert Filters.read(QueryDict(query)) == filters


# --- Order and pages -------------------------------------------------------------------------------------------------


def test_pages_follow_one_another_without_repeating_while_the_list_moves(number, agent):
    now = timezone.now()
    rows = [make_conversation("queued", number=number, bumped_at=now - timedelta(minutes=i // 2)) for i in range(7)]
    expected = [row.pk for row in sorted(rows, key=lambda row: (row.bumped_at, row.pk), reverse=True)]

    first = queries.page(queries.folder(agent, "queue"), limit=3)
    make_conversation("queued", number=number)  # comes in at the top
    second = queries.page(queries.folder(agent, "queue"), first.cursor, limit=3)
    third = queries.page(queries.folder(agent, "queue"), second.cursor, limit=3)

    assert ids(first.rows) + ids(second.rows) + ids(third.rows) == expected
    assert third.cursor == ""


def test_a_page_that_just_fits_is_the_last(number, agent):
    for _ in range(2):
        make_conversation("queued", number=number)
    assert queries.page(queries.folder(agent, "queue"), limit=2).cursor == ""


def test_closes_soon_sorts_by_the_window_and_leaves_out_closed_ones(number, agent):
    late = make_conversation("assigned", number=number, assignee=agent, window_hours=20)
    soon = make_conversation("assigned", number=number, assignee=agent, window_hours=1)
    make_conversation("assigned", number=number, assignee=agent, window_hours=-1)
    first = queries.page(queries.folder(agent, "mine", Filters(sort="closes_soon")), limit=1)
    second = queries.page(queries.folder(agent, "mine", Filters(sort="closes_soon")), first.cursor, limit=1)
    assert ids(first.rows) + ids(second.rows) == [soon.pk, late.pk]


def test_the_line_can_be_seen_in_its_order(number, agent):
    now = timezone.now()
    newer = make_conversation("queued", number=number, waiting_since=now)
    older = make_conversation("queued", number=number, waiting_since=now - timedelta(minutes=5))
    assert ids(queries.folder(agent, "queue", Filters(sort="waiting"))) == [older.pk, newer.pk]


DAMAGED = [
    None,
    "",
    "x",
    "ü",
    "bm90IGpzb24",
    queries.pages.write_cursor(("-id",), [5]),
    queries.pages.write_cursor(("-bumped_at", "-id"), [5, 5]),
    queries.pages.write_cursor(("-bumped_at", "-id"), [timezone.now(), timezone.now()]),
    queries.pages.write_cursor(("-bumped_at", "-id"), [timezone.now().replace(tzinfo=None), 5]),
    queries.pages.write_cursor(("-bumped_at", "-id"), [timezone.now(), 2**70]),
    queries.pages.write_cursor(("-bumped_at", "-id"), [timezone.now()]),
    queries.pages.write_cursor(("-bumped_at", "-id"), [{"at": "never"}, 5]),
]


@pytest.mark.parametrize("cursor", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_cursor_gives_the_first_page(number, agent, cursor):
    row = make_conversation("queued", number=number)
    assert ids(queries.page(queries.folder(agent, "queue"), cursor).rows) == [row.pk]


# --- One conversation ------------------------------------------------------------------------------------------------


def test_a_conversation_is_found_by_those_who_see_it_only(number, agent, colleague, django_assert_num_queries):
    row = make_conversation("closed", number=number, assignee=agent)
    with django_assert_num_queries(3):
        assert queries.conversation_for(agent, row.pk) == row
    with pytest.raises(type(row).DoesNotExist):
        queries.conversation_for(colleague, row.pk)
    with pytest.raises(type(row).DoesNotExist):
        queries.conversation_for(agent, 10**30)
