"""The JSON that leaves, word for word as Meta's pages show it (Meta: messages/send-messages)."""

import pytest

from whatsapp import payloads
from whatsapp.content import (
    Button,
    Buttons,
    Contacts,
    ContentError,
    Header,
    Link,
    ListMessage,
    Location,
    LocationRequest,
    Media,
    Reaction,
    Row,
    Section,
    Template,
    Text,
)

MIA = {"name": {"formatted_name": "Mia Brandt", "first_name": "Mia"}}
BODY = {"type": "body", "parameters": [{"type": "text", "text": "Ida"}]}


def sent(content, **more):
    return payloads.message(content, to="491725550137", **more)


def test_a_text_message():
    assert sent(Text("Your table is booked: https://example.test/b/7", preview_url=True)) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+491725550137",
        "type": "text",
        "text": {"body": "Your table is booked: https://example.test/b/7", "preview_url": True},
    }


@pytest.mark.parametrize("to", ["+49 172 555-0137", "491725550137", "+49 (172) 5550137"])
def test_a_phone_number_leaves_with_its_country_code(to):
    assert payloads.message(Text("Hi"), to=to)["to"] == "+491725550137"


def test_a_customer_without_a_phone_number_is_reached_by_user_id():
    payload = payloads.message(content=Text("Hi"), to=None, recipient="DE.40318827715593026144")
    assert payload["recipient"] == "DE.40318827715593026144"
    assert "to" not in payload


def test_a_message_to_nobody_is_refused():
    with pytest.raises(ContentError, match="Nobody to send this to"):
        payloads.message(Text("Hi"), to="")


def test_a_quote_and_our_own_mark_travel_along():
    payload = sent(Text("Yes"), quoted_wamid="wamid.A1", callback_data="message:5571")
    assert payload["context"] == {"message_id": "wamid.A1"}
    assert payload["biz_opaque_callback_data"] == "message:5571"


def test_a_mark_longer_than_meta_echoes_is_refused():
    assert sent(Text("Yes"), callback_data="x" * 512)
    with pytest.raises(ContentError):
        sent(Text("Yes"), callback_data="x" * 513)


def test_a_reaction_never_quotes_besides():
    payload = sent(Reaction("👍", "wamid.A1"), quoted_wamid="wamid.A1")
    assert "context" not in payload
    assert payload["reaction"] == {"message_id": "wamid.A1", "emoji": "👍"}


@pytest.mark.parametrize(
    "content, body",
    [
        (Media("image", "image/png", media_id="77", caption="crack"), {"id": "77", "caption": "crack"}),
        (Media("video", "video/mp4", link="https://example.test/v.mp4"), {"link": "https://example.test/v.mp4"}),
        (
            Media("document", "application/pdf", media_id="77", filename="invoice-118.pdf"),
            {"id": "77", "filename": "invoice-118.pdf"},
        ),
        (Media("audio", "audio/ogg", media_id="77", voice=True), {"id": "77", "voice": True}),
        (Media("sticker", media_id="77", filename="not sent.webp"), {"id": "77"}),
    ],
)
def test_a_file_leaves_by_id_or_link(content, body):
    payload = sent(content)
    assert payload["type"] == content.kind
    assert payload[content.kind] == body


def test_a_file_that_was_not_uploaded_does_not_leave():
    with pytest.raises(ContentError, match="not uploaded"):
        sent(Media("image", "image/png"))


def test_a_place_leaves_with_its_address_only_beside_a_name():
    place = Location(52.5163, 13.3777, "Main gate", "Pariser Platz 1")
    words = {"name": "Main gate", "address": "Pariser Platz 1"}
    assert sent(place)["location"] == {"latitude": 52.5163, "longitude": 13.3777, **words}
    assert sent(Location(1, 2, address="Street"))["location"] == {"latitude": 1, "longitude": 2}


def test_contact_cards_leave_as_a_list():
    assert sent(Contacts((MIA,)))["contacts"] == [MIA]


def test_reply_buttons():
    content = Buttons(
        "Keep your 18:00 slot?",
        (Button("slot:keep", "Keep it"), Button("slot:move", "Another time")),
        Header("text", "Your slot"),
        "We answer 9–18 h",
    )
    assert sent(content)["interactive"] == {
        "type": "button",
        "header": {"type": "text", "text": "Your slot"},
        "body": {"text": "Keep your 18:00 slot?"},
        "footer": {"text": "We answer 9–18 h"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "slot:keep", "title": "Keep it"}},
                {"type": "reply", "reply": {"id": "slot:move", "title": "Another time"}},
            ]
        },
    }


@pytest.mark.parametrize(
    "header, sent_header",
    [
        (Header("image", media_id="77"), {"type": "image", "image": {"id": "77"}}),
        (
            Header("document", link="https://example.test/a.pdf"),
            {"type": "document", "document": {"link": "https://example.test/a.pdf"}},
        ),
    ],
)
def test_a_header_may_be_a_file(header, sent_header):
    assert sent(Buttons("Text", (Button("1", "Yes"),), header))["interactive"]["header"] == sent_header


def test_a_list():
    sections = (
        Section("Orders", (Row("t:late", "Parcel is late", "Track or report"),)),
        Section("Account", (Row("t:login", "Login trouble"),)),
    )
    assert sent(ListMessage("What is it about?", "Topics", sections))["interactive"] == {
        "type": "list",
        "body": {"text": "What is it about?"},
        "action": {
            "button": "Topics",
            "sections": [
                {
                    "title": "Orders",
                    "rows": [{"id": "t:late", "title": "Parcel is late", "description": "Track or report"}],
                },
                {"title": "Account", "rows": [{"id": "t:login", "title": "Login trouble"}]},
            ],
        },
    }


def test_a_single_section_may_go_without_a_title():
    content = ListMessage("What?", "Topics", (Section("", (Row("1", "One"),)),))
    assert "title" not in sent(content)["interactive"]["action"]["sections"][0]


def test_a_link_button():
    assert sent(Link("See the live map", "Open map", "https://example.test/map?x=1"))["interactive"] == {
        "type": "cta_url",
        "body": {"text": "See the live map"},
        "action": {
            "name": "cta_url",
            "parameters": {"display_text": "Open map", "url": "https://example.test/map?x=1"},
        },
    }


def test_a_request_for_the_place():
    assert sent(LocationRequest("Where shall we pick it up?"))["interactive"] == {
        "type": "location_request_message",
        "body": {"text": "Where shall we pick it up?"},
        "action": {"name": "send_location"},
    }


def test_a_template_leaves_without_its_preview():
    payload = sent(Template("parcel_update", "en_US", (BODY,), {"body": "Hello Ida"}))
    assert payload["template"] == {"name": "parcel_update", "language": {"code": "en_US"}, "components": [BODY]}
    assert "components" not in sent(Template("hello_world", "en_US"))["template"]


def test_a_read_mark_may_show_typing():
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A1"}
    assert payloads.read("wamid.A1") == mark
    assert payloads.read("wamid.A1", typing=True) == {**mark, "typing_indicator": {"type": "text"}}
