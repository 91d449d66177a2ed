"""What counts as an opt-out or opt-in word, and which refusal is in force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.consent import (
    OPTIN_WORDS,
    OPTOUT_WORDS,
    STRENGTH,
    after_refusal,
    heard,
    plain,
    stricter,
    words_in,
)

AROUND = st.text(alphabet=" \t\n.,!?-–*\"'“”()…¡¿🛑👍\ufe0f\u200b", max_size=6)


@pytest.mark.parametrize("word", OPTOUT_WORDS)
def test_the_usual_words_refuse(word):
    """S3-52"""
    assert heard(word, OPTOUT_WORDS, OPTIN_WORDS) == "opt_out"


@pytest.mark.parametrize("word", OPTIN_WORDS)
def test_the_usual_words_agree(word):
    assert heard(word, OPTOUT_WORDS, OPTIN_WORDS) == "opt_in"


@pytest.mark.parametrize(
    "text", ["STOP", " Stop! ", "“opt-out”", "Opt  Out.", "*STOP*", "stop 🛑", "ＳＴＯＰ", "\u200bstop"]
)
def test_case_blanks_and_what_stands_around_it_do_not_matter(text):
    """S3-52"""
    assert heard(text, OPTOUT_WORDS, OPTIN_WORDS) == "opt_out"


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", "please stop", "stop it", "nonstop", "I want to opt out of the tour", "startup", "st op"]
)
def test_only_the_whole_message_counts(text):
    assert heard(text, OPTOUT_WORDS, OPTIN_WORDS) == ""


def test_each_number_has_words_of_its_own():
    assert heard("ABMELDEN", ["abmelden"], []) == "opt_out"
    assert heard("stop", ["abmelden"], []) == ""


def test_a_word_of_both_lists_refuses():
    assert heard("stop", ["stop"], ["stop"]) == "opt_out"


def test_a_list_is_written_one_word_a_line_or_between_commas():
    assert words_in(" Stop ,stop!\n\n opt   out \n...\nSTART") == ["stop!", "opt out", "START"]


@given(st.sampled_from(OPTOUT_WORDS + OPTIN_WORDS), AROUND, AROUND)
def test_a_word_is_heard_whatever_signs_surround_it(word, before, after):
    assert plain(f"{before}{word.upper()}{after}") == plain(word)


@given(st.text())
def test_what_is_plain_stays_plain(text):
    assert plain(plain(text)) == plain(text)


@given(st.text())
def test_nothing_is_heard_where_no_words_are_listed(text):
    assert heard(text, [], []) == ""


@given(st.sampled_from(list(STRENGTH)), st.sampled_from(list(STRENGTH)))
def test_a_refusal_never_lowers_what_was_refused(stored, refused):
    assert STRENGTH[after_refusal(stored, refused)] == max(STRENGTH[stored], STRENGTH[refused])
    assert stricter(stored, refused) == stricter(refused, stored)
