"""A broadcast pauses by itself when Meta thinks badly of its number, says why, and goes on by hand."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from broadcasts import actions, quality
from broadcasts.models import Broadcast
from inbox.models import Installation
from tests.api.conftest import Program
from tests.broadcasts.sending import make_broadcast, phone_of
from tests.factories import make_agent
from tests.whatsapp.posting import SECRET, delivered
from whatsapp import standing
from whatsapp.models import Number

pytestmark = pytest.mark.django_db


@pytest.fixture
def sending(berlin):
    Number.objects.filter(pk=berlin.pk).update(quality_rating="GREEN", messaging_limit="TIER_10K", status="CONNECTED")
    berlin.account.app_secret = SECRET
    berlin.account.save()
    broadcast = make_broadcast(berlin, [phone_of(1)])
    actions.launch(broadcast.pk)
    return broadcast


def rated(number, **changed):
    standing.keep(Number.objects.get(pk=number.pk), **changed)


def state(broadcast):
    broadcast.refresh_from_db()
    return broadcast.status, broadcast.pause_reason


def account_update(number, **value):
    changes = [{"field": "account_update", "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": number.account.waba_id, "changes": changes}]}


def quality_update(number, **value):
    digits = number.display_phone_number.replace("+", "").replace(" ", "")
    changes = [{"field": "phone_number_quality_update", "value": {"display_phone_number": digits, **value}}]
    return {"object": "whatsapp_business_account", "entry": [{"id": number.account.waba_id, "changes": changes}]}


def test_it_pauses_when_the_quality_falls_to_red_and_goes_on_by_hand(sending, berlin):
    """Issue 5, 3."""
    rated(berlin, quality_rating="YELLOW")
    assert state(sending) == ("sending", "")
    rated(berlin, quality_rating="RED")
    assert state(sending) == ("paused", "quality_low")
    assert "block or report" in sending.pause_words
    actions.resume(sending.pk)
    rated(berlin, quality_rating="RED", checked_at=timezone.now())
    assert state(sending) == ("sending", "")


def test_one_that_shall_not_pause_goes_on(sending, berlin):
    Broadcast.objects.update(pauses_on_low_quality=False)
    rated(berlin, quality_rating="RED")
    assert state(sending) == ("sending", "")


def test_broadcasts_of_other_numbers_go_on(sending, berlin):
    berlin.pk, berlin.phone_number_id = None, "another"
    berlin.save()
    rated(berlin, quality_rating="RED")
    assert state(sending) == ("sending", "")


@pytest.mark.parametrize(
    "told, reason",
    [
        ({"event": "FLAGGED", "current_limit": "TIER_10K"}, "number_flagged"),
        ({"event": "DOWNGRADE", "current_limit": "TIER_2K"}, "limit_lowered"),
        ({"event": "ONBOARDING", "max_daily_conversations_per_business": "TIER_100K"}, ""),
        ({"event": ["odd"], "current_limit": 7}, ""),
    ],
)
def test_meta_tells_by_webhook_that_a_number_is_flagged_or_its_limit_lowered(sending, berlin, told, reason):
    assert delivered(quality_update(berlin, **told)).problems == []
    assert state(sending) == (("paused", reason) if reason else ("sending", ""))


@pytest.mark.parametrize(
    "restriction, status",
    [
        ([{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}], "paused"),
        ([{"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"}], "sending"),
        (["odd"], "sending"),
        ("odd", "sending"),
    ],
)
def test_an_account_that_may_not_begin_sends_no_broadcast(sending, berlin, restriction, status):
    told = account_update(berlin, event="ACCOUNT_RESTRICTION", restriction_info=restriction)
    assert delivered(told).problems == []
    assert state(sending)[0] == status


def test_meta_is_asked_every_few_minutes_while_something_is_sent(sending, berlin, monkeypatch):
    asked = []

    def number(self, phone_number_id):
        asked.append(phone_number_id)
        return {"quality_rating": "RED", "status": "CONNECTED"}

    monkeypatch.setattr("whatsapp.client.GraphClient.number", number)
    now = timezone.now()
    quality.look_again(now)
    assert state(sending) == ("paused", "quality_low")
    actions.resume(sending.pk)
    quality.look_again(now + timedelta(minutes=4))
    assert len(asked) == 1
    quality.look_again(now + timedelta(minutes=5))
    actions.pause(sending.pk)
    quality.look_again(now + timedelta(hours=1))
    assert len(asked) == 2


def test_a_far_end_that_is_away_changes_nothing(sending, berlin, meta):
    Number.objects.update(phone_number_id="unknown")
    quality.look_again()
    assert state(sending) == ("sending", "")


def test_the_page_and_the_api_show_how_whatsapp_rates_the_number(sending, berlin, client):
    """Issue 5, 3: at YELLOW it is shown, at RED it says why it stands still."""
    Installation.switch_on()
    crm = Program(client, ["broadcasts:read"])
    client.force_login(make_agent("Root", role="admin"))
    page = reverse("broadcast", args=[sending.pk])
    rated(berlin, quality_rating="YELLOW")
    assert "rates the quality of this number as medium" in client.get(page).content.decode()
    assert crm.get(f"broadcasts/{sending.pk}/").json()["number_quality"] == "YELLOW"
    rated(berlin, quality_rating="RED")
    assert "rates the quality of this number as low now" in client.get(page).content.decode()
    pause = crm.get(f"broadcasts/{sending.pk}/").json()["pause"]
    assert pause["reason"] == "quality_low"
    assert "WhatsApp Manager" in pause["words"]


def test_the_page_says_why_they_failed_the_commonest_reason_first(sending, client):
    """Issue 5, 3: 131049 shown."""
    for place, words in enumerate(["Limit of marketing.", "No WhatsApp.", "Limit of marketing."]):
        sending.recipients.create(address=phone_of(10 + place), status="failed", reason="whatsapp_131049", words=words)
    sending.tallies.filter(shard=0).update(failed=3)
    client.force_login(make_agent("Root", role="admin"))
    shown = " ".join(client.get(reverse("broadcast", args=[sending.pk])).content.decode().split())
    assert shown.index("Limit of marketing.") < shown.index("No WhatsApp.")
    assert '<span class="figures">2</span><span>Limit of marketing.</span>' in shown
