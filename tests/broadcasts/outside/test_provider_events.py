"""What mail providers report: how far an email came, and who wants no more."""

import base64

import pytest
from anymail.signals import AnymailTrackingEvent, tracking
from django.utils import timezone

from broadcasts.mail.letter import reference_of
from inbox.models import Consent, Contact
from tests.broadcasts.senders import fates, make_email, only, run

pytestmark = pytest.mark.django_db

AMIRA = "amira@example.org"


@pytest.fixture
def broadcast(settings):
    """Sent through a provider (django-anymail's own stand-in for one)."""
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    sent = make_email([AMIRA])
    run(sent)
    return sent


def tell(broadcast, event_type, **more):
    metadata = {"reference": reference_of(only(broadcast).pk)}
    given = {"event_type": event_type, "recipient": AMIRA, "timestamp": timezone.now(), "metadata": metadata, **more}
    tracking.send(sender=None, event=AnymailTrackingEvent(**given), esp_name="Test")


@pytest.mark.parametrize(
    ("events", "fate"),
    [
        (["queued", "sent"], ("sent", "")),
        (["delivered"], ("delivered", "")),
        (["delivered", "opened", "clicked"], ("read", "")),
        (["opened", "delivered", "sent"], ("read", "")),
        (["delivered", "bounced"], ("delivered", "")),
        (["bounced"], ("failed", "email_bounced")),
        (["bounced", "delivered"], ("delivered", "")),
        (["rejected"], ("failed", "email_rejected")),
        (["deferred", "autoresponded", "unknown"], ("sent", "")),
    ],
)
def test_events_move_the_recipient_forward(broadcast, events, fate):
    for event in events:
        tell(broadcast, event)
    assert fates(broadcast) == {AMIRA: fate}


def test_a_bounce_has_its_reason_and_words(broadcast):
    tell(broadcast, "bounced", reject_reason="invalid")
    assert (only(broadcast).reason, only(broadcast).words) == ("email_invalid", "The address is not valid.")


@pytest.mark.parametrize(("event", "source"), [("complained", "word"), ("unsubscribed", "link")])
def test_who_complains_or_unsubscribes_at_the_provider_gets_no_more(broadcast, event, source):
    """S3-54 for email."""
    tell(broadcast, event)
    assert Contact.objects.get(email=AMIRA).email_optout == "all"
    assert Consent.objects.get().source == source
    again = make_email([AMIRA])
    run(again)
    assert fates(again) == {AMIRA: ("skipped", "opted_out")}


def test_an_event_without_our_reference_is_found_by_the_providers_id(broadcast):
    only(broadcast).__class__.objects.update(external_id="esp-1")
    tell(broadcast, "delivered", metadata={}, message_id="esp-1")
    assert fates(broadcast) == {AMIRA: ("delivered", "")}


def test_events_of_other_mails_are_passed_over(broadcast):
    tell(broadcast, "bounced", metadata={"reference": "test-abc"}, message_id="other")
    tell(broadcast, "bounced", metadata={})
    assert fates(broadcast) == {AMIRA: ("sent", "")}


def postmark(broadcast, word="Delivery", **more):
    """An event as Postmark posts it (postmarkapp.com/developer/webhooks)."""
    metadata = {"reference": reference_of(only(broadcast).pk)}
    return {"RecordType": word, "MessageID": "esp-1", "Recipient": AMIRA, "Metadata": metadata, **more}


@pytest.mark.parametrize(("password", "status"), [("s3cret", 200), ("guessed", 400), ("", 400)])
def test_a_provider_is_believed_by_its_secret_only(broadcast, client, settings, password, status):
    settings.ROOT_URLCONF = "tests.broadcasts.outside.provider_urls"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "hook:s3cret"}
    proof = {"Authorization": "Basic " + base64.b64encode(f"hook:{password}".encode()).decode()} if password else {}
    answer = client.post(
        "/webhooks/mail/postmark/tracking/",
        postmark(broadcast, DeliveredAt="2026-11-28T12:00:00Z"),
        content_type="application/json",
        headers=proof,
    )
    assert answer.status_code == status
    assert fates(broadcast) == {AMIRA: ("delivered" if status == 200 else "sent", "")}
