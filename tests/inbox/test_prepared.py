"""Statements that are compiled once give what their querysets give, with other values each time."""

import threading

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from inbox.changes import change_conversation
from inbox.models import Conversation, Message, Thread
from tests.factories import make_conversation
from whatsapp.prepared import AnyOf, Place, Prepared, update

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversations():
    return [make_conversation("queued"), make_conversation("unassigned"), make_conversation("closed")]


def asked(ask):
    """(answer, statements)"""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = ask()
    return answer, [query["sql"] for query in captured]


def test_it_gives_the_rows_of_the_queryset_with_what_belongs_to_them(conversations):
    named = Prepared(lambda: Conversation.objects.select_related("thread__number").filter(pk=Place("pk")))
    for conversation in conversations:
        found, statements = asked(lambda pk=conversation.pk: named.get(pk=pk))
        assert (found, found.status, len(statements)) == (conversation, conversation.status, 1)
        number, statements = asked(lambda found=found: found.thread.number)
        assert (number, statements) == (conversation.thread.number, [])


def test_lists_of_any_length_are_one_statement(conversations):
    among = Prepared(lambda: Conversation.objects.filter(AnyOf("pk", "ids"), status=Place("status")).order_by("pk"))
    ids = [conversation.pk for conversation in conversations]
    assert among.all(ids=ids, status="queued") == conversations[:1]
    assert among.all(ids=ids[1:], status="queued") == []
    assert among.all(ids=[], status="closed") == []
    assert among.all(ids=ids, status="closed") == conversations[2:]


def test_values_of_a_queryset_are_tuples_and_dicts_as_ever(conversations):
    rows = Conversation.objects.filter(status=Place("status"))
    pair, named = Prepared(lambda: rows.values_list("pk", "status")), Prepared(lambda: rows.values("pk"))
    assert pair.all(status="closed") == [(conversations[2].pk, "closed")]
    assert named.all(status="closed") == [{"pk": conversations[2].pk}]


def test_the_only_row_is_missed_by_the_models_name():
    named = Prepared(lambda: Thread.objects.filter(pk=Place("pk")))
    assert named.first(pk=7) is None
    with pytest.raises(Thread.DoesNotExist):
        named.get(pk=7)


def test_an_id_that_no_row_can_have_finds_none():
    assert Prepared(lambda: Thread.objects.filter(pk=Place("pk"))).first(pk=10**30) is None


def test_an_update_writes_values_of_every_kind_and_leaves_other_rows_alone(conversations):
    first, second, _ = conversations
    with change_conversation(first.pk) as change:
        message = change.save(Message(conversation=first, author_kind="customer", status="received", kind="text"))
    update(Message, [message.pk], {"content": {"text": 'a "b"'}, "wamid": "w1", "sent_at": None, "attempts": 2})
    message.refresh_from_db()
    assert (message.content, message.wamid, message.sent_at, message.attempts) == ({"text": 'a "b"'}, "w1", None, 2)
    before = second.thread.version
    update(Thread, [first.thread_id, second.thread_id], {"version": F("version") + 5})
    second.thread.refresh_from_db()
    assert second.thread.version == before + 5


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_on_its_own_connection(conversations):
    named = Prepared(lambda: Thread.objects.filter(pk=Place("pk")))
    backends, together = [], threading.Barrier(2, timeout=10)

    def ask():
        try:
            assert named.first(pk=conversations[0].thread_id)
            with connection.cursor() as cursor:
                backends.append(cursor.execute("select pg_backend_pid()").fetchone()[0])
            together.wait()
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(backends)) == 2
