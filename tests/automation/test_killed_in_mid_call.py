"""kill -9 of a worker, a process of its own, at the moment in which a program is called: it is called again under the
same name, in order, and what it answers is done once. The broker is away all the time."""

import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from automation.models import Relay
from inbox import webhooks
from inbox.actions.sending import send_message
from inbox.models import Event, FeedKind, Message, WebhookDelivery
from tests.factories import make_agent, make_contact, make_conversation, make_number, taps
from tests.inbox.listening import make_subscription
from tests.inbox.programs.far_end import running_program
from tests.inbox.test_webhooks import happens
from tests.installation import url_of
from tests.workflow import HAND_OVER, LATER, work
from whatsapp.content import Button, Buttons

pytestmark = pytest.mark.django_db(transaction=True)
QUESTION = Buttons("Deliver on Friday?", (Button("yes", "Yes"),))
AFTER_LEASE = timedelta(seconds=31)
WORKER = "import django; django.setup(); from {module} import {task}; {task}({argument})"


class Worker:
    """A process that does one task, and can be killed while it does."""

    def __init__(self, module, task, argument):
        self.code = WORKER.format(module=module, task=task, argument=argument)
        self.process = None

    def run(self):
        """Until it ends; its status."""
        environment = {
            "PATH": "/usr/bin:/bin",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": django_settings.SECRET_KEY,
            "FIELD_ENCRYPTION_KEY": django_settings.SALT_KEY[0],
            "DATABASE_URL": url_of(connection.settings_dict["NAME"]),
            "REDIS_URL": "redis://127.0.0.1:9/0",
            "PROGRAMS_ALLOWED_NETWORKS": "127.0.0.0/8",
            "IS_SANDBOX": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.code], env=environment, cwd=django_settings.BASE_DIR
        )
        return self.process.wait(60)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(60)


@pytest.fixture
def number():
    return make_number()


def test_a_relay_whose_worker_is_killed_is_sent_again_and_answered_once(workflow, key, number):
    lena = make_agent("Lena", numbers=[number])
    conversation = make_conversation("pending", number=number, contact=make_contact(), handover_to=lena)
    for _ in range(2):
        asked = send_message(conversation, QUESTION, author_kind="integration", api_key=key, on_answer={"relay": True})
        Message.objects.filter(pk=asked.pk).update(wamid=f"wamid.{asked.pk}", status="sent")
        taps(conversation.thread.contact, number, f"wamid.{asked.pk}")
    first, second = (relay.name for relay in Relay.objects.order_by("pk"))
    worker = Worker("automation.tasks", "send_relays", conversation.thread_id)

    def killed_before_it_hears(call):
        worker.kill()
        return {"action": "message", "messages": [{"content": {"text": "Never heard."}}]}

    workflow.answers(killed_before_it_hears, HAND_OVER, LATER)
    assert worker.run() == -signal.SIGKILL
    work()
    assert workflow.names == [first], "it may still be under way"
    Relay.objects.filter(status="sending").update(claimed_until=timezone.now())
    work()
    assert workflow.names == [first, first, second]
    conversation.refresh_from_db()
    assert conversation.assignee == lena
    assert conversation.events.filter(kind=Event.Kind.HANDED_OVER).count() == 1
    assert not Message.objects.filter(text="Never heard.").exists()


def test_a_webhook_whose_worker_is_killed_is_sent_again_in_order_under_its_id(number):
    conversation = make_conversation("unassigned", number=number, contact=make_contact())
    with running_program() as program:
        subscription = make_subscription(program.url, kinds=[FeedKind.RELAY_FAILED])
        for name in ("first", "second"):
            happens(conversation, name, now=timezone.now())
        worker = Worker("inbox.tasks", "deliver_webhooks", subscription.pk)

        def killed_before_it_hears(request):
            program.answers = None
            worker.kill()
            return 200

        program.answers = killed_before_it_hears
        assert worker.run() == -signal.SIGKILL
        assert webhooks.deliver(subscription.pk) == 0, "it may still be under way"
        webhooks.sweep(timezone.now() + AFTER_LEASE)
        webhooks.deliver(subscription.pk, timezone.now() + AFTER_LEASE)
        first, second = WebhookDelivery.objects.order_by("event")
        ids = [request.message_id for request in program.received]
        assert ids == [first.event.public_id, first.event.public_id, second.event.public_id]
        assert (first.status, second.status) == ("delivered", "delivered")
        assert first.attempts == 2
