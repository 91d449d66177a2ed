"""Placeholders and whose value fills them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcasts.rules.personalise import Place, ValueMissing, Values, fill, missing, names, personalised, places

NOTICE = [
    {
        "type": "body",
        "parameters": [
            {"type": "text", "text": "{{ name }}"},
            {"type": "text", "text": "{{ date }}"},
            {"type": "text", "text": "+31367606600"},
        ],
    },
    {"type": "button", "sub_type": "url", "index": 0, "parameters": [{"type": "text", "text": "{{ slug }}"}]},
]


@pytest.mark.parametrize(
    "own, defaults, expected",
    [
        ({"name": "Ida"}, {"name": "Customer"}, "Ida"),
        ({}, {"name": "Customer"}, "Customer"),
        ({}, {"Name": "Customer"}, "Customer"),
        ({"NAME": "Ida"}, {"name": "Customer"}, "Ida"),
        ({"Name": "loose", "name": "exact"}, {}, "exact"),
        ({"name": ""}, {"name": "Customer"}, "Customer"),
        ({"name": "  "}, {"name": "Customer"}, "Customer"),
        ({"name": None}, {"name": "Customer"}, "Customer"),
        ({"name": 7}, {}, "7"),
        ({"name": True}, {}, "true"),
    ],
)
def test_the_recipients_own_value_comes_first_then_the_default_exactly_then_in_any_case(own, defaults, expected):
    """Shows S3-20, S3-21."""
    assert fill("{{ name }}", Values(own, defaults), "body") == expected


@pytest.mark.parametrize("text", ["{{name}}", "{{ name }}", "{{  name  }}", "Dear {{ name }}!"])
def test_spaces_inside_the_braces_do_not_matter_and_text_around_stays(text):
    """Shows S3-15."""
    assert fill(text, Values({"name": "Ida"}), "body") in ("Ida", "Dear Ida!")


def test_a_value_is_never_looked_through_for_placeholders_again():
    assert fill("{{ a }}", Values({"a": "{{ b }}", "b": "no"}), "body") == "{{ b }}"


def test_each_component_is_filled_and_literals_stay_as_they_are():
    """Shows S3-16, S3-18, S3-33."""
    filled = personalised(NOTICE, Values({"name": "Ida", "date": "1 May", "slug": "ida"}))
    assert [parameter["text"] for parameter in filled[0]["parameters"]] == ["Ida", "1 May", "+31367606600"]
    assert filled[1]["parameters"] == [{"type": "text", "text": "ida"}]
    assert NOTICE[0]["parameters"][0]["text"] == "{{ name }}"


def test_a_link_in_a_header_is_filled_too():
    header = [{"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x.test/{{ id }}.jpg"}}]}]
    filled = personalised(header, Values({"id": 7}))
    assert filled[0]["parameters"][0]["image"]["link"] == "https://x.test/7.jpg"


@pytest.mark.parametrize(
    "own, place",
    [
        ({"date": "1 May", "slug": "x"}, Place("body parameter 1", "name")),
        ({"name": "Ida", "slug": "x"}, Place("body parameter 2", "date")),
        ({"name": "Ida", "date": "1 May"}, Place("button 0", "slug")),
        ({"name": "Ida", "date": "1 May", "slug": "x"}, None),
    ],
)
def test_what_is_missing_is_named_by_component_and_parameter(own, place):
    assert missing(NOTICE, Values(own)) == place
    if place:
        with pytest.raises(ValueMissing) as raised:
            personalised(NOTICE, Values(own))
        assert raised.value.place == place
        assert place.name in raised.value.words


def test_places_are_told_in_order():
    assert [place.name for place in places(NOTICE)] == ["name", "date", "slug"]


words = st.dictionaries(st.text(min_size=1, max_size=5), st.none() | st.text(max_size=5) | st.integers())


@given(words, words)
def test_whatever_is_told_either_every_place_is_filled_or_one_is_named(own, defaults):
    values = Values(own, defaults)
    if missing(NOTICE, values) is None:
        assert personalised(NOTICE, values)
    else:
        with pytest.raises(ValueMissing):
            personalised(NOTICE, values)


NEVER_CLOSED = ["{{" + " " * 50_000, "{{ a" + " a" * 25_000, "{{" * 25_000, "{{" + "\n" * 50_000]


@pytest.mark.parametrize("text", NEVER_CLOSED, ids=["blanks", "words", "braces", "breaks"])
def test_braces_that_are_never_closed_are_read_in_no_time(text):
    """With every blank tried in every place these would take hours."""
    assert names(text) == []
    assert fill(text, Values(), "message") == text


def test_blanks_and_line_breaks_inside_the_braces_do_not_count():
    assert names("{{\n name\t}} {{name}} {{ }}") == ["name", ""]
    assert fill("{{\n name\t}}!", Values({"name": "Ida"}), "message") == "Ida!"
