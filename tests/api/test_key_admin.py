"""Admins make, renew and revoke keys; a secret is shown once."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from inbox.models import ApiKey
from tests.factories import make_agent

pytestmark = pytest.mark.django_db
FIELDS = {"name": "CRM", "scopes": ["numbers:read"], "requests_per_minute": "60", "relay_patience_minutes": "10"}
TIMES = {"expires_at_0": "", "expires_at_1": "", "revoked_at_0": "", "revoked_at_1": ""}


@pytest.fixture
def admin(client):
    client.force_login(make_agent("Ben", role="admin"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def token_in(response):
    return re.search(r'value="(sb_[^"]+)"', response.content.decode())[1]


def asked_with(client, token):
    return client.get("/api/v1/numbers/", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_new_key_is_shown_once_and_works(admin):
    shown = admin.post(reverse("admin:inbox_apikey_add"), {**FIELDS, **TIMES})
    token = token_in(shown)
    assert asked_with(admin, token) == 200
    key = ApiKey.objects.get()
    assert key.created_by.name == "Ben"
    page = admin.get(reverse("admin:inbox_apikey_change", args=[key.pk])).content.decode()
    assert token.rpartition("_")[2] not in page


def test_a_renewed_key_works_beside_the_old_one_and_a_revoked_one_does_not(admin):
    old = token_in(admin.post(reverse("admin:inbox_apikey_add"), {**FIELDS, **TIMES}))
    address = reverse("admin:inbox_apikey_change", args=[ApiKey.objects.get().pk])
    new = token_in(admin.post(address, {**FIELDS, **TIMES, "inbox_apikey_renew": "1"}))
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
    client.force_login(make_agent("Sofia", role="supervisor"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("admin:inbox_apikey_changelist")).status_code == 302


def test_the_workflows_secret_is_shown_once_and_renewed_with_the_key(admin):
    """S0-11"""
    workflow = {"relay_url": "https://crm.example/relays", "relay_patience_minutes": "5"}
    shown = admin.post(reverse("admin:inbox_apikey_add"), {**FIELDS, **TIMES, **workflow}).content.decode()
    key = ApiKey.objects.get()
    first = key.relay_secret
    assert (key.relay_url, key.relay_patience_minutes) == ("https://crm.example/relays", 5)
    assert first.startswith("whsec_")
    assert first in shown
    address = reverse("admin:inbox_apikey_change", args=[key.pk])
    assert first not in admin.get(address).content.decode()
    shown = admin.post(address, {**FIELDS, **TIMES, **workflow, "inbox_apikey_renew": "1"}).content.decode()
    key.refresh_from_db()
    assert key.relay_secret in shown
    assert key.relay_secret != first
    assert key.relay_secrets(timezone.now()) == [key.relay_secret, first]


def test_a_key_that_is_not_made_yet_has_no_facts_and_its_scopes_are_named_as_in_answers(admin):
    page = admin.get(reverse("admin:inbox_apikey_add")).content.decode()
    assert "Revoked at" not in page
    assert "Last used at" not in page
    assert "Read agents and teams (agents:read)" in page
