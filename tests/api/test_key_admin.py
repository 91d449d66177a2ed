"""Admins make, rotate and revoke keys; a secret is shown once."""

import re

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from inbox.models import ApiKey, ShownOnce
from tests.factories import make_agent

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
FIELDS = {"name": "CRM", "scopes": ["numbers:read"], "requests_per_minute": "60", "relay_patience_minutes": "10"}
TIMES = {"expires_at_0": "", "expires_at_1": "", "revoked_at_0": "", "revoked_at_1": ""}


@pytest.fixture
def admin(client):
    client.force_login(make_agent("Ben", role="admin"), backend=BACKEND)
    return client


def token_in(response):
    return re.search(r'value="(sb_[^"]+)"', response.content.decode())[1]


def page_after(client, address, form):
    return client.post(address, form, follow=True).content.decode()


def asked_with(client, token):
    return client.get("/api/v1/numbers/", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_new_key_is_shown_once_and_works(admin):
    shown = admin.post(reverse("admin:inbox_apikey_add"), {**FIELDS, **TIMES}, follow=True)
    token = token_in(shown)
    assert asked_with(admin, token) == 200
    key = ApiKey.objects.get()
    assert key.created_by.name == "Ben"
    page = admin.get(reverse("admin:inbox_apikey_change", args=[key.pk])).content.decode()
    assert token.rpartition("_")[2] not in page


def test_to_load_the_page_of_a_new_key_again_makes_none_and_shows_none(admin):
    """What is posted redirects, as a browser repeats only what it was led to."""
    posted = admin.post(reverse("admin:inbox_apikey_add"), {**FIELDS, **TIMES})
    assert posted.status_code == 302
    token = token_in(admin.get(posted.url))
    again = admin.get(posted.url)
    assert (again.status_code, ApiKey.objects.count()) == (410, 1)
    assert token not in again.content.decode()
    assert "Save and make a new secret" in again.content.decode()
    assert "no-store" in again.headers["Cache-Control"]


def test_a_new_key_is_shown_to_whoever_made_it_for_a_moment_and_kept_encrypted(admin, client):
    shown = admin.post(reverse("admin:inbox_apikey_add"), {**FIELDS, **TIMES}).url
    with connection.cursor() as cursor:
        cursor.execute("select content from inbox_shownonce")
        assert "sb_" not in cursor.fetchone()[0]
    ben = ShownOnce.objects.get().agent
    client.force_login(make_agent("Iris", role="admin"), backend=BACKEND)
    assert client.get(shown).status_code == 410
    client.force_login(ben, backend=BACKEND)
    ShownOnce.objects.update(made_at=timezone.now() - ShownOnce.KEPT)
    assert client.get(shown).status_code == 410
    assert ShownOnce.forget_old() == 1


def test_a_rotated_key_works_beside_the_old_one_and_a_revoked_one_does_not(admin):
    old = token_in(admin.post(reverse("admin:inbox_apikey_add"), {**FIELDS, **TIMES}, follow=True))
    address = reverse("admin:inbox_apikey_change", args=[ApiKey.objects.get().pk])
    new = token_in(admin.post(address, {**FIELDS, **TIMES, "inbox_apikey_rotate": "1"}, follow=True))
    assert new != old
    assert {asked_with(admin, token) for token in (old, new)} == {200}
    revoked = {**TIMES, "revoked_at_0": "2026-01-01", "revoked_at_1": "00:00:00"}
    assert admin.post(address, {**FIELDS, **revoked}).status_code == 302
    assert {asked_with(admin, token) for token in (old, new)} == {401}


def test_a_key_without_a_scope_is_refused_in_place(admin):
    answer = admin.post(reverse("admin:inbox_apikey_add"), {**FIELDS, **TIMES, "scopes": []})
    assert answer.status_code == 200
    assert not ApiKey.objects.exists()


def test_only_admins_reach_keys(client):
    client.force_login(make_agent("Sofia", role="supervisor"), backend=BACKEND)
    assert client.get(reverse("admin:inbox_apikey_changelist")).status_code == 302


def test_the_workflows_secret_is_shown_once_and_rotated_with_the_key(admin):
    """S0-11"""
    workflow = {"relay_url": "https://crm.example/relays", "relay_patience_minutes": "5"}
    shown = page_after(admin, reverse("admin:inbox_apikey_add"), {**FIELDS, **TIMES, **workflow})
    key = ApiKey.objects.get()
    first = key.relay_secret
    assert (key.relay_url, key.relay_patience_minutes) == ("https://crm.example/relays", 5)
    assert first.startswith("whsec_")
    assert first in shown
    address = reverse("admin:inbox_apikey_change", args=[key.pk])
    assert first not in admin.get(address).content.decode()
    shown = page_after(admin, address, {**FIELDS, **TIMES, **workflow, "inbox_apikey_rotate": "1"})
    key.refresh_from_db()
    assert key.relay_secret in shown
    assert key.relay_secret != first
    assert key.relay_secrets(timezone.now()) == [key.relay_secret, first]


def test_a_key_that_is_not_made_yet_has_no_facts_and_its_scopes_are_named_as_in_answers(admin):
    page = admin.get(reverse("admin:inbox_apikey_add")).content.decode()
    assert "Revoked at" not in page
    assert "Last used at" not in page
    assert "Read agents and teams (agents:read)" in page
