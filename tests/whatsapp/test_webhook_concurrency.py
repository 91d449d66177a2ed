"""Several workers at once, on a real PostgreSQL: whatever Meta repeats or batches, every message has one effect."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from inbox.models import Contact, Conversation, Identity, Message, Thread
from tests.whatsapp.posting import make_captured_number, payload, post, words
from whatsapp import processing
from whatsapp.models import WebhookCall

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 6


def at_once(work, arguments):
    """Run `work` for each argument in a thread of its own, all starting together."""
    barrier = Barrier(len(arguments))

    def run(argument):
        barrier.wait()
        try:
            return work(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(run, arguments))


def calls():
    return list(WebhookCall.objects.order_by("pk").values_list("pk", flat=True))


def no_problems():
    return not WebhookCall.objects.exclude(problems=[]).exists()


def test_one_call_is_processed_by_one_worker():
    make_captured_number()
    post(payload(words("wamid.1")))
    assert sorted(at_once(processing.process, calls() * WORKERS)) == [False] * (WORKERS - 1) + [True]
    assert Message.objects.count() == 1


def test_the_same_message_in_many_calls_at_once_is_one_message():
    make_captured_number()
    for _ in range(WORKERS):
        post(payload(words("wamid.1"), words("wamid.2")))
    at_once(processing.process, calls())
    assert no_problems()
    assert Message.objects.count() == 2
    for model in (Contact, Identity, Thread, Conversation):
        assert model.objects.count() == 1


def test_a_customers_first_words_in_many_calls_at_once_make_one_contact_and_one_conversation():
    make_captured_number()
    for number in range(WORKERS):
        post(payload(words(f"wamid.{number}")))
    at_once(processing.process, calls())
    assert no_problems()
    assert Message.objects.count() == WORKERS
    for model in (Contact, Identity, Thread, Conversation):
        assert model.objects.count() == 1
    texts = Message.objects.order_by("at", "pk").values_list("wamid", flat=True)
    assert list(texts) == [f"wamid.{number}" for number in range(WORKERS)]
    assert Conversation.objects.get().last_message.wamid == f"wamid.{WORKERS - 1}"


def test_phone_user_id_and_both_at_once_end_as_one_person():
    make_captured_number()
    both = {"from_user_id": "DE.1"}
    for number in range(3):
        post(payload(words(f"wamid.phone.{number}")))
        post(payload(words(f"wamid.id.{number}", sender="", **both)))
        post(payload(words(f"wamid.both.{number}", **both)))
    at_once(processing.process, calls())
    assert no_problems()
    assert Message.objects.count() == 9
    (contact,) = Contact.objects.filter(merged_into=None)
    assert contact.identities.count() == 2
    assert Conversation.objects.exclude(status="closed").count() == 1
    assert set(Message.objects.values_list("thread", flat=True)) == set(contact.threads.values_list("pk", flat=True))


def test_posts_at_once_are_all_kept():
    make_captured_number()
    bodies = [payload(words(f"wamid.{number}")) for number in range(WORKERS)]
    assert {response.status_code for response in at_once(post, bodies)} == {200}
    assert len(calls()) == WORKERS
