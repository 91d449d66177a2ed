"""Every kind of payload that Meta sends, as a signed POST to the real view, up to what an agent can see."""

import pytest

from inbox.models import Attachment, Contact, Conversation, Event, Identity, Message
from tests.whatsapp.captured import NAMES, body
from tests.whatsapp.posting import delivered, make_captured_number

pytestmark = pytest.mark.django_db

# Files whose elements nobody can use, or only some: the reasons stand in the call.
MENDED = {"broken_characters", "broken_numbers"}
WITH_PROBLEMS = {name for name in NAMES if name.startswith("broken_")} - MENDED | {
    "echo_deleted",
    "field_unknown",
    "several_entries",
    "status_of_unknown_name",
    "system_of_unknown_type",
    "text_to_group",
}
KINDS = {
    "audio": "audio",
    "button_reply": "button_reply",
    "call_permission_reply": "unknown",
    "contacts": "contacts",
    "contacts_on_request": "contacts",
    "document": "document",
    "file_too_large": "unsupported",
    "flow_reply": "flow_reply",
    "flow_reply_without_token": "flow_reply",
    "image": "image",
    "image_without_caption": "image",
    "interactive_without_inside": "unsupported",
    "list_reply": "list_reply",
    "location": "location",
    "location_of_place": "location",
    "order": "order",
    "sticker": "sticker",
    "sticker_animated": "sticker",
    "template_button": "button_reply",
    "template_button_without_context": "button_reply",
    "text": "text",
    "text_about_product": "text",
    "text_before_user_ids": "text",
    "text_forwarded": "text",
    "text_forwarded_often": "text",
    "text_from_ad": "text",
    "text_reply": "text",
    "text_username_only": "text",
    "text_without_contacts": "text",
    "unavailable_for_now": "unsupported",
    "unknown_kind": "unknown",
    "unknown_kind_with_errors": "unsupported",
    "unsupported_poll": "unsupported",
    "unsupported_without_type": "unsupported",
    "video": "video",
    "voice_message": "audio",
}


@pytest.mark.parametrize("name", NAMES)
def test_every_payload_is_answered_and_processed_and_twice_is_once(name):
    make_captured_number()
    first = delivered(body(name))
    assert first.processed_at
    assert bool(first.problems) == (name in WITH_PROBLEMS), first.problems
    rows = [list(model.objects.order_by("pk").values()) for model in (Message, Conversation, Event, Contact, Identity)]
    again = delivered(body(name))
    assert again.problems == first.problems
    assert rows == [
        list(model.objects.order_by("pk").values()) for model in (Message, Conversation, Event, Contact, Identity)
    ]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_message_waits_for_an_agent(name):
    make_captured_number()
    delivered(body(name))
    message = Message.objects.get()
    conversation = Conversation.objects.get()
    assert message.kind == KINDS[name]
    assert message.conversation == conversation == message.thread.conversations.get()
    assert conversation.status == "unassigned"
    assert conversation.last_message == message
    assert (message.raw is not None) == (message.kind in ("unknown", "unsupported"))
    has_file = message.kind in ("image", "video", "audio", "document", "sticker")
    assert Attachment.objects.filter(message=message, status="pending").exists() == has_file
