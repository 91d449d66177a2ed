"""Admins enter senders, try them out with a button, and read what is wrong."""

import pytest
from django.db import connection
from django.urls import reverse

from broadcasts.models import EmailSender, Pace, SmsSender
from tests import factories
from tests.broadcasts.senders import make_email_sender, make_sms_sender

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(factories.make_agent(role="admin"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def sms_form(**changes):
    return {
        "name": "Hafen texts",
        "kind": "twilio",
        "sender": "+49 30 555142",
        "account_sid": "AC1",
        "auth_token": "s3cret-token",
        "per_second": "7",
        "is_active": "on",
        **changes,
    }


def test_an_sms_sender_is_entered_and_its_token_is_unreadable(admin):
    """S4-37: a channel to send from."""
    assert admin.post(reverse("admin:broadcasts_smssender_add"), sms_form()).status_code == 302
    sender = SmsSender.objects.get()
    assert (sender.sender, sender.auth_token) == ("+4930555142", "s3cret-token")
    with connection.cursor() as cursor:
        cursor.execute("select auth_token from broadcasts_smssender")
        assert "s3cret" not in cursor.fetchone()[0]
    page = admin.get(reverse("admin:broadcasts_smssender_change", args=[sender.pk])).content.decode()
    assert "s3cret" not in page
    assert "/webhooks/sms/twilio/" in page


def test_the_pace_of_a_sender_is_what_its_page_says(admin):
    admin.post(reverse("admin:broadcasts_smssender_add"), sms_form())
    sender = SmsSender.objects.get()
    form = sms_form(auth_token="•" * 12, per_second="3")
    assert admin.post(reverse("admin:broadcasts_smssender_change", args=[sender.pk]), form).status_code == 302
    sender.refresh_from_db()
    assert sender.auth_token == "s3cret-token"
    assert Pace.objects.get(key=f"sms:{sender.pk}").per_second == 3


@pytest.mark.parametrize("sender", ["030 555142", "A name too long", "+", "Ümläute"])
def test_what_can_be_no_sender_is_refused_with_words(admin, sender):
    page = admin.post(reverse("admin:broadcasts_smssender_add"), sms_form(sender=sender))
    assert page.status_code == 200
    assert "up to 11 letters" in page.content.decode()


def test_an_email_sender_is_entered_and_tried_out(admin, postbox):
    form = {"name": "Hafen & Co", "address": "news@hafen.example", "per_second": "5", "is_active": "on"}
    assert admin.post(reverse("admin:broadcasts_emailsender_add"), form).status_code == 302
    sender = EmailSender.objects.get()
    path = reverse("admin:broadcasts_emailsender_send_test", args=[sender.pk])
    assert admin.get(path).status_code == 200
    page = admin.post(path, {"to": "amira@example.org"}, follow=True)
    assert "The test to amira@example.org has left." in page.content.decode()
    assert postbox.letters[0]["Subject"] == "Test of Hafen & Co"


def test_a_test_that_fails_says_why_and_holds_the_sender(admin, postbox):
    sender = make_email_sender()
    postbox.sender_answer = "553 Not your address"
    path = reverse("admin:broadcasts_emailsender_send_test", args=[sender.pk])
    page = admin.post(path, {"to": "amira@example.org"})
    assert "Not your address" in page.content.decode()
    sender.refresh_from_db()
    assert sender.held_at is not None
    postbox.sender_answer = ""
    admin.post(path, {"to": "amira@example.org"})
    sender.refresh_from_db()
    assert (sender.held_at, sender.held_reason) == (None, "")


def test_a_test_sms_leaves_and_a_wrong_number_is_said(admin, texting):
    sender = make_sms_sender(texting.account())
    path = reverse("admin:broadcasts_smssender_send_test", args=[sender.pk])
    assert "phone number" in admin.post(path, {"to": "12"}).content.decode()
    admin.post(path, {"to": "+49 1515 5501301"})
    assert [text["body"] for text in texting.sent()] == ["This is a test of Hafen texts."]


def test_agents_see_no_senders(client):
    client.force_login(factories.make_agent(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("admin:broadcasts_smssender_changelist")).status_code == 302
