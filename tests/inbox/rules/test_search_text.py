"""What search finds of a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.search_text import FIELDS, searchable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "body", "text"]), inner),
    max_leaves=6,
)


@pytest.mark.parametrize(
    "kind, content, words",
    [
        ("text", {"text": "Is it open?"}, "Is it open?"),
        ("image", {"media_id": "1", "caption": "the crack"}, "the crack"),
        ("document", {"caption": "both pages", "filename": "scan.pdf"}, "both pages\nscan.pdf"),
        ("audio", {"voice": True}, ""),
        (
            "location",
            {"latitude": 1, "longitude": 2, "name": "Zoo", "address": "Hardenbergplatz 8"},
            "Zoo\nHardenbergplatz 8",
        ),
        ("contacts", {"contacts": [{"name": {"formatted_name": "Ida"}}, {}, {"name": 7}]}, "Ida"),
        ("button_reply", {"id": "slot:keep", "title": "Keep it"}, "Keep it"),
        ("list_reply", {"id": "t", "title": "Late", "description": "Track or report"}, "Late\nTrack or report"),
        ("template", {"name": "t", "preview": {"body": "Your parcel"}}, "Your parcel"),
        ("order", {"items": [], "text": "please hurry"}, "please hurry"),
        ("unsupported", {"type": "poll_creation"}, ""),
        ("never heard of", {"text": "x"}, ""),
    ],
)
def test_what_is_found(kind, content, words):
    assert searchable(kind, content) == words


@given(
    st.sampled_from([*FIELDS, "contacts", "template"]),
    st.dictionaries(st.sampled_from(["text", "contacts", "preview", "name"]), JSON),
)
def test_odd_content_is_no_error(kind, content):
    assert isinstance(searchable(kind, content), str)
