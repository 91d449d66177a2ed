"""The description of an audience: read strictly, stored, sent in an address, and the same again."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.audience import CONSENTS, TESTS, Attribute, Audience, address, read, read_address
from inbox.rules.refusal import Refusal

WORDS = st.text(alphabet="abcÄß日 -_'\"%", max_size=20).map(lambda text: " ".join(text.split()))
SOME = WORDS.filter(bool)
DAYS = st.one_of(st.just(""), st.dates().map(lambda day: day.isoformat()))
IDS = st.one_of(st.none(), st.integers(1, 10**17))
ATTRIBUTES = st.builds(Attribute, SOME, st.sampled_from(TESTS), SOME)
AUDIENCES = st.builds(
    Audience,
    words=WORDS,
    tag=IDS,
    number=IDS,
    owner=IDS,
    country=st.sampled_from(["", "1", "49", "351"]),
    attributes=st.lists(ATTRIBUTES, max_size=3).map(tuple),
    created_after=DAYS,
    created_before=DAYS,
    wrote_after=DAYS,
    wrote_before=DAYS,
    consent=st.sampled_from(["", *CONSENTS]),
)


@given(AUDIENCES)
def test_what_is_stored_is_read_as_it_was(audience):
    assert read(json.loads(json.dumps(audience.as_dict()))) == audience


@given(AUDIENCES.filter(lambda audience: len(audience.attributes) < 2))
def test_an_address_asks_for_the_same(audience):
    told = {name: str(value) for name, value in address(audience).items()}
    assert read_address(told) == audience


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=10)))
def test_any_address_is_read_or_refused_in_words(query):
    with suppress(Refusal):
        assert isinstance(read_address(query), Audience)


@pytest.mark.parametrize(
    "told, field",
    [
        ({"country": "DE"}, "country"),
        ({"tag": "x"}, "tag"),
        ({"number": True}, "number"),
        ({"owner": "9" * 30}, "owner"),
        ({"created_after": "yesterday"}, "created_after"),
        ({"consent": "maybe"}, "consent"),
        ({"words": "a\x00b"}, "words"),
        ({"words": "a" * 201}, "words"),
        ({"attributes": "city"}, "attributes"),
        ({"attributes": [{"name": "", "test": "exists"}]}, "attributes"),
        ({"attributes": [{"name": "city", "test": "like", "value": "x"}]}, "attributes"),
        ({"attributes": [{"name": "city", "test": "equals", "value": ""}]}, "attributes"),
        ({"segment": "1"}, "segment"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(told, field):
    with pytest.raises(Refusal) as refused:
        read(told)
    assert (refused.value.field, refused.value.status_code) == (field, 400)


@pytest.mark.parametrize("typed", ["49", "+49", "0049"])
def test_a_calling_code_is_taken_as_people_write_it(typed):
    assert read({"country": typed}).country == "49"


def test_nothing_asked_is_empty():
    assert read({}).is_empty
    assert not read({"words": "x"}).is_empty
