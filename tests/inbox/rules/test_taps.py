"""What a tap says, and what an answer to a message may do."""

import pytest

from inbox.rules.taps import ids_offered, is_recorded_only, tapped


@pytest.mark.parametrize(
    "kind, content, expected",
    [
        ("list_reply", {"id": "a", "title": "A"}, "a"),
        ("button_reply", {"id": "yes", "title": "Yes"}, "yes"),
        ("button_reply", {"title": "Yes"}, ""),
        ("text", {"text": "a", "id": "a"}, ""),
    ],
)
def test_only_a_tap_has_an_id(kind, content, expected):
    assert tapped(kind, content) == expected


@pytest.mark.parametrize(
    "kind, content, expected",
    [
        (
            "buttons",
            {"text": "?", "buttons": [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]},
            {"yes", "no"},
        ),
        ("list", {"sections": [{"rows": [{"id": "1"}]}, {"rows": [{"id": "2"}]}]}, {"1", "2"}),
        (
            "template",
            {
                "components": [
                    {"type": "body", "parameters": [{"type": "text", "text": "x"}]},
                    {"type": "button", "sub_type": "quick_reply", "parameters": [{"type": "payload", "payload": "p"}]},
                ]
            },
            {"p"},
        ),
        ("template", {"name": "hello"}, set()),
        ("text", {"text": "hello"}, set()),
    ],
)
def test_what_a_message_offers_to_tap(kind, content, expected):
    assert ids_offered(kind, content) == expected


@pytest.mark.parametrize(
    "on_answer, kind, expected",
    [
        ({}, "text", False),
        ({"record_only": False}, "list_reply", False),
        ({"record_only": True}, "text", True),
        ({"record_only": True}, "list_reply", True),
        ({"record_only": "taps"}, "list_reply", True),
        ({"record_only": "taps"}, "button_reply", True),
        ({"record_only": "taps"}, "text", False),
        ({"record_only": "taps"}, "image", False),
    ],
)
def test_what_an_answer_may_do_is_said_by_the_message_that_it_answers(on_answer, kind, expected):
    assert is_recorded_only(on_answer, kind) is expected
