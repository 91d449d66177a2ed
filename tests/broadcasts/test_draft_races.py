"""Somebody changes a draft in the very moment in which it begins: it begins before or after, and never half-way."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.urls import reverse

from broadcasts import actions
from broadcasts.drafts import files, lifecycle
from broadcasts.models import Broadcast, Recipient
from broadcasts.views import wizard
from inbox.actions.refusals import Refusal
from tests.broadcasts.drafting import make_draft, make_email_draft, make_email_sender, make_template
from tests.broadcasts.test_direct_races import at_once
from tests.factories import make_agent, make_contact, make_number, make_thread

pytestmark = pytest.mark.django_db(transaction=True)

VALUES = {"body.1": "Ida", "body.2": "4711"}


@pytest.fixture
def berlin():
    return make_number("Berlin")


@pytest.fixture
def boss(berlin, client):
    agent = make_agent("Boss", role="supervisor", numbers=[berlin])
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    return agent


@pytest.fixture
def ready(boss, berlin):
    """A draft to one customer, with everything it needs."""
    contact = make_contact("Amira", "+4915155501301", email="amira@example.org")
    make_thread(contact, berlin)
    return make_draft(boss, berlin, make_template(berlin), VALUES, audience={"contacts": [contact.pk]})


def begins(broadcast):
    """What comes of it when another connection launches it now: began, or waits for us."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            actions.launch(broadcast.pk)
        return "began"
    except OperationalError:
        return "waits"
    finally:
        connection.close()


@pytest.fixture
def launched_meanwhile(monkeypatch):
    """A function: let this broadcast begin as soon as a page has looked at its draft. Returns what came of it."""
    told, looks = [], wizard.steps_of

    def let(broadcast):
        def looked(draft):
            if not told:
                told.append("")
                with ThreadPoolExecutor(1) as other:
                    told[0] = other.submit(begins, broadcast).result()
            return looks(draft)

        monkeypatch.setattr(wizard, "steps_of", looked)
        return told

    return let


PAGES = [
    ("channel", (), {"name": "Other", "sender": "whatsapp:0"}),
    ("message", (), {"value-body.1": "Other", "value-body.2": "Other"}),
    ("review", (), {"when": "", "stop_percent": "5"}),
    ("pasted", (), {"remove": "1"}),
    ("pasted", (), {"text": "+4915155501302", "add": "1"}),
]


@pytest.mark.parametrize(("page", "more", "posted"), PAGES)
def test_a_page_that_saves_a_draft_holds_its_beginning_up(client, ready, launched_meanwhile, page, more, posted):
    """S4-36: what is saved was a draft all the while."""
    told = launched_meanwhile(ready)
    client.post(reverse(f"broadcast_{page}", args=[ready.pk, *more]), posted, HTTP_HX_REQUEST="true")
    assert told == ["waits"]
    assert actions.launch(ready.pk).status == "sending"


@pytest.mark.parametrize(("page", "more", "posted"), PAGES)
def test_a_page_that_was_left_open_changes_nothing_of_what_has_begun(client, ready, page, more, posted):
    actions.launch(ready.pk)
    before = Broadcast.objects.values().get()
    client.post(reverse(f"broadcast_{page}", args=[ready.pk, *more]), posted, HTTP_HX_REQUEST="true")
    assert Broadcast.objects.values().get() == before


def test_send_pressed_twice_at_once_begins_once(client, boss, ready):
    """S4-43."""

    def press():
        return client.post(reverse("broadcast_review", args=[ready.pk]), {"when": "now"}).status_code

    assert at_once(press, press) == [302, 302]
    begun = Broadcast.objects.get()
    assert (begun.status, begun.lane) == ("sending", f"whatsapp:{ready.number_id}")


def test_a_file_that_arrives_after_it_began_changes_nothing(ready, boss, monkeypatch):
    headed = make_template(ready.number, "headed", more=[{"type": "HEADER", "format": "IMAGE"}])
    ready.content = {"name": headed.name, "language": "en", "components": []}
    ready.save()
    monkeypatch.setattr(files, "_kept", lambda *_: type("Kept", (), {"pk": 1, "filename": "a.png"}))

    def brought(*_):
        Broadcast.objects.update(status="sending", started_at="2026-11-28T00:00Z", lane="whatsapp:1")
        return "media"

    monkeypatch.setattr(files, "_brought", brought)
    with pytest.raises(Refusal):
        files.put_above_text(ready, SimpleUploadedFile("a.png", b"x"), boss)
    assert Broadcast.objects.get().content == ready.content


def test_what_has_begun_is_not_deleted_by_a_page_that_saw_a_draft(boss):
    draft = make_email_draft(boss, make_email_sender())
    Broadcast.objects.filter(pk=draft.pk).update(status="sending", started_at="2026-11-28T00:00Z", lane="email:1")
    with pytest.raises(Refusal):
        lifecycle.delete(draft)
    assert not Recipient.objects.exists()
    assert Broadcast.objects.filter(pk=draft.pk).exists()
