"""WhatsApp's marks in a text: what is understood, what is left alone, and that nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.formatting import pieces


@pytest.mark.parametrize(
    "text, expected",
    [
        ("plain", [("plain", "", "")]),
        ("*bold*", [("bold", "bold", "")]),
        ("_it_ ~gone~", [("it", "italic", ""), (" ", "", ""), ("gone", "strike", "")]),
        ("`a*b*`", [("a*b*", "code", "")]),
        ("```x\ny```", [("x\ny", "code block", "")]),
        ("_*both*_", [("both", "bold italic", "")]),
        ("2*3*4", [("2*3*4", "", "")]),
        ("snake_case_name", [("snake_case_name", "", "")]),
        ("* spaced *", [("* spaced *", "", "")]),
        ("*over\nlines*", [("*over\nlines*", "", "")]),
        ("https://a.b/x_y_z.", [("https://a.b/x_y_z", "", "https://a.b/x_y_z"), (".", "", "")]),
        ("www.a.b", [("www.a.b", "", "https://www.a.b")]),
        ("(see www.a.b/c_(d)).", [("(see ", "", ""), ("www.a.b/c_(d)", "", "https://www.a.b/c_(d)"), (").", "", "")]),
        ("javascript:alert(1)", [("javascript:alert(1)", "", "")]),
    ],
)
def test_marks_are_understood_as_on_the_phone(text, expected):
    assert [(piece.text, piece.marks, piece.href) for piece in pieces(text)] == expected


@given(st.text(alphabet="*_~` \nab.:/wht()ps", max_size=200))
def test_no_word_is_lost_and_every_link_is_http(text):
    found = pieces(text)
    kept = "".join(piece.text for piece in found)
    assert [letter for letter in kept if letter.isalnum()] == [letter for letter in text if letter.isalnum()]
    assert all(piece.href.lower().startswith(("http://", "https://")) for piece in found if piece.href)


@pytest.mark.parametrize("tail", [")" * 60_000, "()" * 30_000 + ")", ".)" * 30_000])
def test_an_address_that_ends_in_endless_brackets_is_read_in_one_pass(tail):
    """Trimmed one by one it took seconds for every screen that showed it."""
    assert pieces("https://a.b" + tail)[0].href.startswith("https://a.b")
