"""The emoji that the composer offers, from the `emoji` package: their names, and groups as far as the code charts tell.

The package knows names and versions, not the keyboard's categories; Unicode's blocks come close to them.
"""

from dataclasses import dataclass

from emoji import EMOJI_DATA, STATUS

# Newer ones are empty boxes on many phones.
NEWEST = 15
SKIN_TONES = range(0x1F3FB, 0x1F400)
PEOPLE = "People"
FLAGS = "Flags"
GROUPS = (
    (
        "Faces",
        (
            (0x1F600, 0x1F644),
            (0x1F648, 0x1F64A),
            (0x1F910, 0x1F917),
            (0x1F920, 0x1F92F),
            (0x1F970, 0x1F97A),
            (0x1FAE0, 0x1FAE8),
            (0x1F479, 0x1F480),
            (0x263A, 0x263A),
            (0x2639, 0x2639),
        ),
    ),
    (
        PEOPLE,
        (
            (0x1F440, 0x1F478),
            (0x1F481, 0x1F487),
            (0x1F4AA, 0x1F4AA),
            (0x1F590, 0x1F596),
            (0x1F918, 0x1F91F),
            (0x1F930, 0x1F93E),
            (0x1F9B5, 0x1F9BF),
            (0x1F9CD, 0x1F9E0),
            (0x1FAC0, 0x1FAC5),
            (0x1FAF0, 0x1FAF8),
            (0x1F645, 0x1F647),
            (0x1F64B, 0x1F64F),
            (0x1F574, 0x1F57A),
            (0x261D, 0x261D),
            (0x270A, 0x270D),
            (0x1F48B, 0x1F48B),
        ),
    ),
    (
        "Hearts and signs",
        (
            (0x2764, 0x2764),
            (0x2763, 0x2763),
            (0x1F493, 0x1F49F),
            (0x1F9E1, 0x1F9E1),
            (0x1F90D, 0x1F90E),
            (0x1F5A4, 0x1F5A4),
            (0x1FA75, 0x1FA77),
            (0x1F4A2, 0x1F4A9),
            (0x1F4AB, 0x1F4AF),
        ),
    ),
    (
        "Animals and nature",
        (
            (0x1F300, 0x1F320),
            (0x1F324, 0x1F32C),
            (0x1F330, 0x1F344),
            (0x1F400, 0x1F43F),
            (0x1F980, 0x1F9AE),
            (0x1FAB0, 0x1FABF),
            (0x1FACE, 0x1FACF),
            (0x2600, 0x2604),
            (0x1F490, 0x1F490),
            (0x2618, 0x2618),
            (0x26C4, 0x26C8),
        ),
    ),
    (
        "Food",
        (
            (0x1F32D, 0x1F32F),
            (0x1F345, 0x1F37F),
            (0x1F950, 0x1F96F),
            (0x1F9C0, 0x1F9CB),
            (0x1FAD0, 0x1FADB),
            (0x2615, 0x2615),
            (0x1F382, 0x1F382),
        ),
    ),
    (
        "Activities",
        (
            (0x1F380, 0x1F3CF),
            (0x1F3D0, 0x1F3D3),
            (0x1F3F8, 0x1F3F9),
            (0x26BD, 0x26BE),
            (0x1F93F, 0x1F94F),
            (0x1FA80, 0x1FA8F),
            (0x1F3A0, 0x1F3C4),
            (0x26F3, 0x26F9),
            (0x1F947, 0x1F94C),
        ),
    ),
    (
        "Travel and places",
        (
            (0x1F680, 0x1F6FF),
            (0x1F3D4, 0x1F3F0),
            (0x1F5FA, 0x1F5FF),
            (0x26EA, 0x26FD),
            (0x2708, 0x2708),
            (0x231A, 0x231B),
            (0x23F0, 0x23F3),
            (0x1F550, 0x1F567),
            (0x2693, 0x2693),
        ),
    ),
    (
        "Objects",
        (
            (0x1F453, 0x1F462),
            (0x1F484, 0x1F4A0),
            (0x1F4B0, 0x1F4FF),
            (0x1F500, 0x1F54E),
            (0x1F56F, 0x1F5F3),
            (0x1F9E2, 0x1F9FF),
            (0x1FA70, 0x1FAAF),
            (0x260E, 0x260E),
            (0x2702, 0x2702),
            (0x2709, 0x2709),
        ),
    ),
)
OTHER = "Symbols"


@dataclass(frozen=True)
class Emoji:
    """One emoji with the words by which it is found."""

    character: str
    name: str
    words: str


def palette():
    """[(group, [Emoji])] in the groups' order, each the usual ones first."""
    grouped = {name: [] for name in (*(name for name, _ in GROUPS), OTHER, FLAGS)}
    for character in sorted(filter(_is_offered, EMOJI_DATA), key=_order):
        grouped[group_of(character)].append(_described(character))
    return [(name, found) for name, found in grouped.items() if found]


def group_of(character):
    first = ord(character[0])
    if 0x1F1E6 <= first <= 0x1F1FF or first in (0x1F3F3, 0x1F3F4, 0x1F6A9, 0x1F38C):
        return FLAGS
    if "\u200d" in character and (first in (0x1F468, 0x1F469, 0x1F9D1) or character[-2:] in ("♂️", "♀️")):
        return PEOPLE
    inside = (name for name, ranges in GROUPS if any(low <= first <= high for low, high in ranges))
    return next(inside, OTHER)


def _is_offered(character):
    facts = EMOJI_DATA[character]
    is_whole = facts["status"] == STATUS["fully_qualified"] and facts["E"] <= NEWEST
    return is_whole and not any(ord(part) in SKIN_TONES for part in character)


def _order(character):
    """In a group as its ranges are listed; what joins several emoji comes last."""
    first = ord(character[0])
    ranges = [bounds for _, listed in GROUPS for bounds in listed]
    place = next((at for at, (low, high) in enumerate(ranges) if low <= first <= high), len(ranges))
    return ("\u200d" in character, place, [ord(part) for part in character])


def _described(character):
    facts = EMOJI_DATA[character]
    words = [name.strip(":").replace("_", " ") for name in (facts["en"], *facts.get("alias", ()))]
    return Emoji(character, words[0], " ".join(words).lower())
