"""The four sending rights."""

from datetime import UTC, datetime, timedelta

import pytest

from inbox.rules.rights import Facts, StoredTemplate, refusal
from whatsapp.content import Location, Reaction, Template, Text

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HELLO = Text("Hello")
UPDATE = Template("parcel_update", "en_US")
BODY = [{"type": "BODY", "text": "Your parcel is here."}]
APPROVED = StoredTemplate("APPROVED", "UTILITY", BODY)


def facts(**changed):
    usual = {
        "window_until": NOW + timedelta(hours=1),
        "optout": "",
        "number_status": "CONNECTED",
        "has_token": True,
        "has_address": True,
        "template": None,
    }
    return Facts(**{**usual, **changed})


def code(content, **changed):
    reason = refusal(facts(**changed), content, NOW)
    return reason and reason.code


@pytest.mark.parametrize("content", [HELLO, Location(52.5, 13.4), Reaction("👍", "wamid.1")])
def test_anything_may_be_sent_while_the_window_is_open(content):
    assert code(content) is None


@pytest.mark.parametrize(
    "window_until, expected",
    [
        (NOW + timedelta(seconds=1), None),
        (NOW, "window_closed"),
        (NOW - timedelta(days=3), "window_closed"),
        (None, "window_closed"),
    ],
)
def test_free_form_messages_end_with_the_window(window_until, expected):
    assert code(HELLO, window_until=window_until) == expected


def test_the_words_say_whether_the_customer_ever_wrote():
    assert "not written yet" in refusal(facts(window_until=None), HELLO, NOW).words
    assert "24 hours" in refusal(facts(window_until=NOW), HELLO, NOW).words


def test_an_approved_template_needs_no_window():
    assert code(UPDATE, template=APPROVED, window_until=None) is None


@pytest.mark.parametrize("window_until", [None, NOW + timedelta(hours=1)])
def test_who_opted_out_of_all_gets_no_template_even_in_an_open_window(window_until):
    """S3-54: every outbound initiation to that contact is prevented."""
    assert code(UPDATE, template=APPROVED, optout="all", window_until=window_until) == "opted_out"


@pytest.mark.parametrize("optout", ["all", "marketing"])
def test_who_opted_out_still_gets_replies_in_the_open_window(optout):
    """S3-55: inbound messages of that contact can still be answered."""
    assert code(HELLO, optout=optout) is None


@pytest.mark.parametrize(
    "category, expected", [("MARKETING", "opted_out_of_marketing"), ("UTILITY", None), ("AUTHENTICATION", None)]
)
def test_an_opt_out_of_marketing_blocks_that_category_only(category, expected):
    template = StoredTemplate("APPROVED", category, BODY)
    assert code(UPDATE, template=template, optout="marketing") == expected


def test_a_template_must_exist_in_that_language():
    """S3-12."""
    reason = refusal(facts(), UPDATE, NOW)
    assert (reason.code, reason.field) == ("template_unknown", "name")
    assert "“parcel_update” (en_US)" in reason.words


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", "DISABLED", "DELETED", "SOMETHING_NEW"])
def test_a_template_must_be_approved(status):
    template = StoredTemplate(status, "UTILITY", BODY)
    assert code(UPDATE, template=template) == "template_not_approved"


def test_the_components_must_match_the_structure_s3_47():
    """S3-47: the given components are matched against the template's structure."""
    template = StoredTemplate(
        "APPROVED", "UTILITY", [{"type": "BODY", "text": "Parcel {{1}} is here, come and get it."}]
    )
    assert code(UPDATE, template=template) == "template_mismatch"
    filled = Template("parcel_update", "en_US", ({"type": "body", "parameters": [{"type": "text", "text": "118"}]},))
    assert code(filled, template=template) is None


@pytest.mark.parametrize("status", ["PENDING", "DISCONNECTED", "UNVERIFIED", "MIGRATED", "DELETED"])
def test_a_number_that_is_cut_off_sends_nothing(status):
    assert code(HELLO, number_status=status) == "number_not_connected"
    assert code(UPDATE, template=APPROVED, number_status=status) == "number_not_connected"


@pytest.mark.parametrize("status", ["CONNECTED", "FLAGGED", "RATE_LIMITED", "RESTRICTED", "", "A_NEW_WORD"])
def test_a_limited_or_unknown_number_still_answers(status):
    assert code(HELLO, number_status=status) is None


def test_a_number_without_token_is_not_connected():
    assert code(HELLO, has_token=False) == "number_not_connected"


def test_somebody_must_be_there_to_send_to():
    assert code(HELLO, has_address=False) == "no_address"
