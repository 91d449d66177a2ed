"""A thread's pages, what changed since a version, files and messages by who may see the thread."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox import queries
from inbox.changes import change_conversation, change_thread
from inbox.models import Attachment, Event, Message
from tests.factories import make_agent, make_conversation, make_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return make_agent("Anna")


@pytest.fixture
def conversation(agent):
    number = make_number()
    number.reception.agents.add(agent)
    return make_conversation("assigned", number=number, assignee=agent)


def write(conversation, text, at=None, **fields):
    with change_conversation(conversation.pk) as change:
        values = {"author_kind": "customer", "status": "received", "kind": "text", "content": {"text": text}, **fields}
        return change.save(Message(conversation=conversation, text=text, at=at or timezone.now(), **values))


def happen(conversation, kind=Event.Kind.CLAIMED, at=None):
    with change_conversation(conversation.pk) as change:
        return change.record(kind, at=at)


def shown(items):
    return [item.row for item in items]


def test_messages_and_lines_stand_in_one_order_by_time(conversation):
    noon = timezone.now()
    second = write(conversation, "second", noon - timedelta(minutes=2))
    line = happen(conversation, at=noon - timedelta(minutes=3))
    first = write(conversation, "first, arrived late", noon - timedelta(minutes=4))
    note = write(conversation, "a note", noon, author_kind="automation", status="noted", kind="note")
    page = queries.thread_page(conversation.thread)
    assert shown(page.items) == [first, line, second, note]
    assert (page.earlier, page.version) == ("", 4)


def test_pages_go_back_to_the_beginning_also_through_one_moment(conversation):
    moment = timezone.now()
    expected = [write(conversation, f"{index}", moment) for index in range(3)]
    expected += [happen(conversation, at=moment) for _ in range(3)]
    pages, cursor = [], None
    while cursor != "":
        page = queries.thread_page(conversation.thread, before=cursor, limit=2)
        pages.insert(0, shown(page.items))
        cursor = page.earlier
    assert sum(pages, []) == expected


def test_a_damaged_cursor_gives_the_newest_page(conversation):
    message = write(conversation, "only one")
    for cursor in ("x", queries.pages.write_cursor(("at", "rank", "id"), [5, 0, 5])):
        assert shown(queries.thread_page(conversation.thread, before=cursor).items) == [message]


def test_a_page_takes_five_queries_and_its_items_none(conversation, agent, django_assert_num_queries):
    first = write(conversation, "question")
    Attachment.objects.create(message=first, token=uuid.uuid4(), status="stored", kind="image")
    answer = {"author_kind": "agent", "author": agent, "status": "sent"}
    for _ in range(3):
        write(conversation, "answer", quoted=first, **answer)
    happen(conversation)
    with django_assert_num_queries(5):
        for item in queries.thread_page(conversation.thread).items:
            assert item.row.thread.contact.name
            if item.message:
                assert item.message.attachments.all() is not None
            if item.message and item.message.quoted:
                assert (item.message.author.name, item.message.quoted.attachments.all()[0].kind) == ("Anna", "image")


def test_changes_since_a_version_are_exactly_what_a_screen_lacks(conversation):
    old = write(conversation, "old")
    changed = write(conversation, "changed")
    seen = queries.thread_page(conversation.thread).version
    new = write(conversation, "new")
    with change_conversation(conversation.pk) as change:
        change.save(changed)
    line = happen(conversation)

    changes = queries.thread_changes(conversation.thread, seen)

    assert set(shown(changes.items)) == {changed, new, line}
    assert old not in shown(changes.items)
    assert (changes.version, changes.is_complete) == (5, True)
    assert queries.thread_changes(conversation.thread, 5).items == []


def test_too_many_changes_and_a_version_from_elsewhere_ask_for_a_new_page(conversation):
    for index in range(3):
        write(conversation, f"{index}")
    assert not queries.thread_changes(conversation.thread, 0, limit=2).is_complete
    assert not queries.thread_changes(conversation.thread, 99).is_complete


def test_whoever_sees_one_conversation_sees_the_whole_thread(conversation, agent):
    with change_conversation(conversation.pk) as change:
        change.conversation.status, change.conversation.closed_at = "closed", timezone.now()
    follow_up = make_conversation("pending", thread=conversation.thread)
    message = write(follow_up, "for later")
    assert queries.message_for(agent, message.pk) == message
    stranger = make_agent(numbers=[conversation.thread.number])
    with pytest.raises(Message.DoesNotExist):
        queries.message_for(stranger, message.pk)


def test_a_file_is_for_those_who_see_its_thread(conversation, agent):
    file = Attachment.objects.create(message=write(conversation, ""), token=uuid.uuid4(), status="stored", kind="image")
    assert queries.attachment_for(agent, file.token) == file
    assert queries.attachment_for(agent, str(file.token)) == file
    with pytest.raises(Attachment.DoesNotExist):
        queries.attachment_for(make_agent(), file.token)
    with pytest.raises(Attachment.DoesNotExist):
        queries.attachment_for(agent, "no token")


def test_an_unsent_upload_is_its_uploaders(agent):
    upload = Attachment.objects.create(uploaded_by=agent, token=uuid.uuid4(), status="stored", kind="image")
    assert queries.attachment_for(agent, upload.token) == upload
    with pytest.raises(Attachment.DoesNotExist):
        queries.attachment_for(make_agent(role="admin"), upload.token)


def test_a_broadcast_without_conversation_is_part_of_the_thread(conversation):
    with change_thread(conversation.thread_id) as change:
        message = change.save(Message(author_kind="broadcast", kind="template", status="sent"))
    assert shown(queries.thread_page(conversation.thread).items) == [message]
