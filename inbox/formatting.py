"""WhatsApp's own marks in a text, as pieces that a template writes out with autoescaping. Pure.

*bold* _italic_ ~strike~ `code` ```block``` and web addresses (WhatsApp help: "How to format your messages").
"""

import re
from dataclasses import dataclass, replace

MARKS = {"*": "bold", "_": "italic", "~": "strike"}
# A mark opens after a non-word and before a non-space, closes the other way round, and never spans a line.
TOKEN = re.compile(
    r"```(?P<block>.+?)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?P<link>\b(?:https?://|www\.)[^\s<>\"]+)"
    r"|(?<![\w*])\*(?=\S)(?P<bold>[^\n*]*[^\s*])\*(?![\w*])"
    r"|(?<![^\W_])_(?=\S)(?P<italic>[^\n_]*[^\s_])_(?![^\W_])"
    r"|(?<![\w~])~(?=\S)(?P<strike>[^\n~]*[^\s~])~(?![\w~])",
    re.DOTALL | re.IGNORECASE,
)
AFTER_LINK = ".,;:!?'*_~"
LONGEST = 70_000


@dataclass(frozen=True)
class Piece:
    """A stretch of text with one look. `href` is an http(s) address or empty."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    block: bool = False
    href: str = ""

    @property
    def marks(self):
        return " ".join(name for name in ("bold", "italic", "strike", "code", "block") if getattr(self, name))


def pieces(text, look=None):
    """The text cut into Pieces; their texts in a row are the text without the marks that were understood."""
    look = look or Piece("")
    text = str(text)[:LONGEST]
    found, at = [], 0
    for match in TOKEN.finditer(text):
        start, inner, end = _inner(match, look)
        if start > at:
            found.append(replace(look, text=text[at:start]))
        found.extend(inner)
        at = end
    if at < len(text):
        found.append(replace(look, text=text[at:]))
    return found


def _inner(match, look):
    name, words = match.lastgroup, match[match.lastgroup]
    if name == "link":
        address = _without_punctuation(words)
        return match.start(), [replace(look, text=address, href=_href(address))], match.start() + len(address)
    if name in ("block", "code"):
        return match.start(), [replace(look, text=words.strip("\n"), code=True, block=name == "block")], match.end()
    return match.start(), pieces(words, replace(look, **{name: True})), match.end()


def _without_punctuation(address):
    """A closing bracket belongs to the address only where it was opened in it. One pass: customers write these."""
    unopened, end = address.count(")") - address.count("("), len(address)
    while end and (address[end - 1] in AFTER_LINK or (address[end - 1] == ")" and unopened > 0)):
        unopened -= address[end - 1] == ")"
        end -= 1
    return address[:end]


def _href(address):
    return address if address.lower().startswith("http") else f"https://{address}"
