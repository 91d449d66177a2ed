"""What a customer's phone can send, one captured payload each (Meta: webhooks/reference/messages)."""

from datetime import UTC, datetime

import pytest

from tests.whatsapp.captured import NUMBER, WABA, event
from whatsapp.inbound import (
    ChatOpened,
    IdentityChanged,
    MessageDeleted,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    ReactionReceived,
    Sender,
    Unreadable,
)

IDA = Sender("+491725550137", "491725550137", "DE.40318827715593026144", "Ida Brandt", "ida.b")
SHA = "q0kBsTx5W8Bp3v9yJ4zZl2m1nO7rQ6uVxYcDeFgHiJk="
MIA = {
    "name": {"formatted_name": "Mia Brandt", "first_name": "Mia", "last_name": "Brandt"},
    "phones": [{"phone": "+49 172 5550177", "type": "CELL", "wa_id": "491725550177"}],
    "org": {"company": "Brandt KG"},
}
PLACE = {"latitude": 52.5163, "longitude": 13.3777}
NOT_SUPPORTED = {"code": 131051, "details": "Message type is currently not supported."}

KINDS = {
    "text": ("text", {"text": "Ist heute geöffnet? 🙂 café/bar"}),
    "image": ("image", {"mime_type": "image/jpeg", "media_id": "774001122331", "sha256": SHA, "caption": "the crack"}),
    "image_without_caption": ("image", {"mime_type": "image/png", "media_id": "774001122332", "sha256": SHA}),
    "video": ("video", {"mime_type": "video/mp4", "media_id": "774001122333", "sha256": SHA, "caption": "it rattles"}),
    "document": (
        "document",
        {
            "mime_type": "application/pdf",
            "media_id": "774001122334",
            "sha256": SHA,
            "caption": "both pages",
            "filename": "scan.pdf",
        },
    ),
    "voice_message": (
        "audio",
        {"mime_type": "audio/ogg; codecs=opus", "media_id": "774001122335", "sha256": SHA, "voice": True},
    ),
    "audio": ("audio", {"mime_type": "audio/mpeg", "media_id": "774001122336", "sha256": SHA}),
    "sticker": ("sticker", {"mime_type": "image/webp", "media_id": "774001122337", "sha256": SHA}),
    "sticker_animated": (
        "sticker",
        {"mime_type": "image/webp", "media_id": "774001122338", "sha256": SHA, "animated": True},
    ),
    "location": ("location", PLACE),
    "location_of_place": (
        "location",
        {**PLACE, "name": "Main gate", "address": "Pariser Platz 1", "url": "https://example.test/gate"},
    ),
    "contacts": ("contacts", {"contacts": [MIA]}),
    "contacts_on_request": ("contacts", {"contacts": [MIA | {"origin": "contact_request"}]}),
    "template_button": ("button_reply", {"id": "track:118", "title": "Track it"}),
    "template_button_without_context": ("button_reply", {"id": "Track it", "title": "Track it"}),
    "button_reply": ("button_reply", {"id": "slot:keep", "title": "Keep it"}),
    "list_reply": ("list_reply", {"id": "t:late", "title": "Parcel is late", "description": "Track or report"}),
    "flow_reply": (
        "flow_reply",
        {"name": "flow", "body": "Sent", "response": {"rating": "5"}, "flow_token": "ft-118"},
    ),
    "flow_reply_without_token": ("flow_reply", {"name": "flow", "body": "Sent", "response": {"rating": "5"}}),
    "order": (
        "order",
        {
            "catalog_id": "5501",
            "text": "please hurry",
            "items": [
                {"product_id": "SKU-9", "quantity": 2, "item_price": 12.5, "currency": "EUR"},
                {"product_id": "SKU-10", "quantity": 1.0, "item_price": 3.0, "currency": "EUR"},
            ],
        },
    ),
    "unsupported_poll": ("unsupported", {"type": "poll_creation", **NOT_SUPPORTED}),
    "unsupported_without_type": ("unsupported", NOT_SUPPORTED),
    "unavailable_for_now": ("unsupported", {"code": 131060, "details": "Message unavailable"}),
    "file_too_large": (
        "unsupported",
        {"type": "document", "code": 131052, "details": "The file is larger than 100 MB."},
    ),
    "interactive_without_inside": (
        "unsupported",
        {"type": "interactive", "code": 131000, "details": "The reply could not be read."},
    ),
    "call_permission_reply": ("unknown", {"type": "interactive"}),
    "unknown_kind": ("unknown", {"type": "hologram"}),
    "unknown_kind_with_errors": (
        "unsupported",
        {"type": "hologram", "code": 131051, "details": "Message type unknown"},
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_message_becomes_content(name):
    received = event(name)
    assert isinstance(received, MessageReceived)
    assert (received.kind, received.content) == KINDS[name]
    assert (received.waba_id, received.phone_number_id, received.sender) == (WABA, NUMBER, IDA)


def test_a_message_carries_metas_id_and_time_and_its_raw_element():
    received = event("text")
    assert received.wamid == "wamid.HBgMNDkxNzI1NTUwMTM3FQIAEhg001="
    assert received.sent_at == datetime(2026, 11, 18, 11, 6, 50, tzinfo=UTC)
    assert received.raw["text"] == {"body": "Ist heute geöffnet? 🙂 café/bar"}
    assert (received.quoted_wamid, received.context) == ("", {})


def test_an_unknown_kind_is_kept_raw():
    assert event("unknown_kind").raw["hologram"] == {"beam": "up"}


@pytest.mark.parametrize(
    "name, quoted_wamid",
    [("text_reply", "wamid.OUT7"), ("button_reply", "wamid.OUT7"), ("template_button", "wamid.T9")],
)
def test_an_answer_names_the_message_it_quotes(name, quoted_wamid):
    assert event(name).quoted_wamid == quoted_wamid


def test_how_a_message_came_about_is_kept():
    assert event("text_forwarded").context == {"forwarded": True}
    assert event("text_forwarded_often").context == {"frequently_forwarded": True}
    about_product = event("text_about_product")
    assert about_product.context == {"referred_product": {"catalog_id": "5501", "product_retailer_id": "SKU-9"}}
    assert about_product.quoted_wamid == "wamid.P1"
    assert event("text_from_ad").context["referral"]["headline"] == "Chat with us"


def test_a_customer_with_a_username_needs_no_phone_number():
    sender = event("text_username_only").sender
    assert sender == Sender("", "", "DE.77120045512094418823", "Noor", "noor.k")


def test_a_message_without_contacts_still_has_its_sender():
    sender = event("text_without_contacts").sender
    assert sender == Sender("+491725550137", "491725550137", "DE.40318827715593026144")


def test_payloads_from_before_user_ids_are_still_read():
    assert event("text_before_user_ids").sender == Sender("+491725550137", "491725550137", "", "Ida Brandt")


def test_a_message_to_a_group_stays_out_of_the_customers_thread():
    assert event("text_to_group").reason == "a message to a group"


@pytest.mark.parametrize(
    "name, emoji", [("reaction", "😮"), ("reaction_removed", ""), ("reaction_removed_by_empty_emoji", "")]
)
def test_a_reaction_names_its_message_and_an_empty_emoji_removes_it(name, emoji):
    reaction = event(name)
    assert isinstance(reaction, ReactionReceived)
    assert (reaction.target_wamid, reaction.emoji, reaction.sender) == ("wamid.OUT7", emoji, IDA)


def test_an_edit_brings_the_whole_new_content():
    edited = event("edit")
    assert isinstance(edited, MessageEdited)
    assert (edited.target_wamid, edited.kind) == ("wamid.A1", "text")
    assert edited.content == {"text": "Is it open tomorrow?"}


def test_a_deletion_names_its_message():
    deleted = event("revoke")
    assert isinstance(deleted, MessageDeleted)
    assert deleted.target_wamid == "wamid.A1"


def test_opening_the_chat_for_the_first_time_is_an_event():
    opened = event("request_welcome")
    assert isinstance(opened, ChatOpened)
    assert opened.sender == IDA


@pytest.mark.parametrize("name", ["number_changed", "number_changed_old_form"])
def test_a_new_phone_number_comes_with_the_old_one(name):
    changed = event(name)
    assert isinstance(changed, IdentityChanged)
    assert (changed.old_wa_id, changed.new_wa_id) == ("491725550137", "491725550999")
    assert changed.new_bsuid == ""


def test_a_new_user_id_comes_with_the_old_one():
    changed = event("user_id_changed")
    assert (changed.old_bsuid, changed.new_bsuid) == ("DE.40318827715593026144", "DE.77120045512094418823")
    assert changed.words == "User Ida changed"


def test_a_new_security_code_changes_no_id():
    changed = event("security_code_changed")
    assert (changed.old_wa_id, changed.new_wa_id, changed.new_bsuid) == ("491725550137", "", "")
    assert changed.words == "The security code of Ida changed"


def test_a_system_message_of_unknown_type_is_no_word_of_the_customer():
    assert event("system_of_unknown_type").reason == "a system message of unknown type"


def test_what_a_person_answered_on_the_phone_app_is_echoed():
    echoed = event("echo")
    assert isinstance(echoed, MessageEchoed)
    assert (echoed.kind, echoed.content) == ("text", {"text": "Answered from the phone"})
    assert echoed.recipient == Sender("+491725550137", "491725550137")


def test_an_echo_that_is_no_message_is_unreadable():
    assert isinstance(event("echo_deleted"), Unreadable)
