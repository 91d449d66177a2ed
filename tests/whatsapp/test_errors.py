"""Every code of Meta's list has its class and its sentence (Meta: support/error-codes)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp.errors import (
    GraphError,
    NumberFault,
    Refused,
    TryLater,
    Unclear,
    Unreachable,
    from_answer,
    sentence,
)

LISTED = [
    *(0, 1, 2, 3, 4, 10, 33, 100, 190, 200, 299, 368, 80007, 130403, 130429, 130472, 130497),
    *(131000, 131005, 131008, 131009, 131016, 131020, 131021, 131026, 131030, 131031, 131037, 131041, 131042),
    *(131045, 131047, 131048, 131049, 131050, 131051, 131052, 131053, 131055, 131056, 131057, 131059, 131060),
    *(131062, 131063, 131064, 131201, 131213),
    *(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069),
    *(133000, 133004, 133005, 133006, 133008, 133009, 133010, 133015, 133016),
    *(134011, 134100, 134101, 134102, 135000, 137000, 138000, 138018),
    *(139000, 139001, 139002, 139003, 139004, 139100, 139101, 139102, 139103, 147001, 147005),
    *(2388019, 2388039, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299),
]


def answer(code, **more):
    return {"error": {"message": f"(#{code}) words", "code": code, "fbtrace_id": "AbC", **more}}


@pytest.mark.parametrize("code", LISTED)
def test_every_listed_code_has_one_plain_sentence(code):
    words = sentence(code)
    assert words.endswith(".")
    assert str(code) not in words
    assert 30 <= len(words) <= 200
    assert "error" not in words


def test_a_closed_window_says_to_send_a_template():
    assert sentence(131047) == (
        "More than 24 hours have passed since the customer last wrote. Send a template message instead."
    )


def test_metas_details_are_shown_where_they_say_which_value_is_meant():
    assert sentence(131009, "Button title length invalid").endswith("WhatsApp says: Button title length invalid")
    assert "WhatsApp says" not in sentence(131047, "Last customer message is older than 24 hours.")


def test_an_unlisted_code_names_itself_and_metas_details():
    assert sentence(999999, "Odd") == (
        "WhatsApp did not take this (error 999999). Try again, or ask an administrator to look at it. "
        "WhatsApp says: Odd"
    )
    assert "(error" not in sentence(None)


@pytest.mark.parametrize("code", [1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 133004])
def test_what_passes_by_itself_is_tried_later(code):
    assert type(from_answer(400, answer(code))) is TryLater


@pytest.mark.parametrize("code", [0, 3, 190, 10, 200, 250, 299, 131042, 131031, 131045, 133010, 131005, 368])
def test_what_needs_a_person_is_the_numbers_fault(code):
    assert type(from_answer(500, answer(code))) is NumberFault


@pytest.mark.parametrize("code", [100, 131008, 131009, 131026, 131047, 131049, 131050, 132000, 132001, 132015, 299999])
def test_everything_else_is_refused_for_good(code):
    assert type(from_answer(400, answer(code))) is Refused


def test_the_code_decides_and_not_the_http_status():
    assert type(from_answer(500, answer(131026))) is Refused
    assert type(from_answer(500, answer(999999))) is TryLater
    assert type(from_answer(429, answer(999999))) is TryLater


def test_a_node_that_does_not_exist_is_the_numbers_fault_only_where_the_node_is_the_number():
    gone = answer(100, error_subcode=33)
    assert type(from_answer(400, gone)) is Refused
    assert type(from_answer(400, gone, of_number=True)) is NumberFault
    assert from_answer(400, gone, of_number=True).sentence == sentence(33)
    assert type(from_answer(400, answer(33), of_number=True)) is NumberFault
    assert type(from_answer(400, answer(100), of_number=True)) is Refused


def test_an_error_keeps_what_meta_told():
    error = from_answer(400, answer(131009, error_data={"details": "Too long"}, error_subcode=7))
    assert (error.code, error.subcode, error.http_status, error.trace_id) == (131009, 7, 400, "AbC")
    assert (error.title, error.details) == ("(#131009) words", "Too long")
    assert str(error) == "Refused 131009, HTTP 400, (#131009) words: Too long"
    assert error.sentence == sentence(131009, "Too long")


def test_template_errors_carry_their_words_elsewhere():
    assert from_answer(400, answer(2388072, error_user_msg="Bad body")).details == "Bad body"
    assert from_answer(400, answer(2388072, error_user_title="Bad")).details == "Bad"


def test_a_stated_wait_is_kept():
    assert from_answer(400, answer(130429), retry_after_seconds=7.0).retry_after_seconds == 7.0
    assert from_answer(400, answer(131026), retry_after_seconds=7.0).retry_after_seconds is None


@pytest.mark.parametrize(
    "http_status, kind",
    [(502, Unclear), (500, Unclear), (401, NumberFault), (429, TryLater), (404, Refused), (302, Refused)],
)
def test_an_answer_without_metas_words_is_judged_by_its_status(http_status, kind):
    assert type(from_answer(http_status, None)) is kind
    assert type(from_answer(http_status, {"odd": 1})) is kind


def test_no_answer_has_its_own_sentences():
    assert "Nothing was sent" in Unreachable().sentence
    assert "may or may not have been sent" in Unclear().sentence
    assert Unclear().code is None


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec=None)) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "error_subcode", "message", "error_data", "details", "fbtrace_id"]), inner
        )
    ),
    max_leaves=15,
)


@given(st.integers(200, 599), ODD, st.booleans())
def test_any_answer_is_some_error_with_a_sentence_that_can_be_stored(http_status, body, of_number):
    error = from_answer(http_status, {"error": body} if isinstance(body, dict) else body, of_number=of_number)
    assert isinstance(error, GraphError)
    assert "\x00" not in error.sentence + error.title + error.details
    (error.sentence + error.title + error.details + error.trace_id).encode("utf-8")
