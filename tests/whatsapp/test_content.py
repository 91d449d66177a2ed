"""What can be sent: Meta's limits at their edges, words for a person beyond them (Meta: messages/…)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp import content
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
from whatsapp.content.checks import length

MIB = 1024 * 1024
MIA = {"name": {"formatted_name": "Mia Brandt", "first_name": "Mia"}}


def row(number, **changes):
    return Row(**{"id": f"r{number}", "title": f"Row {number}", **changes})


def list_of(*sections, **changes):
    return ListMessage(**{"text": "What is it about?", "button": "Topics", "sections": sections, **changes})


def buttons(*titles, **changes):
    made = tuple(Button(f"b{number}", title) for number, title in enumerate(titles))
    return Buttons(**{"text": "Keep your slot?", "buttons": made, **changes})


def section_of(*rows, title="Orders"):
    return Section(title, rows)


LARGEST = [
    lambda: Text("x" * 4096, preview_url=True),
    lambda: Media("image", "image/png", media_id="1", caption="x" * 1024),
    lambda: Media("document", "application/pdf", link="https://example.test/a.pdf", filename="a.pdf"),
    lambda: Media("audio", "audio/ogg; codecs=opus", media_id="1", voice=True),
    lambda: Media("sticker", "image/webp", animated=True, sha256="abc"),
    lambda: Location(-90, 180.0, "Gate", "Street 1", "https://example.test"),
    lambda: Contacts((MIA,) * 257),
    lambda: buttons("a" * 20, "b" * 20, "c" * 20, text="x" * 1024, footer="f" * 60, header=Header("text", "h" * 60)),
    lambda: buttons("Yes", header=Header("image", media_id="1")),
    lambda: buttons("Yes", header=Header("video", link="https://example.test/v.mp4")),
    lambda: list_of(*(section_of(row(number), title=f"{number}" * 24) for number in range(10)), text="x" * 4096),
    lambda: list_of(section_of(row(1, id="i" * 200, title="t" * 24, description="d" * 72), title="")),
    lambda: Link("See the map", "l" * 20, "https://example.test/map?x=1"),
    lambda: Link("See the map", "Open", "http://example.test/", header=Header("text", "Map"), footer="f"),
    lambda: LocationRequest("x" * 1024),
    lambda: Template("parcel_update", "en_US", ({"type": "body", "parameters": []},), {"body": "Hi"}),
    lambda: Reaction("👍", "wamid.A1"),
    lambda: Reaction("", "wamid.A1"),
]


@pytest.mark.parametrize("make", LARGEST)
def test_content_at_its_limits_is_taken_and_stored_and_loaded_unchanged(make):
    made = make()
    assert content.load(made.kind, made.as_dict()) == made


REFUSED = {
    "text": [
        lambda: Text(""),
        lambda: Text("  \n"),
        lambda: Text("x" * 4097),
        lambda: Text(7),
        lambda: Text("null \x00"),
        lambda: Text("half a smile \ud83d"),
        lambda: buttons("Yes", text="x" * 1025),
        lambda: list_of(section_of(row(1)), text="x" * 4097),
        lambda: LocationRequest("x" * 1025),
    ],
    "preview_url": [lambda: Text("x", preview_url="yes")],
    "caption": [
        lambda: Media("image", caption="x" * 1025),
        lambda: Media("audio", caption="not shown"),
        lambda: Media("sticker", caption="not shown"),
    ],
    "mime_type": [lambda: Media("image", "image/gif"), lambda: Media("audio", "audio/ogg; codecs=vorbis")],
    "voice": [lambda: Media("audio", "audio/mpeg", voice=True), lambda: Media("video", voice=True)],
    "animated": [lambda: Media("sticker", animated=1)],
    "link": [
        lambda: Media("image", link="http://example.test/a.png"),
        lambda: Media("image", link="https://example.test/a b.png"),
    ],
    "kind": [
        lambda: Media("hologram"),
        lambda: content.load("note", {"text": "x"}),
        lambda: content.load({"text": 1}, {"text": "x"}),
    ],
    "latitude": [
        lambda: Location(90.1, 0),
        lambda: Location("north", 0),
        lambda: Location(True, 0),
        lambda: Location(None, 0),
        lambda: Location(float("nan"), 0),
        lambda: Location(10**400, 0),
    ],
    "longitude": [lambda: Location(0, "-180.1")],
    "contacts": [lambda: Contacts(()), lambda: Contacts((MIA,) * 258), lambda: Contacts("Mia")],
    "contacts.0.name": [
        lambda: Contacts((7,)),
        lambda: Contacts(({"name": "Mia"},)),
        lambda: Contacts(({"name": {"formatted_name": "Mia"}},)),
    ],
    "contacts.0.name.formatted_name": [lambda: Contacts(({"name": {"first_name": "Mia"}},))],
    "target": [lambda: Reaction("👍", ""), lambda: Reaction("👍", "w" * 256)],
    "emoji": [lambda: Reaction("👍" * 17, "wamid.A1")],
    "header": [
        lambda: buttons("Yes", header=Header("text", "h" * 61)),
        lambda: Header("image"),
        lambda: Header("location", "here"),
        lambda: buttons("Yes", header={"type": "text"}),
        lambda: list_of(section_of(row(1)), header=Header("image", media_id="1")),
    ],
    "footer": [lambda: buttons("Yes", footer="f" * 61)],
    "buttons": [
        lambda: buttons(),
        lambda: buttons("1", "2", "3", "4"),
        lambda: buttons("Same", "Same"),
        lambda: Buttons("Text", (Button("same", "1"), Button("same", "2"))),
    ],
    "buttons.0.title": [lambda: buttons("t" * 21), lambda: buttons("")],
    "buttons.0.id": [
        lambda: Buttons("Text", (Button(" padded", "Yes"),)),
        lambda: Buttons("Text", (Button("i" * 257, "Yes"),)),
    ],
    "button": [lambda: list_of(section_of(row(1)), button="b" * 21)],
    "sections": [
        lambda: list_of(),
        lambda: list_of(section_of(*map(row, range(6))), section_of(*map(row, range(6, 11)), title="More")),
        lambda: list_of(section_of(row(1), row(1))),
    ],
    "sections.0.title": [lambda: list_of(section_of(row(1), title=""), section_of(row(2)))],
    "sections.0.rows": [lambda: list_of(section_of())],
    "sections.0.rows.0.title": [lambda: list_of(section_of(row(1, title="t" * 25)))],
    "sections.0.rows.0.id": [lambda: list_of(section_of(row(1, id="i" * 201)))],
    "sections.0.rows.0.description": [lambda: list_of(section_of(row(1, description="d" * 73)))],
    "label": [lambda: Link("Text", "l" * 21, "https://example.test")],
    "url": [lambda: Link("Text", "Open", "ftp://example.test"), lambda: Link("Text", "Open", "")],
    "name": [lambda: Template("Parcel Update", "en"), lambda: Template("n" * 513, "en")],
    "language": [lambda: Template("parcel", "")],
    "components": [lambda: Template("parcel", "en", {"type": "body"})],
    "components.0": [
        lambda: Template("parcel", "en", ("body",)),
        lambda: Template("parcel", "en", ({"type": ""},)),
        lambda: Template("parcel", "en", ({"type": "body", "parameters": ["Ida"]},)),
    ],
    "preview": [lambda: Template("parcel", "en", (), "Hello")],
}


@pytest.mark.parametrize("field, make", [(field, make) for field, makes in REFUSED.items() for make in makes])
def test_content_beyond_its_limits_is_refused_at_its_field_with_a_sentence(field, make):
    with pytest.raises(ContentError) as refusal:
        make()
    assert refusal.value.field == field
    assert str(refusal.value) == refusal.value.message
    assert refusal.value.message.endswith(".")


def test_an_emoji_counts_as_two_so_that_meta_never_counts_more():
    assert length("👍") == 2
    with pytest.raises(ContentError):
        Text("👍" * 2049)


@pytest.mark.parametrize(
    "kind, stored, where",
    [
        ("text", {}, "content"),
        ("text", "words", "content"),
        ("buttons", {"text": "x", "buttons": "odd"}, "buttons"),
        ("buttons", {"text": "x", "buttons": [{"id": "1"}]}, "buttons"),
        ("buttons", {"text": "x", "buttons": [{"id": "1", "title": "a"}], "header": "odd"}, "header"),
        ("list", {"text": "x", "button": "b", "sections": [{"title": "t", "rows": 7}]}, "rows"),
    ],
)
def test_stored_content_of_the_wrong_shape_is_refused(kind, stored, where):
    with pytest.raises(ContentError) as refusal:
        content.load(kind, stored)
    assert refusal.value.field == where


def test_keys_of_later_versions_are_left_aside():
    assert content.load("text", {"text": "Hi", "kind": "image", "later": 1}) == Text("Hi")


@pytest.mark.parametrize(
    "mime_type, kind, largest",
    [
        ("image/jpeg", "image", 5 * MIB),
        ("IMAGE/PNG", "image", 5 * MIB),
        ("video/mp4", "video", 16 * MIB),
        ("audio/ogg; codecs=opus", "audio", 16 * MIB),
        ("audio/ogg", "audio", 16 * MIB),
        ("application/pdf", "document", 100 * MIB),
        ("image/webp", "sticker", 100 * 1024),
    ],
)
def test_a_file_is_sent_as_its_kind_up_to_metas_size(mime_type, kind, largest):
    assert content.check_media(mime_type, largest) == kind
    assert content.media_rules(kind).max_bytes == largest
    with pytest.raises(ContentError) as refusal:
        content.check_media(mime_type, largest + 1)
    assert refusal.value.field == "size_bytes"


def test_a_moving_sticker_may_be_larger():
    assert content.check_media("image/webp", 500 * 1024, animated=True) == "sticker"


def test_a_file_that_is_too_large_says_both_sizes():
    with pytest.raises(ContentError, match=r"Pictures may have up to 5 MB on WhatsApp, this file has 7\.3 MB\."):
        content.check_media("image/png", int(7.2 * MIB) + 1)
    with pytest.raises(ContentError, match="Stickers may have up to 100 KB"):
        content.check_media("image/webp", 200 * 1024)


@pytest.mark.parametrize(
    "mime_type, size_bytes, field",
    [
        ("image/gif", 1, "mime_type"),
        ("video/quicktime", 1, "mime_type"),
        ("", 1, "mime_type"),
        ("audio/ogg; codecs=vorbis", 1, "mime_type"),
        ("image/png", 0, "size_bytes"),
    ],
)
def test_a_file_that_whatsapp_does_not_carry_is_refused_before_upload(mime_type, size_bytes, field):
    with pytest.raises(ContentError) as refusal:
        content.check_media(mime_type, size_bytes)
    assert refusal.value.field == field


PREVIEWS = [
    ("text", {"text": "Is it\n open   today?"}, "Is it open today?"),
    ("text", {"text": "x" * 500}, "x" * 199 + "…"),
    ("note", {"text": "Call back"}, "Call back"),
    ("image", {"caption": "the crack"}, "the crack"),
    ("image", {}, "Photo"),
    ("video", {}, "Video"),
    ("audio", {"voice": True}, "Voice message"),
    ("audio", {}, "Audio"),
    ("document", {"filename": "scan.pdf"}, "scan.pdf"),
    ("document", {"filename": "scan.pdf", "caption": "both pages"}, "both pages"),
    ("document", {}, "Document"),
    ("sticker", {}, "Sticker"),
    ("location", {"name": "Main gate"}, "Main gate"),
    ("location", {}, "Location"),
    ("contacts", {"contacts": [MIA, {"name": 7}, "odd"]}, "Mia Brandt"),
    ("contacts", {"contacts": "odd"}, "Contact card"),
    ("buttons", {"text": "Keep it?"}, "Keep it?"),
    ("list_reply", {"title": "Parcel is late"}, "Parcel is late"),
    ("template", {"preview": {"body": "Hello Ida"}}, "Hello Ida"),
    ("template", {"preview": "odd"}, "Template message"),
    ("reaction", {"emoji": "👍"}, "Reacted 👍"),
    ("reaction", {}, "Reaction removed"),
    ("flow_reply", {"body": "Sent"}, "Form answer"),
    ("order", {}, "Order"),
    ("unsupported", {}, "Unsupported message"),
    ("unknown", {"type": "hologram"}, "Unknown message"),
    ("of the future", {"text": "?"}, "Message"),
    ("text", None, "Message"),
    ("text", {"text": 7}, "Message"),
]


@pytest.mark.parametrize("kind, stored, line", PREVIEWS)
def test_every_content_has_a_line_for_the_list(kind, stored, line):
    assert content.preview(kind, stored) == line


@given(
    st.sampled_from([kind for kind, _, _ in PREVIEWS]),
    st.dictionaries(
        st.sampled_from(["text", "caption", "contacts", "preview", "voice", "emoji", "name", "title", "filename"]),
        st.recursive(
            st.none() | st.text() | st.integers() | st.booleans(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "body"]), inner),
            max_leaves=5,
        ),
    ),
)
def test_the_line_is_one_line_and_short_whatever_is_stored(kind, stored):
    line = content.preview(kind, stored)
    assert line
    assert len(line) <= 200
    assert len(line.splitlines()) == 1
