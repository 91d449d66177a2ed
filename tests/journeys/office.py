"""The product in process: webhooks are taken in, workers do what they were woken for, agents use it over HTTP."""

import re
import time
import uuid
from dataclasses import dataclass

from django.core.cache import cache
from django.test import Client, TestCase
from django.urls import reverse

from config.celery import app as celery_app
from inbox.models import Agent, Conversation, Message, Thread
from inbox.schedule import SWEEPS
from tests.factories import make_agent

PATIENCE_SECONDS = 10
LOOK_SECONDS = 0.01
MOST_TASKS = 500
QUEUES = ("now", "bulk")
SIGNATURES = ("X-Hub-Signature-256", "X-Twilio-Signature")


class Worker:
    """Runs in the test's thread what the product has woken workers for; no sweep unless a test asks for it."""

    def __init__(self):
        cache.clear()  # what another test was woken for, and did not come to
        celery_app.loader.import_default_modules()
        self.connection = celery_app.connection_for_read()
        self.channel = self.connection.default_channel
        for name in QUEUES:
            self.channel.queue_declare(name)
            self.channel.queue_purge(name)

    def work(self):
        """How many tasks there were."""
        for done in range(MOST_TASKS):
            message = self.channel.basic_get(QUEUES[0], no_ack=True) or self.channel.basic_get(QUEUES[1], no_ack=True)
            if message is None:
                return done
            run(message.headers["task"], *message.decode()[0])
        raise AssertionError(f"There was still something to do after {MOST_TASKS} tasks")

    def close(self):
        self.connection.release()


def run(task, *args):
    """One task with its commits."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        celery_app.tasks[task].apply(args, throw=True)


class Office:
    """The product between the sandbox and the agents' browsers."""

    def __init__(self, door, sandbox, numbers):
        self.door, self.sandbox, self.numbers = door, sandbox, numbers
        self.worker = Worker()
        self.http = Client()

    @property
    def number(self):
        return self.numbers[0]

    # Time

    def until(self, is_true, what=""):
        """Take in webhooks and do the work until `is_true()`; its answer."""
        latest = time.monotonic() + PATIENCE_SECONDS
        while True:
            self.worker.work()
            found = is_true()
            if found:
                return found
            assert time.monotonic() < latest, what or "It did not come about"
            self.take_in(LOOK_SECONDS)

    def settle(self):
        """Until the sandbox has told everything and the workers have nothing left to do."""
        self.until(lambda: not self.sandbox.get("webhooks")["waiting"] and not self.take_in(LOOK_SECONDS))

    def take_in(self, seconds):
        """One webhook, if one comes within so many seconds; its body, or None."""
        delivery = self.door.next(seconds)
        if delivery is None:
            return None
        delivery.answer(self.post(delivery.path, delivery.headers, delivery.body))
        return delivery.body

    def post(self, path, headers, body):
        signatures = {name: headers[name] for name in SIGNATURES if name in headers}
        with TestCase.captureOnCommitCallbacks(execute=True):
            return self.http.post(path, body, content_type=headers["Content-Type"], headers=signatures).status_code

    def sweep(self):
        """Everything that beat does, once."""
        for task, _ in SWEEPS:
            run(task)
        self.worker.work()

    # People

    def agent(self, name="", **more):
        """Somebody who serves all numbers, and is here unless told otherwise; a Desk."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            return Desk(self, make_agent(name, **{"numbers": self.numbers, **more}))

    # What there is

    def thread_of(self, phone, number=None):
        """The thread of a customer of the sandbox, whoever they are to us."""
        identities = {"contact__identities__value__in": [phone.phone, phone.user_id]}
        return Thread.objects.filter(number=number or self.number, **identities).distinct().get()

    def conversation_of(self, phone, number=None):
        """Their newest conversation."""
        return self.thread_of(phone, number).conversations.latest("pk")

    def messages_of(self, phone, number=None, **fields):
        return list(self.thread_of(phone, number).messages.filter(**fields).order_by("at", "pk"))

    def waits_for_word(self, phone, text, number=None):
        """The customer's message once it is here."""
        words = Message.objects.filter(text=text, author_kind=Message.Author.CUSTOMER)
        words = words.filter(thread__contact__identities__value__in=[phone.phone, phone.user_id])
        return self.until(words.first, f"{phone.name}'s {text!r} did not arrive")


@dataclass
class Answer:
    """What the product said to a browser."""

    status: int
    html: str
    data: dict

    @property
    def words(self):
        return self.data.get("words", "")


@dataclass
class Desk:
    """An agent with a browser: everything goes over HTTP, as the page's own modules do it."""

    office: Office
    agent: Agent

    def __post_init__(self):
        self.http = Client()
        self.http.force_login(self.agent, "django.contrib.auth.backends.ModelBackend")

    # Requests

    def get(self, path, **query):
        return self._answer(self.http.get(path, query, headers={"HX-Request": "true"}))

    def post(self, path, **data):
        """One POST with its commits and the work that it woke."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            response = self.http.post(path, data, content_type="application/json")
        self.office.worker.work()
        return self._answer(response)

    def _answer(self, response):
        is_json = "json" in response.headers.get("Content-Type", "")
        html = "" if response.streaming else response.content.decode()
        return Answer(response.status_code, html, response.json() if is_json else {})

    # Looking

    def folder(self, name, **filters):
        """The ids of the conversations in a folder, in the list's order."""
        html = self.get(reverse("inbox_list"), folder=name, **filters).html
        return [int(found) for found in re.findall(r'id="row-(\d+)"', html)]

    def list_html(self, name="mine", **filters):
        return self.get(reverse("inbox_list"), folder=name, **filters).html

    def counts(self):
        return self.get(reverse("inbox_counts")).data

    def looks_at(self, conversation):
        """The thread with head, composer and details."""
        return self.get(reverse("conversation", args=[conversation.pk]))

    # Doing

    def does(self, what, conversation, **data):
        """claim, close, take-over, give-back, undo-close, reopen, transfer, tags, ..."""
        return self.post(f"/inbox/c/{conversation.pk}/{what}/", **data)

    def says(self, conversation, text="", **more):
        """Send from the composer; the answer's Message, which must have been taken."""
        answer = self.tries_to_say(conversation, text, **more)
        assert answer.status == 201, answer
        return Message.objects.get(pk=answer.data["id"])

    def tries_to_say(self, conversation, text="", **more):
        content = {"content": {"text": text}} if text else {}
        return self.does("send", conversation, **{"client_id": str(uuid.uuid4()), **content, **more})

    def uploads(self, file):
        """A chosen file, as the composer sends it ahead of the message."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            return self._answer(self.http.post(reverse("upload"), {"file": file}))

    def starts(self, number, template, values=None, **customer):
        """New conversation; customer: phone="..." or contact=id."""
        content = {"template": template.pk, "values": values or {}}
        who = {"number": number.pk, "client_id": str(uuid.uuid4()), **customer}
        return self.post(reverse("new_conversation"), content=content, **who)


def is_assigned_to(conversation, desk):
    """Whether this agent serves it now."""
    conversation.refresh_from_db()
    return conversation.status == Conversation.Status.ASSIGNED and conversation.assignee_id == desk.agent.pk
