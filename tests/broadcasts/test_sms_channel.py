"""Broadcasts by SMS, through the sandbox's gateway: what arrives, what is retried, what is never doubled."""

from datetime import timedelta

import pytest
from django.utils import timezone

from broadcasts.channels.direct import LEASE
from broadcasts.channels.sms import Sms
from broadcasts.drafts.previews import preview_of
from broadcasts.models import Broadcast, Pace
from broadcasts.rules.pacing import THROUGHPUT
from broadcasts.sms.stopping import STOP_HINT
from inbox.actions.refusals import Refusal
from inbox.consent import Said, refuse
from inbox.models import Contact
from tests import factories
from tests.broadcasts.senders import enter, fates, make_sms, make_sms_sender, only, run

pytestmark = pytest.mark.django_db

AMIRA, LUIS = "+4915155501301", "+351915550122"


@pytest.fixture
def sender(texting):
    return make_sms_sender(texting.account())


def test_each_recipient_gets_a_text_of_their_own(texting, sender):
    """S4-34, S4-35: one broadcast by SMS reaches many, each with their own values."""
    broadcast = make_sms(sender, {AMIRA: {"name": "Amira"}, LUIS: {}}, message="Dear {{ name }}, it is here.")
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("sent", ""), LUIS: ("sent", "")}
    assert {text["to"]: text["body"] for text in texting.sent()} == {
        AMIRA: "Dear Amira, it is here.",
        LUIS: "Dear friend, it is here.",
    }


def test_the_way_to_stop_is_said_where_it_is_wished(texting, sender):
    broadcast = make_sms(sender, [AMIRA], offers_stop=True)
    run(broadcast)
    assert texting.sent()[0]["body"] == f"Your parcel is here.\n{STOP_HINT}"
    assert preview_of(broadcast).body == texting.sent()[0]["body"]


def test_whoever_wants_no_texts_gets_none(texting, sender):
    """S3-54"""
    refuse(factories.make_contact(phone=AMIRA), "sms", Said("word"))
    broadcast = make_sms(sender, [AMIRA, LUIS])
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("skipped", "opted_out"), LUIS: ("sent", "")}


@pytest.mark.parametrize("code", [21211, 21614])
def test_a_refused_number_fails_and_the_next_one_is_sent(texting, sender, code):
    texting.fault("refuse", code=code, customer=AMIRA)
    broadcast = make_sms(sender, [AMIRA, LUIS])
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("failed", f"sms_{code}"), LUIS: ("sent", "")}


def test_whoever_told_the_gateway_stop_has_told_us(texting, sender):
    texting.says(AMIRA, "STOP")
    broadcast = make_sms(sender, [AMIRA])
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("failed", "sms_21610")}
    assert Contact.objects.get(phone=AMIRA).sms_optout == "all"


def test_too_many_requests_are_tried_again_and_slow_the_lane(texting, sender):
    texting.fault("refuse", code=20429, times=1)
    broadcast = make_sms(sender, [AMIRA])
    assert run(broadcast) == [THROUGHPUT]
    assert fates(broadcast) == {AMIRA: ("queued", "")}
    run(broadcast, only(broadcast).due_at)
    assert fates(broadcast) == {AMIRA: ("sent", "")}
    assert len(texting.sent()) == 1


def test_a_lost_answer_leaves_a_doubt_and_no_double(texting, sender):
    texting.fault("drop_answer", times=1)
    broadcast = make_sms(sender, [AMIRA])
    run(broadcast)
    run(broadcast, timezone.now() + timedelta(days=1))
    assert fates(broadcast) == {AMIRA: ("failed", "unconfirmed")}
    assert len(texting.sent()) == 1
    assert texting.doubles() == {}


def test_a_gateway_that_is_away_is_tried_again(texting, sender, settings):
    broadcast = make_sms(sender, [AMIRA])
    away, settings.SMS_API_URL = settings.SMS_API_URL, "http://127.0.0.1:9"
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("queued", "")}
    settings.SMS_API_URL = away
    run(broadcast, only(broadcast).due_at)
    assert fates(broadcast) == {AMIRA: ("sent", "")}


def test_a_wrong_token_holds_the_sender_and_nobody_fails(texting, sender):
    sender.auth_token = "wrong"
    sender.save()
    broadcast = make_sms(sender, [AMIRA])
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("queued", "")}
    assert "auth token" in Sms().obstacle(Broadcast.objects.get()).words


def test_a_worker_that_dies_before_the_request_forgets_nobody(texting, sender):
    broadcast = make_sms(sender, [AMIRA, LUIS])
    enter(broadcast)
    run(broadcast, timezone.now() + LEASE)
    assert fates(broadcast) == {AMIRA: ("sent", ""), LUIS: ("sent", "")}
    assert texting.doubles() == {}


def test_a_worker_that_dies_after_the_request_doubles_nobody(texting, sender, monkeypatch):
    broadcast = make_sms(sender, [AMIRA, LUIS])
    monkeypatch.setattr("broadcasts.channels.direct.record", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        run(broadcast)
    monkeypatch.undo()
    run(broadcast, timezone.now() + LEASE)
    assert set(fates(broadcast).values()) == {("failed", "unconfirmed")}
    assert len(texting.sent()) == 2


@pytest.mark.parametrize(("change", "field"), [({"message": " "}, "message"), ({"message": "x" * 1601}, "message")])
def test_a_text_that_cannot_be_sent_is_refused_naming_the_field(sender, change, field):
    with pytest.raises(Refusal) as refusal:
        Sms().check(make_sms(sender, **change))
    assert refusal.value.field == field


def test_a_name_as_sender_cannot_offer_a_reply(texting):
    named = make_sms_sender(texting.account(), sender="HAFEN")
    Sms().check(make_sms(named))
    with pytest.raises(Refusal) as refusal:
        Sms().check(make_sms(named, offers_stop=True))
    assert refusal.value.field == "offers_stop"


def test_each_sender_has_a_lane_at_its_own_pace(texting):
    broadcast = make_sms(make_sms_sender(texting.account(), per_second=2))
    assert Pace.objects.get(key=broadcast.lane).per_second == 2


def test_who_refuses_between_entering_and_leaving_gets_nothing_and_is_skipped_with_that_reason(texting, sender):
    """Shows S3-54."""
    broadcast = make_sms(sender, [AMIRA, LUIS])
    entered = enter(broadcast)
    refuse(factories.make_contact(phone=AMIRA), "sms", Said("word"))
    Sms().leave(broadcast.lane, entered)
    assert fates(broadcast) == {AMIRA: ("skipped", "opted_out"), LUIS: ("sent", "")}
    assert [text["to"] for text in texting.sent()] == [LUIS]
