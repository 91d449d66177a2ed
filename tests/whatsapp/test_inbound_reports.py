"""Statuses, preferences, identities, and what Meta tells about templates, numbers and accounts."""

from datetime import UTC, datetime

import pytest

from tests.whatsapp.captured import NUMBER, WABA, event, events
from whatsapp.inbound import (
    AccountChanged,
    Fault,
    IdentityChanged,
    MessageReceived,
    NumberChanged,
    NumberFaulted,
    PreferenceChanged,
    StatusReported,
    TemplateChanged,
    Unreadable,
)
from whatsapp.inbound.reading import fault


@pytest.mark.parametrize("word", ["sent", "delivered", "read", "played"])
def test_every_tick_is_reported(word):
    reported = event(f"status_{word}")
    assert reported == StatusReported(
        WABA,
        NUMBER,
        "wamid.OUT7",
        word,
        datetime(2026, 11, 18, 11, 10, tzinfo=UTC),
        "491725550137",
        "DE.40318827715593026144",
        "message:5571",
    )


def test_a_failed_message_says_why():
    reported = event("status_failed")
    assert reported.status == "failed"
    assert reported.error == Fault(131047, "Re-engagement message", "Last customer message is older than 24 hours.")


def test_a_failed_message_without_a_reason_still_has_an_error():
    assert event("status_failed_without_errors").error == Fault(131000)


def test_a_status_of_unknown_name_is_unreadable():
    assert isinstance(event("status_of_unknown_name"), Unreadable)


def test_a_status_in_a_group_names_no_person():
    assert event("status_in_group").recipient_wa_id == ""


def test_an_error_of_the_whole_number_is_an_event():
    faulted = event("number_faulted")
    assert isinstance(faulted, NumberFaulted)
    assert (faulted.phone_number_id, faulted.fault.code) == (NUMBER, 130429)


@pytest.mark.parametrize("code", ["131047", None, -1, 2**31, True, 1.5, []])
def test_an_error_with_an_odd_code_is_something_that_went_wrong(code):
    assert fault({"code": code, "details": "d"}) == Fault(131000, "", "d")


def test_a_customer_can_stop_marketing():
    assert event("preference_stop") == PreferenceChanged(
        WABA,
        NUMBER,
        "491725550137",
        "DE.40318827715593026144",
        "marketing_messages",
        "stop",
        datetime(2026, 11, 18, 11, 15, tzinfo=UTC),
    )


def test_a_new_user_id_is_told_beside_the_messages_too():
    changed = event("user_id_update")
    assert isinstance(changed, IdentityChanged)
    assert (changed.wamid, changed.old_wa_id, changed.new_wa_id) == ("", "", "491725550999")
    assert (changed.old_bsuid, changed.new_bsuid) == ("DE.40318827715593026144", "DE.77120045512094418823")


REJECTION = {"reason": "Two variables stand next to each other.", "recommendation": "Put words between them."}
TEMPLATE_CHANGES = {
    "template_approved": {"event": "APPROVED", "status": "APPROVED", "reason": "", "category": "UTILITY"},
    "template_rejected": {
        "event": "REJECTED",
        "status": "REJECTED",
        "reason": "INVALID_FORMAT",
        "category": "MARKETING",
        "rejection_info": REJECTION,
    },
    "template_paused": {
        "event": "PAUSED",
        "status": "PAUSED",
        "reason": "",
        "other_info": {"title": "FIRST_PAUSE", "description": "Paused for 3 hours."},
    },
    "template_disabled": {
        "event": "DISABLED",
        "status": "DISABLED",
        "reason": "",
        "disable_info": {"disable_date": 1795000400},
    },
    "template_reinstated": {"event": "REINSTATED", "status": "APPROVED", "reason": ""},
    "template_quality": {"quality": "YELLOW"},
    "template_category_notice": {"correct_category": "MARKETING"},
    "template_category_changed": {"category": "MARKETING"},
    "template_components": {
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Your parcel"},
            {"type": "BODY", "text": "Hello {{1}}"},
            {"type": "FOOTER", "text": "Brandt KG"},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Track", "url": "https://example.test/t"}]},
        ]
    },
}


@pytest.mark.parametrize("name", TEMPLATE_CHANGES)
def test_every_template_update_says_what_changed(name):
    """The language arrives as en-US and is en_US to us; the id is a number on the wire and text to us."""
    changes = TEMPLATE_CHANGES[name]
    assert event(name) == TemplateChanged(WABA, "9911223344", "parcel_update", "en_US", changes)


@pytest.mark.parametrize("name", ["number_quality", "number_name", "number_security"])
def test_news_of_a_number_names_its_display_number(name):
    changed = event(name)
    assert isinstance(changed, NumberChanged)
    assert changed.display_phone_number == "493055500142"


@pytest.mark.parametrize(
    "name, field",
    [
        ("account_capability", "business_capability_update"),
        ("account_restricted", "account_update"),
        ("account_alert", "account_alerts"),
        ("account_review", "account_review_update"),
        ("flow_published", "flows"),
    ],
)
def test_news_of_the_account_is_kept_as_meta_told_it(name, field):
    changed = event(name)
    assert isinstance(changed, AccountChanged)
    assert (changed.waba_id, changed.field, bool(changed.value)) == (WABA, field, True)


def test_an_unknown_field_is_an_event():
    unknown = event("field_unknown")
    assert isinstance(unknown, Unreadable)
    assert (unknown.field, unknown.reason) == ("history", "a field that is not known")


def test_all_events_of_all_entries_come_in_order_of_appearance():
    first, second, tick, other, review = events("several_entries")
    assert [first.content["text"], second.content["text"]] == ["first", "older, but second"]
    assert (first.sender.name, second.sender.name, second.sender.phone) == ("Ida Brandt", "عمر", "+971505550188")
    assert isinstance(tick, StatusReported)
    assert isinstance(other, MessageReceived)
    assert other.phone_number_id == "109000000000018"
    assert (review.waba_id, review.value) == ("208000000000043", {"decision": "APPROVED"})
