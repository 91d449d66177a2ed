"""The admin's page “REST API”: switches, the installation id, a key that is shown once."""

import re

import pytest
from django.urls import reverse

from inbox.models import ApiKey, Installation
from tests.factories import make_agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(make_agent("Ben", role="admin"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def address(rest_api):
    return reverse("admin:inbox_installation_change", args=[Installation.current().pk])


def value_of(page, field_id):
    return re.search(rf'id="{field_id}" value="([^"]*)"', page)[1]


def test_the_page_shows_the_installation_id_with_a_button_that_copies_it(admin, address):
    """Shows S3-6, S3-7."""
    page = admin.get(reverse("admin:inbox_installation_changelist"), follow=True).content.decode()
    assert value_of(page, "installation-id") == str(Installation.current().public_id)
    assert 'data-copies="installation-id"' in page
    assert "js/copying" in page


def test_a_key_is_made_there_shown_once_with_buttons_that_copy_and_works(admin, address):
    """Shows S3-6, S3-7."""
    posted = admin.post(address, {"rest_api_is_on": "on", "inbox_installation_make_key": "1"})
    page = admin.get(posted.url).content.decode()
    token = value_of(page, "token")
    assert 'data-copies="token"' in page
    assert 'data-copies="installation-id"' in page
    assert admin.get("/api/v1/broadcasts/", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert token.rpartition("_")[2] not in admin.get(address).content.decode()
    assert admin.get(posted.url).status_code == 410
    assert ApiKey.objects.get().created_by.name == "Ben"


def test_the_page_says_that_consent_must_exist_beforehand(admin, address):
    """Shows S3-51."""
    assert "must have agreed" in admin.get(address).content.decode()


def test_the_switches_open_and_shut_the_api_at_once(admin, address, program):
    """Shows S3-4."""
    crm = program()
    assert crm.get("numbers/").status_code == 200
    admin.post(address, {})
    answer = crm.get("numbers/")
    assert (answer.status_code, answer.json()["code"]) == (403, "rest_api_off")
    admin.post(address, {"rest_api_is_on": "on"})
    assert crm.get("numbers/").status_code == 200


def test_a_fresh_installation_is_shut(db):
    """Shows S3-4."""
    Installation.objects.all().delete()
    assert not Installation.current().rest_api_is_on
    assert not Installation.current().broadcasting_is_on


def test_agents_do_not_get_there(client, address):
    client.force_login(make_agent("Ada"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code in (302, 403)
