"""Programs are killed while customers write and agents answer: nothing is lost, nothing is doubled, order is kept."""

import itertools
import json
import uuid

import pytest
import requests
from django.test import Client

from inbox.models import Conversation, Message
from tests.factories import make_agent
from tests.installation import send_everybody_home
from whatsapp.models import Number

pytestmark = pytest.mark.stack

LINES = 20
_serial = itertools.count(1)


@pytest.fixture
def sandbox(installation, django_db_blocker):
    with django_db_blocker.unblock(), installation.rows(), installation.sandbox() as sandbox:
        installation.restore()
        send_everybody_home()
        yield sandbox


@pytest.fixture
def nia(sandbox):
    return sandbox.new_customer("Nia", phone=f"49151888{next(_serial):05}")


class Desk:
    """Mira at work by plain HTTP: a session of her own, and the composer's requests."""

    def __init__(self, url):
        self.url = url
        self.agent = make_agent("Mira", numbers=Number.objects.all())
        client = Client()
        client.force_login(self.agent, "django.contrib.auth.backends.ModelBackend")
        self.http = requests.Session()
        self.http.cookies.set("sessionid", client.cookies["sessionid"].value)
        page = self.http.get(f"{url}/", timeout=20)
        self.http.headers["X-CSRFToken"] = page.text.split('data-csrf="')[1].split('"')[0]

    def says(self, conversation, text):
        """As the page does it: the same name again until there is an answer."""
        body = json.dumps({"client_id": str(uuid.uuid4()), "content": {"text": text}})
        return lambda: self._posted(f"{self.url}/inbox/c/{conversation.pk}/send/", body)

    def _posted(self, address, body):
        try:
            answer = self.http.post(address, body, headers={"Content-Type": "application/json"}, timeout=5)
        except requests.RequestException:
            return False
        return answer.status_code == 201


@pytest.fixture
def mira(installation, sandbox):
    desk = Desk(installation.url)
    yield desk
    desk.http.close()


def words(phone, **fields):
    found = Message.objects.filter(thread__contact__phone=f"+{phone.phone}", kind="text", **fields)
    return list(found.order_by("at", "pk").values_list("text", flat=True))


@pytest.mark.parametrize("victim", ["web", "worker", "valkey"])
def test_whatever_is_killed_while_words_go_both_ways_each_arrives_once_and_ours_in_order(
    installation, sandbox, nia, mira, victim
):
    nia.writes("Hello")
    installation.until(lambda: words(nia), "The first word did not arrive")
    conversation = Conversation.objects.get(thread__contact__phone=f"+{nia.phone}")
    for number in range(LINES):
        nia.writes(f"Asked {number:02}")
        if number == LINES // 2:
            installation.kill(victim)
        installation.until(mira.says(conversation, f"Said {number:02}"), "An answer was not taken")
    installation.restore()
    said = [f"Said {number:02}" for number in range(LINES)]
    installation.until(lambda: len(sandbox.sent(nia)) >= LINES, "Answers are missing on the phone")
    installation.until(lambda: len(words(nia, author_kind="customer")) > LINES, "Words are missing in the thread")
    assert [row["body"]["body"] for row in sandbox.sent(nia)] == said
    asked = [f"Asked {number:02}" for number in range(LINES)]
    assert sorted(words(nia, author_kind="customer")) == [*asked, "Hello"]
    assert sandbox.doubles() == {}


def test_after_a_restart_of_the_sandbox_the_phones_chats_are_as_they_were(installation, sandbox, nia):
    nia.writes("Hello")
    sandbox.waits_until_taken()
    before = [row["id"] for row in nia.messages()]
    installation.until(lambda: words(nia), "The word did not arrive")
    installation.stop_and_start("sandbox")
    assert [row["id"] for row in nia.messages()] == before
