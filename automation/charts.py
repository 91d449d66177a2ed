"""Figures as shapes: what a template needs to draw them without arithmetic. Lengths are percent of the drawing."""

from dataclasses import dataclass

# Between two columns, of the room that a column has.
GAP = 0.28
MOST_LABELS = 8


@dataclass(frozen=True)
class Part:
    """One piece of a column, named by what it counts."""

    name: str
    count: int
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    """One step of the time. Not every one has room for a label; every second label goes where there is little."""

    start: object
    x: float
    middle: float
    width: float
    parts: tuple[Part, ...]
    total: int
    is_labelled: bool
    is_spare: bool


@dataclass(frozen=True)
class Columns:
    """Stacked columns with the values of their lines: `ticks` are (value, y)."""

    columns: tuple[Column, ...]
    ticks: tuple[tuple[int, float], ...]


def columns(steps):
    """`steps` are (start, {name: count, from the bottom up}) in order. Returns Columns."""
    top = _round_up(max((sum(counts.values()) for _, counts in steps), default=0))
    room, every = 100 / max(len(steps), 1), -(-len(steps) // MOST_LABELS) or 1
    drawn = []
    for place, (start, counts) in enumerate(steps):
        x, width = place * room + room * GAP / 2, room * (1 - GAP)
        labels = {"is_labelled": place % every == 0, "is_spare": place // every % 2 == 1}
        parts = _stacked(counts, top)
        drawn.append(Column(start, _2(x), _2(x + width / 2), _2(width), parts, sum(counts.values()), **labels))
    return Columns(tuple(drawn), tuple((value, _2(100 - value / top * 100)) for value in (0, top // 2, top)))


def _stacked(counts, top):
    parts, below = [], 0
    for name, count in counts.items():
        below += count
        parts.append(Part(name, count, _2(100 - below / top * 100), _2(count / top * 100)))
    return tuple(part for part in parts if part.count)


def _round_up(count):
    """The next even number of one or two leading digits, at least 2: its half is a whole number."""
    step = 2 * 10 ** max(len(str(count)) - 2, 0)
    return max(-(-count // step) * step, 2)


def _2(value):
    return round(value, 2)


def percent(part, whole):
    """A whole percentage, None of nothing."""
    return round(100 * part / whole) if whole else None
