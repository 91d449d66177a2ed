"""The panel "Automation" beside a thread: what is due, and the newest decisions with their reasons."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from automation.rules.deadlines import Due
from inbox.models import Timer
from inbox.panels import panels
from tests import factories
from tests.automation.deciding import decided

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def number():
    return factories.make_number()


@pytest.fixture
def mira(number):
    return factories.make_agent("Mira", numbers=[number])


@pytest.fixture
def conversation(number, mira):
    return factories.make_conversation("assigned", number=number, assignee=mira)


def looks(client, agent, name, conversation, **query):
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse(name, args=[conversation.pk]), query)


def panel(client, agent, conversation):
    answer = looks(client, agent, "automation_panel", conversation)
    assert answer.status_code == 200
    return answer.content.decode()


def due(conversation, kind, **ahead):
    row = {"thread": conversation.thread, "conversation": conversation, "kind": kind}
    return Timer.objects.create(**row, due_at=NOW + timedelta(**ahead))


def words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_it_is_a_panel_of_the_details(mira):
    assert ("Automation", "automation_panel") in [(one.title, one.url_name) for one in panels("details", mira)]


def test_without_anything_due_or_decided_there_are_no_words(client, mira, conversation):
    assert panel(client, mira, conversation).strip() == ""


@pytest.mark.parametrize(
    "kind, said",
    [
        (Due.AUTO_CLOSE, "Closes"),
        (Due.REMINDER, "Reminder"),
        (Due.SURVEY, "Survey"),
        (Due.WAITING_REPLY, "Reply"),
        (Due.BOT_SILENCE, "Closes"),
    ],
)
def test_what_is_due_stands_there_with_its_time(client, mira, conversation, kind, said):
    timer = due(conversation, kind, hours=3)
    shown = panel(client, mira, conversation)
    assert said in words(shown)
    assert f'<time datetime="{timer.due_at.isoformat()}" data-format="countdown">' in shown
    assert f'<time datetime="{timer.due_at.isoformat()}" data-format="full">' in shown


def test_the_soonest_stands_first(client, mira, conversation):
    due(conversation, Due.AUTO_CLOSE, hours=3)
    due(conversation, Due.REMINDER, minutes=12)
    assert words(panel(client, mira, conversation)).startswith("Reminder")


def test_the_newest_five_decisions_are_sentences(client, mira, conversation):
    for minute in range(7):
        decided(conversation, at=NOW - timedelta(minutes=minute), reason="switched_off" if minute == 6 else "answered")
    assert panel(client, mira, conversation).count("<li data-outcome") == 5


def test_decisions_of_the_thread_are_shown_and_those_of_other_conversations_are_not(client, mira, conversation):
    earlier = factories.make_conversation("closed", thread=conversation.thread)
    decided(earlier, occasion="a")
    decided(conversation, "welcome", "done", "", conversation=None)
    assert panel(client, mira, conversation).count("<li data-outcome") == 1


def test_who_does_not_see_the_conversation_does_not_see_its_panel(client, conversation):
    decided(conversation)
    stranger = factories.make_agent("Tiago")
    assert looks(client, stranger, "automation_panel", conversation).status_code == 404
    assert looks(client, stranger, "conversation_reasons", conversation).status_code == 404


@pytest.mark.parametrize("role, sees_link", [("agent", False), ("supervisor", True), ("admin", True)])
def test_all_decisions_are_for_supervisors_and_admins(client, number, conversation, role, sees_link):
    decided(conversation)
    looker = factories.make_agent("Nika", role=role, numbers=[number])
    assert ("All decisions" in panel(client, looker, conversation)) is sees_link
    assert looks(client, looker, "conversation_reasons", conversation).status_code == (200 if sees_link else 403)


def test_all_decisions_are_read_page_by_page(client, number, conversation):
    made = [decided(conversation).pk for _ in range(60)]
    supervisor = factories.make_agent("Nika", role="supervisor", numbers=[number])
    first = looks(client, supervisor, "conversation_reasons", conversation)
    assert [row.pk for row in first.context["page"].rows] == made[:9:-1]
    cursor = first.context["page"].cursor
    second = looks(client, supervisor, "conversation_reasons", conversation, cursor=cursor)
    assert [row.pk for row in second.context["page"].rows] == made[9::-1]
    assert second.context["page"].cursor == ""
    assert "?cursor=" in first.content.decode()


def test_only_admins_are_led_to_the_log_of_everything(client, number, conversation):
    for role, is_led in (("supervisor", False), ("admin", True)):
        looker = factories.make_agent("", role=role, numbers=[number])
        shown = looks(client, looker, "conversation_reasons", conversation).content.decode()
        assert ("Search the log" in shown) is is_led
