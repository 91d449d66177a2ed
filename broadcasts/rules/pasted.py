"""A pasted list or a CSV file of recipients: an address first, then values for the tags. Pure.

The first line names the columns where its first cell is no address: phone or email, then what the tags are called.
Cells are cut at tabs, semicolons or commas, whichever the first line has.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

MOST_LINES = 10_000
MOST_COLUMNS = 30
LONGEST_CELL = 1000
DELIMITERS = "\t;,"
# Names of the column that says which files only this recipient gets, with | between them.
FILES = ("attachment", "attachments", "file", "files")
# Names of the column that holds the address.
ADDRESSES = ("phone", "telephone", "mobile", "number", "telefon", "tel", "whatsapp", "email", "e-mail", "mail")


@dataclass(frozen=True)
class Line:
    """A recipient: the number of the line, the address in the ledger's form, values by column, and ids of files."""

    number: int
    address: str
    params: dict
    files: tuple[int, ...] = ()


@dataclass(frozen=True)
class Problem:
    number: int
    typed: str
    words: str


@dataclass(frozen=True)
class Pasted:
    """`columns`: the names of the values. `problems`: lines that are left out, with the reason."""

    columns: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_too_long: bool = False


@dataclass(frozen=True)
class File:
    """A file that a line may name."""

    id: int
    name: str
    size_bytes: int


class NotUsable(Exception):
    """Why an address, or a list, is none; its text says it to a person."""


def read_list(text: str, address_of: Callable[[str], str]) -> Pasted:
    """Read a list; `address_of` makes the ledger's form of an address as typed, or raises NotUsable.

    Raises NotUsable for what is no table at all.
    """
    rows = [(number, cells) for number, cells in _rows(text) if any(cells)]
    if not rows:
        return Pasted()
    head = _head(rows[0][1], address_of)
    names, at = (head or [""] * len(rows[0][1])), _address_at(head)
    body = rows[1:] if head else rows
    lines, problems, seen = [], [], {}
    for number, cells in body[:MOST_LINES]:
        found = _line(number, cells, (names, at), address_of, seen)
        (lines if isinstance(found, Line) else problems).append(found)
    columns = tuple(name for place, name in enumerate(names) if name and place != at)
    return Pasted(columns, tuple(lines), tuple(problems), is_too_long=len(body) > MOST_LINES)


def _rows(text):
    """(line number, cells) of each line. Raises NotUsable for what is no table."""
    clean = text.removeprefix("\ufeff").replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    first = next((line for line in clean.splitlines() if line.strip()), "")
    delimiter = next((mark for mark in DELIMITERS if mark in first), ",")
    reader = csv.reader(io.StringIO(clean), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip()[:LONGEST_CELL] for cell in cells[:MOST_COLUMNS]]
    except csv.Error as error:
        words = f"This cannot be read as a table near line {reader.line_num}: a quotation mark may be left open."
        raise NotUsable(words) from error


def _head(cells, address_of):
    """The names of the columns, None where the first line is a recipient already."""
    if any(cell.casefold() in ADDRESSES for cell in cells):
        return cells
    has_address = any(_is_address(cell, address_of) or _has_digits(cell) or "@" in cell for cell in cells)
    return None if has_address else cells


def _has_digits(cell):
    return sum(character.isdecimal() for character in cell) >= 5


def _is_address(cell, address_of):
    try:
        return bool(address_of(cell))
    except NotUsable:
        return False


def _address_at(head):
    known = [place for place, name in enumerate(head or []) if name.casefold() in ADDRESSES]
    return known[0] if known else 0


def _line(number, cells, columns, address_of, seen):
    names, at = columns
    typed = cells[at] if at < len(cells) else ""
    if not typed:
        return Problem(number, typed, "The address is missing.")
    try:
        address = address_of(typed)
    except NotUsable as error:
        return Problem(number, typed, str(error))
    if address in seen:
        return Problem(number, typed, f"It stands in line {seen[address]} already.")
    seen[address] = number
    values = {name: cell for place, (name, cell) in enumerate(zip(names, cells, strict=False)) if place != at}
    return Line(number, address, {name: cell for name, cell in values.items() if name and cell})


# --- What only one of them gets --------------------------------------------------------------------------------------


def with_files(pasted: Pasted, files: Iterable[File], most_bytes: int) -> Pasted:
    """The same list where a column names files: each line with theirs. A line that names one that is not there, or more
    than `most_bytes` in all, is left out."""
    columns = [name for name in pasted.columns if name.casefold() in FILES]
    if not columns:
        return pasted
    known = {file.name.casefold(): file for file in files}
    read = [_with_files(line, line.params.get(columns[0], ""), known, most_bytes) for line in pasted.lines]
    return _told_apart(pasted, read)


def with_links(pasted: Pasted, column: str) -> Pasted:
    """The same list where a column holds addresses of files: a line whose address nobody can fetch is left out."""
    named = next((name for name in pasted.columns if name.casefold() == column.casefold()), None)
    if named is None:
        return pasted
    return _told_apart(pasted, [_with_link(line, line.params.get(named, "")) for line in pasted.lines])


def _told_apart(pasted, read):
    lines = tuple(one for one in read if isinstance(one, Line))
    problems = sorted(
        [*pasted.problems, *(one for one in read if isinstance(one, Problem))], key=lambda one: one.number
    )
    return replace(pasted, lines=lines, problems=tuple(problems))


def _with_files(line, cell, known, most_bytes):
    names = [name.strip() for name in cell.split("|") if name.strip()]
    missing = next((name for name in names if name.casefold() not in known), None)
    if missing:
        return Problem(line.number, line.address, f"There is no file “{missing[:80]}” for single recipients.")
    meant = {known[name.casefold()] for name in names}
    if sum(file.size_bytes for file in meant) > most_bytes:
        return Problem(line.number, line.address, "These files are too large for one email.")
    return replace(line, files=tuple(sorted(file.id for file in meant)))


def _with_link(line, cell):
    if cell and (not cell.startswith("https://") or any(character.isspace() for character in cell)):
        return Problem(line.number, line.address, f"“{cell[:80]}” is no link that starts with https://.")
    return line
