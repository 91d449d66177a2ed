"""Programs that ask again and again: what changed since they asked, in pages, nothing twice and nothing missed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from inbox.actions import closing, following, tags
from inbox.actions.joining import join_contacts
from inbox.actions.sending import write_note
from inbox.models import Contact, Conversation
from tests.factories import make_agent, make_contact, make_conversation, make_tag, writes

LONG_AGO = timezone.now() - timedelta(days=1)


@pytest.fixture
def crm(program):
    return program()


@pytest.fixture
def ada(berlin):
    return make_agent("Ada", numbers=[berlin])


@pytest.fixture
def old(berlin, ada):
    """A conversation with Nia in which nothing has happened for a day."""
    conversation = make_conversation("assigned", number=berlin, assignee=ada, contact=make_contact("Nia"))
    Conversation.objects.update(updated_at=LONG_AGO)
    Contact.objects.update(updated_at=LONG_AGO)
    return conversation


def found(crm, what, since, **asked):
    rows = crm.get(f"{what}/", updated_since=since.isoformat(), **asked).json()["results"]
    return [row["id"] for row in rows]


@pytest.mark.parametrize(
    "change_it",
    [
        lambda conversation, ada: writes(conversation.thread.contact, conversation.thread.number),
        lambda conversation, ada: closing.close(conversation.pk, ada),
        lambda conversation, ada: tags.add_tag(conversation.pk, make_tag("VIP"), ada),
        lambda conversation, ada: following.follow_by_program(conversation.pk, ada),
    ],
)
def test_a_conversation_that_changed_is_found(crm, old, ada, change_it):
    since = timezone.now() - timedelta(hours=1)
    assert found(crm, "conversations", since) == []
    change_it(old, ada)
    assert found(crm, "conversations", since) == [old.pk]


def test_a_note_changes_nothing_that_is_shown_of_a_conversation(crm, old, ada):
    write_note(old.pk, "Called back.", ada)
    assert crm.get(f"conversations/{old.pk}/").json()["updated_at"] == LONG_AGO.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    "change_it",
    [
        lambda crm, nia: crm.post(f"contacts/{nia.pk}/", {"notes": "Pays late"}, method="patch"),
        lambda crm, nia: crm.post(f"contacts/{nia.pk}/", {"sms_optout": "all"}, method="patch"),
        lambda crm, nia: Contact.objects.filter(pk=nia.pk).update(profile_name="N."),
        lambda crm, nia: join_contacts(nia.pk, make_contact("N.").pk),
    ],
)
def test_a_contact_that_changed_is_found(crm, old, change_it):
    since, nia = timezone.now() - timedelta(hours=1), old.thread.contact
    assert found(crm, "contacts", since) == []
    change_it(crm, nia)
    assert nia.pk in found(crm, "contacts", since)


def test_pages_begin_with_what_changed_first_and_what_changes_meanwhile_comes_later(crm, berlin):
    made = [make_conversation(number=berlin) for _ in range(3)]
    for hours, conversation in enumerate(made):
        Conversation.objects.filter(pk=conversation.pk).update(updated_at=LONG_AGO + timedelta(hours=hours))
    first = crm.get("conversations/", updated_since=LONG_AGO.isoformat(), limit=2).json()
    assert [row["id"] for row in first["results"]] == [made[0].pk, made[1].pk]
    closing.close(made[0].pk, by_rule="api")
    rest = crm.get(first["next"].partition("/api/v1/")[2]).json()
    assert [row["id"] for row in rest["results"]] == [made[2].pk, made[0].pk]


@pytest.mark.parametrize("table", ["conversation", "contact"])
def test_there_is_an_index_for_it(db, table):
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off; set local enable_sort = off")
        asked = f"select id from inbox_{table} where updated_at >= now() order by updated_at, id limit 51"
        cursor.execute(f"explain {asked}")
        assert f"{table}_updated" in str(cursor.fetchall())
