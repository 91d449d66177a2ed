"""Places of the pages that upper layers fill."""

import pytest
from django.urls import reverse

from inbox import panels
from tests.factories import make_agent, make_conversation, make_number

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_places(monkeypatch):
    monkeypatch.setattr(panels, "_panels", {place: [] for place in panels.PLACES})


@pytest.fixture
def number():
    return make_number()


def log_in(client, agent):
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_place_gives_its_panels_in_order_to_those_who_may_have_them(number):
    panels.register_panel("rail", title="Reports", url_name="tags", permission=lambda agent: agent.is_supervisor)
    panels.register_panel("rail", title="Canned", url_name="canned_replies")
    assert [panel.title for panel in panels.panels("rail", make_agent())] == ["Canned"]
    assert [panel.title for panel in panels.panels("rail", make_agent(role="supervisor"))] == ["Reports", "Canned"]


def test_a_place_that_does_not_exist_is_refused():
    with pytest.raises(KeyError):
        panels.register_panel("cellar", title="Reports", url_name="tags")


def test_a_panel_registered_again_stands_once():
    panels.register_panel("details", title="Old", url_name="tags")
    panels.register_panel("details", title="New", url_name="tags")
    assert [panel.title for panel in panels.panels("details", make_agent())] == ["New"]


def test_the_rail_shows_an_entry_and_marks_the_one_in_which_the_reader_is(client, number):
    panels.register_panel("rail", title="Words", url_name="canned_replies", icon="chart-bar")
    page = log_in(client, make_agent(numbers=[number])).get(reverse("canned_replies")).content.decode()
    entry = page.split(f'href="{reverse("canned_replies")}"')[1].split("</a>")[0]
    assert "Words" in entry
    assert 'aria-current="page"' in entry


def test_the_details_name_the_address_of_a_panel_with_the_conversation(client, number):
    panels.register_panel("details", title="Row", url_name="conversation_row")
    conversation = make_conversation(number=number)
    page = log_in(client, make_agent(numbers=[number])).get(reverse("conversation", args=[conversation.pk]))
    assert f'data-panel="{reverse("conversation_row", args=[conversation.pk])}" hidden' in page.content.decode()
