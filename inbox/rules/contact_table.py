"""Contacts as a table: what its columns are called, and what a file that somebody brings says. Pure."""

import csv
import io
from dataclasses import dataclass, field

from inbox.rules.consent import ALL, MARKETING, NOTHING
from inbox.rules.refusal import Refusal

COLUMNS = (
    "name",
    "phone",
    "email",
    "external_id",
    "owner",
    "notes",
    "whatsapp_optout",
    "email_optout",
    "sms_optout",
)
OPTOUTS = COLUMNS[-3:]
# What people and other programs call the same.
CALLED = {
    "full name": "name",
    "phone number": "phone",
    "telephone": "phone",
    "mobile": "phone",
    "whatsapp": "phone",
    "e-mail": "email",
    "mail": "email",
    "email address": "email",
    "id": "external_id",
    "external id": "external_id",
    "note": "notes",
    "agent": "owner",
}
# What is written in a column of consent -> what it means; nothing written says nothing.
CHOICES = {
    **dict.fromkeys(("all", "yes", "opted out", "optout", "stop", "1", "true"), ALL),
    **dict.fromkeys(("marketing", "no marketing"), MARKETING),
    **dict.fromkeys(("no", "none", "opted in", "optin", "agreed", "0", "false"), NOTHING),
}
LIMITS = {"name": 200, "phone": 40, "email": 254, "external_id": 128, "owner": 254, "notes": 10_000}
MOST_ROWS = 10_000
MOST_ATTRIBUTES = 50
NAME_LIMIT = 100
VALUE_LIMIT = 1000
DELIMITERS = ",;\t"
# An apostrophe that a table carries so that a spreadsheet does not read a formula.
GUARDED = ("'=", "'+", "'-", "'@")


@dataclass(frozen=True)
class Line:
    """A row of the file: where it stands, what it says ({column: text}, `attributes` in a dict), what is wrong."""

    number: int
    told: dict = field(default_factory=dict)
    trouble: str = ""


def read_table(raw: bytes) -> list[Line]:
    """The lines of a CSV file (UTF-8; commas, semicolons or tabs). Raises Refusal (400) for what is no such table."""
    text = _decoded(raw)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        numbered = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise _refused(f"Line {rows.line_num} could not be read. Save the file as CSV once more.") from error
    if len(numbered) < 2:
        raise _refused("The file holds no contacts. Its first line names the columns, each further line is a contact.")
    if len(numbered) - 1 > MOST_ROWS:
        raise _refused(f"The file has {len(numbered) - 1:,} lines. Bring up to {MOST_ROWS:,} at a time.")
    columns = _columns(numbered[0][1])
    return [_line(number, row, columns) for number, row in numbered[1:]]


def _decoded(raw):
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused("The file is not in UTF-8. Save it as “CSV UTF-8”.") from error
    if "\x00" in text:
        raise _refused("This is no CSV file. Save the table as “CSV UTF-8”.")
    return text


def _delimiter(text):
    """The one that the line of names uses most."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=head.count)


def _columns(head):
    named = [" ".join(cell.split()) for cell in head]
    known = [_known(name) for name in named]
    double = next((name for name in known if name and known.count(name) > 1), "")
    if double:
        raise _refused(f"Two columns are called “{double}”. Leave one of them.")
    if not {"phone", "email", "external_id"} & set(known):
        raise _refused("No column is called phone, email or external_id. The first line has to name the columns.")
    others = [name for name in known if name and name not in COLUMNS]
    if len(others) > MOST_ATTRIBUTES or any(len(name) > NAME_LIMIT for name in others):
        raise _refused(
            f"Up to {MOST_ATTRIBUTES} columns of your own, each with a name of up to {NAME_LIMIT} characters."
        )
    return known


def _known(name):
    plain = name.casefold()
    return CALLED.get(plain, plain if plain in COLUMNS else name)


def _line(number, row, columns):
    """Cells that are empty say nothing; cells without a name are left out."""
    cells = {name: _unguarded(cell.strip()) for name, cell in zip(columns, row, strict=False) if name}
    told = {name: cells[name] for name in COLUMNS if cells.get(name)}
    attributes = {name: cell for name, cell in cells.items() if name not in COLUMNS and cell}
    trouble = _trouble(told, attributes)
    if not trouble:
        told |= {name: CHOICES[told[name].casefold()] for name in OPTOUTS if name in told}
    return Line(number, told | ({"attributes": attributes} if attributes else {}), trouble)


def _unguarded(cell):
    return cell[1:] if cell.startswith(GUARDED) else cell


def _trouble(told, attributes):
    if not any(told.get(name) for name in ("phone", "email", "external_id")):
        return "It needs a phone, an email or an id."
    for name, limit in LIMITS.items():
        if len(told.get(name, "")) > limit:
            return f"“{name}” has more than {limit} characters."
    if any(len(value) > VALUE_LIMIT for value in attributes.values()):
        return f"A cell has more than {VALUE_LIMIT} characters."
    wrong = next((told[name] for name in OPTOUTS if name in told and told[name].casefold() not in CHOICES), "")
    return f"“{wrong[:40]}” is no consent: write all, marketing or none." if wrong else ""


def _refused(words):
    return Refusal("table", words, "file", 400)
