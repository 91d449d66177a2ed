"""How many SMS a text is sent as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcasts.sms.segments import BASIC, EXTENSION, GSM, UCS2, segments
from whatsapp.sandbox.sms.exchange import segments as segments_at_the_gateway

LETTERS = st.one_of(st.sampled_from(sorted(BASIC | EXTENSION)), st.characters(exclude_categories=["Cs"]))
WORDS = st.text(LETTERS, max_size=400)


@pytest.mark.parametrize(
    ("text", "alphabet", "places", "count", "left"),
    [
        ("", GSM, 0, 0, 160),
        ("a", GSM, 1, 1, 159),
        ("a" * 160, GSM, 160, 1, 0),
        ("a" * 161, GSM, 161, 2, 145),
        ("a" * 306, GSM, 306, 2, 0),
        ("a" * 307, GSM, 307, 3, 152),
        ("€" * 80, GSM, 160, 1, 0),
        ("€" * 81, GSM, 162, 2, 143),
        # An escaped character does not fit into the last place of a segment: it goes to the next one as a whole.
        ("a" * 152 + "€" + "a" * 152, GSM, 306, 3, 153 - 1),
        ("Grüße, Ça va? ñ à", GSM, 17, 1, 143),
        ("ж" * 70, UCS2, 70, 1, 0),
        ("ж" * 71, UCS2, 71, 2, 63),
        ("ж" * 134, UCS2, 134, 2, 0),
        ("ж" * 135, UCS2, 135, 3, 66),
        ("a" * 69 + "ê", UCS2, 70, 1, 0),
        ("😀" * 35, UCS2, 70, 1, 0),
        ("😀" * 36, UCS2, 72, 2, 67 - 6),
        # A pair of surrogates is not cut in two either.
        ("a" * 66 + "😀" + "a" * 3, UCS2, 71, 2, 67 - 5),
    ],
)
def test_a_text_takes_so_many_segments(text, alphabet, places, count, left):
    """S4-35: the writer sees how many SMS the text is."""
    counted = segments(text)
    assert (counted.alphabet, counted.places, counted.count, counted.left) == (alphabet, places, count, left)


def test_the_characters_that_make_it_longer_are_named():
    assert segments("Hello “Amira” – bye “again”").foreign == ("“", "”", "–")
    assert segments("Hello").foreign == ()


@given(WORDS)
def test_the_gateway_counts_the_same(text):
    assert segments(text).count == (segments_at_the_gateway(text) if text else 0)


@given(WORDS, st.sampled_from(["a", "€", "ж", "😀"]))
def test_more_text_is_never_fewer_segments(text, more):
    assert segments(text + more).count >= segments(text).count


@given(WORDS)
def test_what_is_left_fits_and_one_more_does_not(text):
    counted = segments("a" + text)
    filled = "a" + text + "a" * counted.left
    assert segments(filled).count == counted.count
    assert segments(filled + "a").count == counted.count + 1
