"""Admins connect numbers and look at webhook calls; secrets are stored and never shown."""

import pytest
from django.db import connection
from django.urls import reverse

from tests import factories
from whatsapp.models import Account, MessageTemplate, WebhookCall

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(factories.make_agent(role="admin"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def account_form(**changes):
    return {
        "name": "Berlin",
        "waba_id": "208000000000099",
        "portfolio_id": "",
        "access_token": "EAAB-secret-token",
        "app_secret": "s3cret-of-the-app",
        "verify_token": "verify-me",
        **changes,
    }


def test_an_account_is_connected_and_its_secrets_are_unreadable_in_the_database(admin):
    answer = admin.post(reverse("admin:whatsapp_account_add"), account_form())

    assert answer.status_code == 302
    account = Account.objects.get(waba_id="208000000000099")
    assert account.access_token == "EAAB-secret-token"
    with connection.cursor() as cursor:
        cursor.execute("select access_token, app_secret from whatsapp_account where id = %s", [account.pk])
        assert not any("s3cret" in value or "EAAB" in value for value in cursor.fetchone())


def test_the_page_of_an_account_never_shows_its_secrets_and_saving_keeps_them(admin):
    admin.post(reverse("admin:whatsapp_account_add"), account_form())
    account = Account.objects.get(waba_id="208000000000099")
    page = admin.get(reverse("admin:whatsapp_account_change", args=[account.pk]))

    shown = page.content.decode()
    assert "EAAB" not in shown
    assert "s3cret" not in shown
    assert "/webhooks/whatsapp/" in shown
    assert "verify-me" in shown

    kept = "•" * 12
    form = account_form(name="Berlin Mitte", access_token=kept, app_secret=kept)
    assert admin.post(reverse("admin:whatsapp_account_change", args=[account.pk]), form).status_code == 302
    account.refresh_from_db()
    assert (account.name, account.access_token, account.app_secret) == (
        "Berlin Mitte",
        "EAAB-secret-token",
        "s3cret-of-the-app",
    )


def test_an_account_without_secrets_is_refused_in_place(admin):
    answer = admin.post(reverse("admin:whatsapp_account_add"), account_form(access_token="", app_secret=""))

    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {"access_token", "app_secret"}


def test_a_new_account_sent_back_for_another_error_asks_for_its_secrets_once_more(admin):
    kept = "•" * 12
    answer = admin.post(reverse("admin:whatsapp_account_add"), account_form(access_token=kept, app_secret=kept))

    assert "enter it once more" in str(answer.context["adminform"].form.errors["app_secret"])


def test_the_message_templates_of_an_account_have_a_screen(admin):
    """S3-9: with what Meta says of each; they are looked at here and made at Meta."""
    account = Account.objects.create(**account_form())
    MessageTemplate.objects.create(account=account, name="parcel_arrived", language="en", status="APPROVED")
    MessageTemplate.objects.create(account=account, name="autumn_sale", language="de", status="REJECTED")

    page = admin.get(reverse("admin:whatsapp_messagetemplate_changelist")).content.decode()
    assert "parcel_arrived" in page
    assert "autumn_sale" in page
    assert "rejected" in page.lower()


def test_a_webhook_call_is_laid_out_with_its_reasons_and_processed_again_by_a_button(admin):
    call = WebhookCall.objects.create(body=b"not json", size_bytes=8)
    replay = admin.get(reverse("admin:whatsapp_webhookcall_replay", args=[call.pk]), follow=True)

    call.refresh_from_db()
    assert call.processed_at
    assert call.problems
    assert call.problems[0]["reason"] in replay.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


@pytest.mark.parametrize("role", ["agent", "supervisor"])
@pytest.mark.parametrize("name", ["whatsapp_account", "whatsapp_webhookcall", "inbox_agent", "inbox_conversation"])
def test_only_admins_enter(client, role, name):
    client.force_login(factories.make_agent(role=role), backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse(f"admin:{name}_changelist")).status_code == 302
