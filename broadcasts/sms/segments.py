"""How many SMS a text is sent as, which is what is paid for. Pure.

160 characters of the GSM alphabet fit into one SMS, 153 into each of several; those of its extension take two places.
One character outside of both makes the whole text UCS-2: 70, or 67 each, and an emoji takes two. Neither pair is ever
cut in two (3GPP TS 23.038 section 6.2, TS 23.040 section 9.2.3.24.1).

smsutil on PyPI does this as well, but stands still since Python 2 and brings `future` along: a table and a loop are
less.
"""

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
GSM, UCS2 = "gsm", "ucs2"
# (places of a single SMS, places of each of several)
ROOM = {GSM: (160, 153), UCS2: (70, 67)}
SHOWN = 5


@dataclass(frozen=True)
class Segments:
    """`count` SMS in an `alphabet` (gsm or ucs2); `places` taken, and `left` in the last one before there is one more.

    `foreign`: the first characters that made it UCS-2, which a writer may want to replace.
    """

    alphabet: str
    places: int
    count: int
    left: int
    foreign: tuple[str, ...] = ()


def segments(text: str) -> Segments:
    """An empty text is no SMS at all."""
    foreign = tuple(dict.fromkeys(c for c in text if c not in BASIC and c not in EXTENSION))
    alphabet = UCS2 if foreign else GSM
    widths = [_width(c, alphabet) for c in text]
    places, (alone, joined) = sum(widths), ROOM[alphabet]
    if places <= alone:
        return Segments(alphabet, places, int(places > 0), alone - places, foreign[:SHOWN])
    count, used = _filled(widths, joined)
    return Segments(alphabet, places, count, joined - used, foreign[:SHOWN])


def _width(character: str, alphabet: str) -> int:
    if alphabet == GSM:
        return 2 if character in EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def _filled(widths: list[int], room: int) -> tuple[int, int]:
    """How many SMS, and the places used in the last: a pair that does not fit goes to the next as a whole."""
    count, used = 1, 0
    for width in widths:
        if used + width > room:
            count, used = count + 1, 0
        used += width
    return count, used
