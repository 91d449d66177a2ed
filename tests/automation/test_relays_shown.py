"""What supervisors see of relays, and agents do not: the lines of the thread, the panel "Workflow"."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from automation.models import Relay
from inbox.models import Event
from inbox.panels import panels
from tests.factories import make_agent, make_conversation

pytestmark = pytest.mark.django_db
URL = "https://crm.example/relays?token=secret"


@pytest.fixture
def served(berlin, lena):
    return make_conversation("assigned", number=berlin, assignee=lena)


@pytest.fixture
def sofia(berlin):
    return make_agent("Sofia", role="supervisor", numbers=[berlin])


def relay(conversation, status, **fields):
    deadline = timezone.now() + timedelta(minutes=10)
    return Relay.objects.create(
        conversation=conversation, kind="interaction", url=URL, status=status, deadline_at=deadline, **fields
    )


def panel(client, agent, conversation):
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    return client.get(reverse("relays_panel", args=[conversation.pk]))


def words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_supervisors_have_the_panel_and_agents_do_not(lena, sofia):
    assert "relays_panel" in [one.url_name for one in panels("details", sofia)]
    assert "relays_panel" not in [one.url_name for one in panels("details", lena)]


def test_it_lists_relays_newest_first_with_their_tries_and_without_the_rest_of_an_address(client, served, sofia):
    gone = {"at": timezone.now().isoformat(), "status": None, "duration_ms": None, "words": "Nobody answers."}
    taken = {"at": timezone.now().isoformat(), "status": 200, "duration_ms": 35, "words": ""}
    relay(served, "answered", attempts=2, tries=[gone, taken], answer={"action": "hand_over"})
    relay(served, "failed", failure="It did not answer in time.")
    html = panel(client, sofia, served).content.decode()
    assert words(html) == (
        "Interaction to crm.example Failed It did not answer in time. "
        "Interaction to crm.example Answered: over to people 2 tries Nobody answers. 200 in 35 ms"
    )
    assert "secret" not in html


def test_without_relays_there_are_no_words(client, served, sofia):
    assert panel(client, sofia, served).content.decode().strip() == ""


def test_agents_are_refused(client, served, lena):
    assert panel(client, lena, served).status_code == 403


def test_lines_about_relays_are_hidden_from_agents_by_the_page():
    """Frames are the same for everybody; the page knows the role."""
    css = Path(settings.BASE_DIR, "static/css/bubbles.css").read_text()
    assert '[data-role="agent"] .event[data-kind^="relay"] { display: none; }' in css
    assert all(kind.startswith("relay") for kind in Event.FOR_SUPERVISORS)


def test_what_happened_beside_the_thread_is_told_by_role(client, served, sofia, lena):
    Event.objects.create(thread=served.thread, conversation=served, kind="relay_failed", data={"words": "Away."})
    for agent, is_told in ((sofia, True), (lena, False)):
        client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
        page = client.get(reverse("conversation", args=[served.pk])).content.decode()
        details = page[page.index("What happened") :]
        assert ("The workflow failed: Away" in details) is is_told
