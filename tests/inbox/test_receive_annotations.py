"""Quotes, reactions, edits and deletions: they change a bubble, never a status, an order or a timer."""

import pytest
from django.utils import timezone

from inbox.actions.receive import receive
from inbox.models import Conversation, Message, Thread
from inbox.queries import thread_page
from tests.inbox.phone import IDA
from whatsapp.inbound import MessageEdited

pytestmark = pytest.mark.django_db


def test_a_quoted_message_is_found_also_when_it_arrives_later(phone):
    answer = phone.says("as I said", quoted_wamid="wamid.first")
    assert answer.quoted is None
    first = phone.says("first", wamid="wamid.first", minutes=1)
    answer.refresh_from_db()
    assert answer.quoted == first


def test_the_newest_reaction_stands_whatever_order_they_arrive_in(phone):
    message = phone.says(wamid="wamid.1")
    phone.reacts("wamid.1", "👍", minutes=1)
    phone.reacts("wamid.1", "😮", minutes=2)
    message.refresh_from_db()
    assert message.reactions == {"customer": "👍"}
    phone.reacts("wamid.1", "")
    message.refresh_from_db()
    assert message.reactions == {}


def test_our_own_reaction_stays_beside_the_customers(phone):
    message = phone.says(wamid="wamid.1")
    Message.objects.update(reactions={"us": "❤️"})
    phone.reacts("wamid.1", "👍")
    message.refresh_from_db()
    assert message.reactions == {"us": "❤️", "customer": "👍"}


def test_reaction_edit_and_deletion_that_come_first_wait_for_their_message(phone):
    phone.reacts("wamid.1", "👍")
    phone.edits("wamid.1", "second", minutes=2)
    phone.edits("wamid.2", "second", minutes=2)
    phone.deletes("wamid.2", minutes=1)
    assert not Conversation.objects.exists()
    first, gone = phone.says("first", wamid="wamid.1", minutes=3), phone.says("gone", wamid="wamid.2", minutes=3)
    first.refresh_from_db()
    gone.refresh_from_db()
    assert (first.reactions, first.text) == ({"customer": "👍"}, "second")
    assert [revision["text"] for revision in first.revisions] == ["first"]
    assert gone.deleted_at


def test_an_edit_changes_the_bubble_and_keeps_what_was_said(phone):
    message = phone.says("Is it open today?", wamid="wamid.1", minutes=3)
    phone.edits("wamid.1", "Is it open on Sunday?", minutes=1)
    phone.edits("wamid.1", "Is it open tomorrow?", minutes=2)
    message.refresh_from_db()
    assert message.content == {"text": "Is it open on Sunday?"}
    assert message.text == "Is it open on Sunday?"
    assert [revision["text"] for revision in message.revisions] == ["Is it open today?", "Is it open tomorrow?"]


def test_a_deleted_message_is_found_by_no_search(phone):
    message = phone.says("my password is ...", wamid="wamid.1")
    phone.deletes("wamid.1")
    message.refresh_from_db()
    assert message.deleted_at
    assert message.text == ""


@pytest.mark.parametrize("change", [("reacts", "👍"), ("edits", "other words"), ("deletes",)])
def test_they_change_no_status_order_or_timer_and_open_nothing(phone, change):
    message = phone.says(wamid="wamid.1")
    conversation = Conversation.objects.get()
    Conversation.objects.update(status="closed", waiting_since=None, closed_at=timezone.now(), unanswered_since=None)
    closed, thread = Conversation.objects.values().get(), Thread.objects.get()
    act, *words = change
    getattr(phone, act)("wamid.1", *words)
    assert Conversation.objects.values().get() == closed
    after = Thread.objects.get()
    assert (after.window_until, after.version) == (thread.window_until, thread.version + 1)
    message.refresh_from_db()
    assert (message.version, message.conversation) == (after.version, conversation)


def test_they_are_no_bubbles_of_their_own(phone):
    phone.says(wamid="wamid.1")
    phone.reacts("wamid.1", "👍")
    phone.edits("wamid.1", "other words")
    assert len([item for item in thread_page(Thread.objects.get()).items if item.message]) == 1


def test_a_repeated_edit_is_applied_once(phone):
    phone.says("first", wamid="wamid.1", minutes=1)
    event = MessageEdited(*phone.start(0), IDA, "wamid.1", "text", {"text": "second"})
    receive(event)
    assert receive(event) is None
    assert len(Message.objects.get(wamid="wamid.1").revisions) == 1
