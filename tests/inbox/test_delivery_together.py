"""Several workers on one thread, and two contacts that turn out to be one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from inbox import tasks
from inbox.actions.joining import join_contacts
from inbox.actions.sending import send_message
from inbox.delivery import deliver_next
from inbox.models import Contact, Message
from tests.factories import make_agent, make_contact, make_conversation
from whatsapp.content import Text


@pytest.fixture
def conversation(meta, berlin):
    amira = meta.customer("Amira")
    amira.writes("Hello")
    contact = make_contact("Amira", f"+{amira.phone}")
    return make_conversation("assigned", number=berlin, contact=contact, assignee=make_agent("Ben", numbers=[berlin]))


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_send_each_message_once_and_in_order(conversation, meta):
    messages = [send_message(conversation.pk, Text(f"Line {n}"), conversation.assignee) for n in range(12)]

    def work(_):
        try:
            for _ in range(3):
                deliver_next(conversation.thread_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    assert [row["callback_data"] for row in meta.sent()] == [f"m:{message.pk}" for message in messages]
    assert not Message.objects.exclude(status="sent").exists()


@pytest.mark.django_db
def test_a_send_answer_that_names_another_contact_shows_the_two_to_be_one(conversation, meta, monkeypatch):
    """Meta spells the phone in another way, under which we know somebody already (product: "Identity")."""
    woken = []
    monkeypatch.setattr("inbox.delivery.outcomes.wake", lambda task, *args: woken.append((task, *args)))
    thread = conversation.thread
    known = thread.contact
    typed = Contact.objects.create(name="Typed", phone=known.phone)
    thread.contact, thread.reply_identity = typed, None
    thread.save()
    send_message(conversation.pk, Text("Hello"), conversation.assignee)
    deliver_next(thread.pk)
    assert woken == [("inbox.tasks.join_contacts", known.pk, typed.pk)]
    tasks.join_contacts(known.pk, typed.pk)
    thread.refresh_from_db()
    typed.refresh_from_db()
    assert (thread.contact, typed.merged_into) == (known, known)
    assert join_contacts(known.pk, typed.pk) is None
