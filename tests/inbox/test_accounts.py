"""Logging in, links by which a password is chosen, and what the team keeps under Settings."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from inbox import invitations
from inbox.models import Agent, CannedReply, Tag
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-one"


def logged_in(client, **fields):
    agent = factories.make_agent(**fields)
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return agent


def path_of(link):
    return re.sub(r"^https?://[^/]+", "", link)


def test_every_page_sends_a_stranger_to_the_login_and_back(client):
    answer = client.get(reverse("tags"))

    assert answer.status_code == 302
    assert answer.url == f"{reverse('login')}?next={reverse('tags')}"


def test_a_wrong_password_is_answered_in_words_and_keeps_the_email(client):
    agent = factories.make_agent()
    answer = client.post(reverse("login"), {"username": agent.email, "password": "wrong"})

    assert "do not fit together" in answer.content.decode()
    assert f'value="{agent.email}"' in answer.content.decode()


def test_an_invited_agent_chooses_a_password_by_the_link_and_is_in_the_inbox(client):
    agent = factories.make_agent()
    agent.set_unusable_password()
    agent.save()

    form = client.get(path_of(invitations.link_for(agent)), follow=True)
    answer = client.post(form.request["PATH_INFO"], {"new_password1": PASSWORD, "new_password2": PASSWORD})

    assert answer.url == reverse("inbox")
    agent.refresh_from_db()
    assert agent.check_password(PASSWORD)
    assert client.session["_auth_user_id"] == str(agent.pk)


def test_a_link_works_once(client):
    agent = factories.make_agent()
    link = path_of(invitations.link_for(agent))
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"new_password1": PASSWORD, "new_password2": PASSWORD})
    client.logout()

    assert "no longer works" in client.get(link, follow=True).content.decode()


def test_an_admin_mails_or_copies_the_link(client):
    admin = logged_in(client, role="admin")
    agent = factories.make_agent(name="Ida")

    press(client, "mail_link", agent)
    shown = client.get(reverse("admin:inbox_agent_show_link", args=[agent.pk])).content.decode()

    assert mail.outbox[0].to == [agent.email]
    assert admin.name in mail.outbox[0].body
    assert "/invitation/" in mail.outbox[0].body
    assert "/invitation/" in shown


def press(client, name, agent):
    return client.post(reverse(f"admin:inbox_agent_{name}", args=[agent.pk]), {"_form_submitted": "True"})


@pytest.mark.parametrize("name, is_active", [("mail_link", True), ("deactivate", True), ("activate", False)])
def test_a_link_that_an_admin_follows_only_asks(client, name, is_active):
    """Anybody can write one, also a customer: what changes something is done by its form, with Django's token."""
    logged_in(client, role="admin")
    agent = factories.make_agent(is_active=is_active)

    asked = client.get(reverse(f"admin:inbox_agent_{name}", args=[agent.pk]))

    agent.refresh_from_db()
    assert "csrfmiddlewaretoken" in asked.content.decode()
    assert agent.is_active == is_active
    assert mail.outbox == []


def test_an_admin_deactivates_and_activates(client):
    logged_in(client, role="admin")
    agent = factories.make_agent()
    for name, is_active in (("deactivate", False), ("activate", True)):
        answer = press(client, name, agent)
        agent.refresh_from_db()
        assert agent.is_active == is_active
        assert answer["HX-Redirect"] == reverse("admin:inbox_agent_change", args=[agent.pk])
    assert client.get(reverse("admin:inbox_agent_show_link", args=[agent.pk + 1000])).status_code == 404


def test_an_admin_adds_an_agent_who_serves_numbers_and_cannot_log_in_before_the_invitation(client):
    number = factories.make_number()
    logged_in(client, role="admin")
    form = {
        "name": "Ida",
        "email": "Ida@Example.test",
        "role": "agent",
        "reception_limit": "4",
        "absence_grace_seconds": "60",
        "numbers": [number.reception.pk],
        "time_zone": "",
    }
    answer = client.post(reverse("admin:inbox_agent_add"), form)

    assert answer.status_code == 302
    agent = Agent.objects.get(email="ida@example.test")
    assert list(agent.receptions.all()) == [number.reception]
    assert not agent.has_usable_password()


def test_the_only_admin_stays_an_admin(client):
    admin = logged_in(client, role="admin")
    form = {"name": admin.name, "email": admin.email, "role": "agent", "absence_grace_seconds": "60"}
    answer = client.post(reverse("admin:inbox_agent_change", args=[admin.pk]), form)

    assert "only admin" in str(answer.context["adminform"].form.errors["role"])


def test_the_profile_changes_name_and_how_enter_works(client):
    agent = logged_in(client)
    client.post(reverse("profile"), {"name": "Ida B.", "time_zone": "Europe/Berlin"})

    agent.refresh_from_db()
    assert (agent.name, agent.time_zone, agent.enter_sends) == ("Ida B.", "Europe/Berlin", False)


def test_a_supervisor_adds_a_tag_with_name_and_colour(client):
    """S4-20, S4-21."""
    logged_in(client, role="supervisor")
    answer = client.post(reverse("tags"), {"name": "  order   late ", "colour": "red"}, follow=True)

    assert Tag.objects.get().name == "order late"
    assert 'data-colour="red"' in answer.content.decode()


def test_a_tag_name_is_taken_in_any_case_and_the_form_says_so(client):
    logged_in(client, role="supervisor")
    Tag.objects.create(name="VIP", colour="red")
    answer = client.post(reverse("tags"), {"name": "vip", "colour": "blue"})

    assert answer.status_code == 400
    assert "There is a tag with this name already." in answer.content.decode()


def test_agents_see_the_tags_and_do_not_change_them(client):
    logged_in(client, role="agent")
    tag = Tag.objects.create(name="vip", colour="red")

    assert "vip" in client.get(reverse("tags")).content.decode()
    assert client.post(reverse("tags"), {"name": "x", "colour": "red"}).status_code == 403
    assert client.post(reverse("delete_tag", args=[tag.pk])).status_code == 403
    assert client.post(reverse("tag", args=[tag.pk]), {"name": "x", "colour": "red"}).status_code == 403


def test_a_tag_is_renamed_and_deleted(client):
    logged_in(client, role="supervisor")
    tag = Tag.objects.create(name="vip", colour="red")

    client.post(reverse("tag", args=[tag.pk]), {"name": "gold", "colour": "yellow"})
    tag.refresh_from_db()
    assert (tag.name, tag.colour) == ("gold", "yellow")

    client.post(reverse("delete_tag", args=[tag.pk]))
    assert not Tag.objects.exists()


def test_canned_replies_are_kept_by_supervisors(client):
    logged_in(client, role="supervisor")
    client.post(reverse("canned_replies"), {"shortcut": "hello", "text": "Hello {{ name }}"})
    reply = CannedReply.objects.get()
    client.post(reverse("canned_reply", args=[reply.pk]), {"shortcut": "hi", "text": "Hi"})

    reply.refresh_from_db()
    assert (reply.shortcut, reply.text) == ("hi", "Hi")


def test_logging_out_ends_the_session(client):
    logged_in(client)
    client.post(reverse("logout"))

    assert client.get(reverse("profile")).status_code == 302


def test_logging_in_makes_available_unless_away_was_the_last_choice(client):
    chose = factories.make_agent(available=False)
    chose.set_password(PASSWORD)
    chose.chose_away = True
    chose.availability = "away"
    chose.save()
    client.post(reverse("login"), {"username": chose.email, "password": PASSWORD})
    chose.refresh_from_db()
    assert chose.availability == "away"

    chose.chose_away = False
    chose.save()
    client.logout()
    client.post(reverse("login"), {"username": chose.email, "password": PASSWORD})
    chose.refresh_from_db()
    assert chose.availability == "available"


def test_a_supervisor_sets_limit_and_availability_of_the_agents_of_their_numbers_and_empties_an_inbox(client):
    number = factories.make_number()
    logged_in(client, role="supervisor", numbers=[number])
    agent = factories.make_agent(name="Ida", numbers=[number])
    conversation = factories.make_conversation(status="assigned", number=number, assignee=agent)
    page = client.get(reverse("agents")).content.decode()
    assert "Ida" in page

    client.post(reverse("change_agent", args=[agent.pk, "limit"]), {"limit": "3"})
    client.post(reverse("change_agent", args=[agent.pk, "availability"]), {"availability": "away"})
    client.post(reverse("change_agent", args=[agent.pk, "empty"]))

    agent.refresh_from_db()
    conversation.refresh_from_db()
    assert (agent.reception_limit, agent.availability) == (3, "away")
    assert conversation.is_waiting


@pytest.mark.parametrize("typed", ["-1", "many", "99999", "1001", "٣"])
def test_a_limit_that_is_none_is_refused_in_words_and_nothing_changes(client, typed):
    logged_in(client, role="admin")
    agent = factories.make_agent(limit=2)
    answer = client.post(reverse("change_agent", args=[agent.pk, "limit"]), {"limit": typed}, follow=True)

    agent.refresh_from_db()
    assert agent.reception_limit == 2
    assert "leave it empty" in answer.content.decode()


def test_agents_and_supervisors_of_other_numbers_change_nobody(client):
    agent = factories.make_agent(limit=2, numbers=[factories.make_number()])
    logged_in(client, role="agent")
    assert client.get(reverse("agents")).status_code == 403

    logged_in(client, role="supervisor", numbers=[factories.make_number()])
    assert client.post(reverse("change_agent", args=[agent.pk, "limit"]), {"limit": "9"}).status_code == 404
