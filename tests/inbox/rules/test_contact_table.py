"""A table of contacts that somebody brings: read as spreadsheets write it, refused in words."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.contact_table import MOST_ROWS, read_table
from inbox.rules.refusal import Refusal


def lines(text, encoding="utf-8"):
    return read_table(text.encode(encoding))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_commas_semicolons_tabs_with_and_without_mark(delimiter, encoding, newline):
    text = newline.join([f"Name{delimiter}Phone", f"Jörg{delimiter}+4930901820", ""])
    (line,) = lines(text, encoding)
    assert (line.number, line.told, line.trouble) == (2, {"name": "Jörg", "phone": "+4930901820"}, "")


def test_columns_go_by_what_people_call_them_and_others_become_attributes():
    (line,) = lines("Full name,Mobile,E-Mail,City,\nIda,0151 1,ida@example.com,Kiel,left out\n")
    assert line.told == {
        "name": "Ida",
        "phone": "0151 1",
        "email": "ida@example.com",
        "attributes": {"City": "Kiel"},
    }


def test_empty_cells_say_nothing_and_blank_lines_are_no_lines():
    found = lines('phone,name,city\n\n+491,"",\n ,,\n"+492","two\nlines",x\n')
    assert [(line.number, line.told) for line in found] == [
        (3, {"phone": "+491"}),
        (6, {"phone": "+492", "name": "two\nlines", "attributes": {"city": "x"}}),
    ]


@pytest.mark.parametrize(
    "written, means", [("all", "all"), ("Yes", "all"), ("STOP", "all"), ("marketing", "marketing"), ("none", "")]
)
def test_consent_is_written_in_plain_words(written, means):
    (line,) = lines(f"phone,whatsapp_optout\n+491,{written}\n")
    assert line.told["whatsapp_optout"] == means


@pytest.mark.parametrize(
    "row, words",
    [
        ("Ida,,,", "needs a phone, an email or an id"),
        (f"{'n' * 201},+491,,", "more than 200 characters"),
        ("Ida,+491,perhaps,", "is no consent"),
        (f"Ida,+491,,{'x' * 1001}", "more than 1000 characters"),
    ],
)
def test_a_line_that_cannot_be_is_left_out_with_the_reason(row, words):
    (line,) = lines(f"name,phone,sms_optout,city\n{row}\n")
    assert words in line.trouble


@pytest.mark.parametrize(
    "raw, words",
    [
        (b"", "holds no contacts"),
        (b"phone\n", "holds no contacts"),
        ("name\nJörg".encode("latin-1"), "not in UTF-8"),
        (b"PK\x03\x04\x00\x00", "no CSV file"),
        (b"name,city\nIda,Kiel\n", "No column is called phone"),
        (b"phone,mobile\n1,2\n", "Two columns are called"),
        (b"phone\n" + b"1\n" * (MOST_ROWS + 1), "Bring up to 10,000"),
        (("phone," + ",".join(f"c{n}" for n in range(51)) + "\n1\n").encode(), "Up to 50 columns"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_words(raw, words):
    with pytest.raises(Refusal) as refused:
        read_table(raw)
    assert words in refused.value.words


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw):
    try:
        found = read_table(raw)
    except Refusal:
        return
    assert all(line.trouble or line.told for line in found)


CELLS = st.text(st.characters(exclude_categories=["C"], exclude_characters="'"), max_size=20).map(str.strip)


@given(st.dictionaries(st.sampled_from(["name", "email", "external_id", "notes"]), CELLS.filter(bool), min_size=4))
def test_what_was_taken_away_is_read_as_it_was(told):
    text = io.StringIO()
    guarded = [f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell for cell in told.values()]
    csv.writer(text).writerows([list(told), guarded])
    (line,) = lines(text.getvalue())
    assert line.told == told
