"""Admins make webhooks, see in words how they go, try them, and send events again."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from inbox import webhooks
from inbox.admin.webhooks import sentence
from inbox.changes import change_conversation
from inbox.models import ApiKey, FeedKind, Subscription, WebhookDelivery
from tests.factories import make_agent, make_conversation
from tests.inbox.listening import make_subscription
from tests.inbox.programs.far_end import running_program

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADD = {"name": "CRM", "url": "https://program.example/hook", "kinds": [], "is_active": "on"}


@pytest.fixture
def admin(client):
    client.force_login(make_agent("Ben", role="admin"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def far_end():
    with running_program() as far_end:
        yield far_end


def secret_in(response):
    return re.search(r'value="(whsec_[^"]+)"', response.content.decode())[1]


def page_of(subscription, what="change"):
    return reverse(f"admin:inbox_subscription_{what}", args=[subscription.pk])


def pressed(admin, subscription, name, **fields):
    """Confirm the dialog of a button; returns the page that follows."""
    answer = admin.post(page_of(subscription, name), {"_form_submitted": "1", **fields})
    return admin.get(answer.headers["HX-Redirect"]).content.decode()


def happens(number):
    with change_conversation(make_conversation("unassigned", number=number).pk) as change:
        change.tell(FeedKind.RELAY_FAILED)
    webhooks.publish()


def test_a_webhook_is_made_and_its_secret_shown_once(admin, number, far_end):
    posted = admin.post(reverse("admin:inbox_subscription_add"), {**ADD, "url": far_end.url})
    shown = admin.get(posted.url)
    assert admin.get(posted.url).status_code == 410
    subscription = Subscription.objects.get()
    assert (subscription.name, subscription.kinds, subscription.is_active) == ("CRM", [], True)
    secret = secret_in(shown)
    assert secret not in admin.get(page_of(subscription)).content.decode()
    happens(number)
    webhooks.deliver(subscription.pk)
    Webhook(secret).verify(far_end.received[0].body, far_end.received[0].headers)


def test_one_that_is_made_switched_off_is_off(admin):
    told = {name: value for name, value in ADD.items() if name != "is_active"}
    admin.post(reverse("admin:inbox_subscription_add"), told)
    assert not Subscription.objects.get().is_active


def test_a_private_address_is_refused_in_place(admin, settings):
    settings.PROGRAMS_ALLOWED_NETWORKS = []
    answer = admin.post(reverse("admin:inbox_subscription_add"), {**ADD, "url": "https://10.0.0.1/"})
    assert "not on the public internet" in answer.content.decode()
    assert not Subscription.objects.exists()


def test_a_rotated_secret_is_shown_once_and_both_are_valid_for_a_day(admin):
    subscription = make_subscription()
    shown = admin.post(page_of(subscription), {**ADD, "inbox_subscription_rotate": "1"}, follow=True)
    former = subscription.secret
    subscription.refresh_from_db()
    assert subscription.valid_secrets(timezone.now()) == [secret_in(shown), former]
    assert subscription.name == "CRM"
    assert "the former one as well" in admin.get(page_of(subscription)).content.decode()


def test_it_is_changed_and_switched_on_again(admin):
    subscription = make_subscription(is_active=False, switched_off_at=NOON, trouble="It answered 410.")
    answer = admin.post(page_of(subscription), {**ADD, "kinds": ["message.received"]})
    assert answer.status_code == 302
    subscription.refresh_from_db()
    assert (subscription.is_active, subscription.trouble, subscription.kinds) == (True, "", ["message.received"])


def test_a_test_is_sent_and_its_answer_shown(admin, far_end):
    subscription = make_subscription(far_end.url)
    asked = admin.get(page_of(subscription, "send_test"))
    assert far_end.received == [], "looking at the dialog sends nothing"
    assert b"Send a test?" in asked.content
    assert "It answered 200 after" in pressed(admin, subscription, "send_test")
    far_end.status = 500
    assert "It answered 500." in pressed(admin, subscription, "send_test")


def test_all_since_a_time_are_sent_again(admin, far_end, number):
    subscription = make_subscription(far_end.url)
    happens(number)
    webhooks.deliver(subscription.pk)
    assert "1 events are sent again" in pressed(admin, subscription, "send_again", hours="24")
    webhooks.deliver(subscription.pk)
    first, second = far_end.received
    assert first.message_id == second.message_id


def test_selected_ones_are_sent_again_from_the_log(admin, far_end, number):
    subscription = make_subscription(far_end.url)
    happens(number)
    webhooks.deliver(subscription.pk)
    delivery = WebhookDelivery.objects.get()
    log = reverse("admin:inbox_webhookdelivery_changelist")
    admin.post(log, {"action": "send_again", "_selected_action": [delivery.pk]})
    assert webhooks.deliver(subscription.pk) == 1


def test_the_log_says_what_became_of_each(admin, far_end, number):
    far_end.status = 503
    subscription = make_subscription(far_end.url, name="CRM")
    happens(number)
    webhooks.deliver(subscription.pk)
    way = admin.get(page_of(subscription, "show_log"))
    log = admin.get(way.headers["Location"]).content.decode()
    assert "relay.failed" in log
    assert "It answered 503." in log
    page = admin.get(reverse("admin:inbox_webhookdelivery_change", args=[WebhookDelivery.objects.get().pk]))
    assert "It answered 503." in page.content.decode()


@pytest.mark.parametrize(
    "fields, words",
    [
        ({}, "Nothing was sent yet."),
        ({"pace_ms": 20}, "It gets everything."),
        ({"pace_ms": 20, "trouble": "It answered 500."}, "The last call failed: It answered 500. It is tried again."),
        ({"is_active": False}, "Switched off by hand."),
        (
            {"is_active": False, "switched_off_at": NOON, "trouble": "It answered 410: it wants no more."},
            "Switched off since 2 Mar 2026, 12:00 UTC. It answered 410: it wants no more.",
        ),
        (
            {
                "paused_at": NOON,
                "probe_at": NOON + timedelta(minutes=5),
                "failures_in_row": 8,
                "trouble": "Nobody answers at this address.",
            },
            "Paused since 2 Mar 2026, 12:00 UTC, after 8 failures in a row. Nobody answers at this address. The next "
            "try is due at 2 Mar 2026, 12:05 UTC; once one succeeds, all that waits is sent.",
        ),
    ],
)
def test_how_it_goes_stands_there_in_words(admin, fields, words):
    subscription = make_subscription(**fields)
    assert sentence(subscription, NOON) == words
    page = admin.get(page_of(subscription)).content.decode()
    assert words in page


def test_one_whose_key_ended_says_so(admin):
    key = ApiKey.objects.create(name="CRM", revoked_at=NOON)
    subscription = make_subscription(api_key=key)
    assert "revoked" in sentence(subscription, NOON + timedelta(days=1))
    assert "Key ended" in admin.get(reverse("admin:inbox_subscription_changelist")).content.decode()


def test_only_admins_reach_webhooks(client):
    client.force_login(make_agent("Sofia", role="supervisor"), backend="django.contrib.auth.backends.ModelBackend")
    for model in ("subscription", "webhookdelivery"):
        assert client.get(reverse(f"admin:inbox_{model}_changelist")).status_code == 302
