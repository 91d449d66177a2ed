"""An email's two bodies out of one source, written as on WhatsApp. Pure.

A blank line ends a paragraph, a line that begins with "- " or "* " is a point of a list, *bold* _italic_ ~strike~ and
`code` are marked, web addresses become links. What people wrote stays text: a template writes the pieces out escaped.
"""

import re
from dataclasses import dataclass

from inbox.formatting import Piece, pieces

POINT = re.compile(r"[-*•]\s+(?=\S)")


@dataclass(frozen=True)
class Block:
    """A paragraph, or a list when `is_list`: each line is a row of pieces."""

    lines: tuple[tuple[Piece, ...], ...]
    is_list: bool = False


def blocks(source: str) -> list[Block]:
    """The source cut into paragraphs and lists, for HTML."""
    found = []
    for paragraph in re.split(r"\n[^\S\n]*\n\s*", _lines(source).strip("\n")):
        found += _parts(paragraph.split("\n"))
    return [block for block in found if any(block.lines)]


def plain(source: str) -> str:
    """The same words for whoever reads text: marks that were understood are left out, points keep their dash."""
    return "\n".join(_plain(line) for line in _lines(source).strip("\n").split("\n"))


def subject(source: str) -> str:
    """One line, whatever a value brought along: a line break would begin another header."""
    return " ".join(source.split())


def _lines(source: str) -> str:
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _parts(lines: list[str]) -> list[Block]:
    """Runs of points become lists, what stands between them paragraphs."""
    runs: list[tuple[bool, list[tuple[Piece, ...]]]] = []
    for line in lines:
        is_point = bool(POINT.match(line))
        if not runs or runs[-1][0] != is_point:
            runs.append((is_point, []))
        runs[-1][1].append(tuple(pieces(POINT.sub("", line, count=1) if is_point else line)))
    return [Block(tuple(rows), is_list) for is_list, rows in runs]


def _plain(line: str) -> str:
    point = POINT.match(line)
    start = point.end() if point else 0
    return ("- " if point else "") + "".join(piece.text for piece in pieces(line[start:]))
