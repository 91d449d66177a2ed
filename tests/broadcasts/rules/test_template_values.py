"""Values of a template's variables, to Meta's send components and back."""

import pytest

from broadcasts.rules.template_values import components_of, values_of
from whatsapp.message_templates import check

NUMBERED = [{"type": "HEADER", "format": "TEXT", "text": "For {{1}}"}, {"type": "BODY", "text": "{{2}} and {{1}}"}]
NAMED = [{"type": "BODY", "text": "Dear {{first_name}}, on {{day}}"}]
PICTURE = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Look"}]
PLACE = [{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "Here"}]
BUTTONS = [
    {"type": "BODY", "text": "Save"},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "QUICK_REPLY", "text": "No"},
            {"type": "URL", "text": "Go", "url": "https://example.com/{{1}}"},
            {"type": "COPY_CODE", "text": "Copy"},
        ],
    },
]


@pytest.mark.parametrize(
    ("stored", "values"),
    [
        (NUMBERED, {"header.1": "Ida", "body.1": "{{ name }}", "body.2": "two"}),
        (NAMED, {"body.first_name": "{{ first_name }}", "body.day": "Friday"}),
        (PICTURE, {"header.image": {"id": "77"}}),
        (
            PLACE,
            {"header.location": {"latitude": "52.5", "longitude": "13.4", "name": "Office", "address": "Street 1"}},
        ),
        (BUTTONS, {"button.1": "{{ order }}", "button.2": "AUTUMN"}),
    ],
)
def test_what_was_filled_in_is_found_again_and_is_what_meta_takes(stored, values):
    made = components_of(stored, values)
    check(stored, made)
    assert values_of(stored, made) == values


def test_a_draft_keeps_what_there_is():
    made = components_of(NUMBERED, {"body.2": "two"})
    assert values_of(NUMBERED, made) == {"body.2": "two"}
    assert components_of(PICTURE, {}) == []


def test_components_of_another_template_are_left_out():
    assert values_of(NAMED, components_of(BUTTONS, {"button.1": "x", "button.2": "y"})) == {}
