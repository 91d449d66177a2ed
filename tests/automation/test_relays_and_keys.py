"""What becomes of a relay whose key goes, or whose rows go, while its program is called; on real PostgreSQL."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from automation.models import Relay
from automation.relay import failing, sending, sweeping
from inbox import webhooks
from inbox.actions.closing import close
from inbox.actions.sending import send_message
from inbox.models import ApiKey, Conversation, FeedKind, Message
from inbox.programs import room
from tests.factories import make_agent, make_contact, make_conversation, make_number, taps
from tests.inbox.listening import make_subscription
from tests.inbox.programs.far_end import running_program
from tests.workflow import HAND_OVER, LOOPBACK, newest_relay, running_workflow, work
from whatsapp.content import Button, Buttons

pytestmark = pytest.mark.django_db(transaction=True)
QUESTION = Buttons("Deliver on Friday?", (Button("yes", "Yes"),))


@pytest.fixture
def number():
    return make_number()


@pytest.fixture
def lena(number):
    return make_agent("Lena", numbers=[number])


def responds(key, number, agent, contact=None):
    """A customer whom `agent` waits for taps a button of a message that was sent for the workflow."""
    contact = contact or make_contact()
    conversation = make_conversation("pending", number=number, contact=contact, handover_to=agent)
    message = send_message(conversation, QUESTION, author_kind="integration", api_key=key, on_answer={"relay": True})
    Message.objects.filter(pk=message.pk).update(wamid=f"wamid.{message.pk}", status="sent")
    taps(conversation.thread.contact, number, f"wamid.{message.pk}")
    return conversation


@pytest.mark.parametrize(
    "take_away", [lambda: ApiKey.objects.update(revoked_at=timezone.now()), lambda: ApiKey.objects.all().delete()]
)
def test_what_a_program_answers_after_its_key_is_gone_is_not_done(workflow, key, number, lena, take_away):
    conversation = responds(key, number, lena)

    def take_away_and_answer(call):
        take_away()
        connection.close()
        return {"action": "complete", "messages": [{"content": {"text": "Good bye."}}]}

    workflow.answers(take_away_and_answer)
    work()
    conversation.refresh_from_db()
    assert (conversation.status, conversation.assignee) == (Conversation.Status.ASSIGNED, lena)
    assert not Message.objects.filter(text="Good bye.").exists()
    assert newest_relay().failure == "Its API key was deleted, revoked or has expired."


def test_a_conversation_that_is_deleted_while_its_program_answers_ends_it_quietly(workflow, key, number, lena):
    """Nothing of it comes back, and what waits behind it in the thread goes out in the same run."""
    conversation = responds(key, number, lena)
    close(conversation.pk, by_rule="api")
    behind = responds(key, number, lena, conversation.thread.contact)

    def delete_and_answer(call):
        try:
            Conversation.objects.filter(pk=conversation.pk).delete()
        finally:
            connection.close()
        return {"action": "complete", "messages": [{"content": {"text": "Good bye."}}]}

    workflow.answers(delete_and_answer, HAND_OVER)
    work()
    assert [call["data"]["conversation"]["id"] for call in workflow.calls] == [conversation.pk, behind.pk]
    assert not Message.objects.filter(text="Good bye.").exists()
    assert [relay.status for relay in Relay.objects.all()] == [Relay.Status.ANSWERED]
    behind.refresh_from_db()
    assert behind.assignee == lena


def test_a_conversation_that_is_deleted_before_its_program_is_called_ends_it_quietly(
    workflow, key, number, lena, monkeypatch
):
    responds(key, number, lena)
    call_it = sending._call

    def delete_and_call(relay):
        Conversation.objects.all().delete()
        return call_it(relay)

    monkeypatch.setattr(sending, "_call", delete_and_call)
    work()
    assert not workflow.calls


def test_one_that_is_deleted_while_overdue_relays_are_failed_holds_up_no_other(key, number, lena, monkeypatch):
    first, second = (responds(key, number, lena) for _ in range(2))
    fail_it = failing.overdue

    def delete_and_fail(relay_id, now):
        Conversation.objects.filter(pk=first.pk).delete()
        fail_it(relay_id, now)

    monkeypatch.setattr(failing, "overdue", delete_and_fail)
    sweeping.fail_overdue(timezone.now() + timedelta(minutes=11))
    second.refresh_from_db()
    assert second.assignee == lena


def test_a_worker_keeps_threads_for_replies_however_many_programs_hang(number, lena, settings, monkeypatch):
    """Webhooks and relays share the places."""
    settings.PROGRAMS_ALLOWED_NETWORKS = LOOPBACK
    monkeypatch.setattr(room, "_room", room.Room(1))
    has_come, may_answer = threading.Event(), threading.Event()

    def hang(request):
        has_come.set()
        assert may_answer.wait(8)
        return 200

    with running_program(answers=hang) as hanging, running_workflow() as quick:
        slow = make_subscription(hanging.url, kinds=[FeedKind.CONVERSATION_CLOSED])
        conversation = make_conversation("unassigned", number=number)
        key = ApiKey(name="CRM", scopes=ApiKey.Scope.values, relay_url=quick.url)
        key.rotate()
        key.save()
        waiting = responds(key, number, lena)
        tell(conversation)

        def deliver():
            try:
                webhooks.deliver(slow.pk)
            finally:
                connection.close()

        thread = threading.Thread(target=deliver)
        thread.start()
        assert has_come.wait(8)
        woken = []
        monkeypatch.setattr("automation.relay.sending._go_on", woken.append)
        work()
        assert not quick.calls, "there is no room"
        may_answer.set()
        thread.join()
        assert woken == [waiting.thread_id]
        work()
        assert quick.names == [newest_relay().name]


def tell(conversation):
    close(conversation.pk, by_rule="api")
    webhooks.publish()


def test_of_many_threads_none_waits_for_ever(key, number, lena, monkeypatch):
    """A program that hangs holds back the threads of its own; the sweep looks at others, too."""
    monkeypatch.setattr(sweeping, "MOST_AT_ONCE", 1)
    made = {responds(key, number, lena).thread_id for _ in range(3)}
    found = set()
    for _ in range(200):
        found |= set(sweeping.due_threads(timezone.now()))
        if found == made:
            break
    assert found == made
    assert Relay.objects.filter(status="pending").count() == 3
