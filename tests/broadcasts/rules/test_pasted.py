"""Pasted lists: columns, addresses, and what is said of each line that cannot be used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcasts.rules.pasted import MOST_LINES, NotUsable, read_list


def phone(typed):
    """An address of this test's world: a plus and at least five digits."""
    digits = "".join(character for character in typed if character.isdecimal())
    if len(digits) < 5:
        raise NotUsable("No phone.")
    return f"+{digits}"


def lines(text):
    return [(line.number, line.address, line.params) for line in read_list(text, phone).lines]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+49 1511", [(1, "+491511", {})]),
        ("49 1511\n\n49 1512\n", [(1, "+491511", {}), (3, "+491512", {})]),
        ("phone,name\n491511,Ida", [(2, "+491511", {"name": "Ida"})]),
        ("name;PHONE;city\nIda;491511;", [(2, "+491511", {"name": "Ida"})]),
        ("who\twhere\n491511\tBerlin", [(2, "+491511", {"where": "Berlin"})]),
        ('phone,name\n491511,"Okafor, Ida"', [(2, "+491511", {"name": "Okafor, Ida"})]),
        ("\ufeffphone;name\r\n491511;Ida\r\n", [(2, "+491511", {"name": "Ida"})]),
        ("", []),
    ],
)
def test_a_list_is_read_as_spreadsheets_write_it(text, found):
    assert lines(text) == found


def test_values_without_a_named_column_are_left_out():
    assert lines("491511;Ida\n491512;Ben") == [(1, "+491511", {}), (2, "+491512", {})]


def test_each_line_that_cannot_be_used_says_why():
    read = read_list("phone;name\nx;Ida\n;Ben\n491511;Cem\n49 1511;Dua", phone)
    assert [(problem.number, problem.words) for problem in read.problems] == [
        (2, "No phone."),
        (3, "The address is missing."),
        (5, "It stands in line 4 already."),
    ]


def test_ten_thousand_lines_are_read_and_one_more_is_too_many():
    rows = [f"{4_915_000_000 + place}" for place in range(MOST_LINES)]
    assert not read_list("\n".join(rows), phone).is_too_long
    assert read_list("\n".join([*rows, "491511"]), phone).is_too_long


def test_what_is_no_table_is_said_to_be_none():
    with pytest.raises(NotUsable, match="quotation mark"):
        read_list('491511,"' + "x" * 200_000, phone)


@given(st.text(max_size=300))
def test_whatever_is_pasted_is_read_without_an_error(text):
    read = read_list(text, phone)
    assert len({line.address for line in read.lines}) == len(read.lines)
