"""Pages by key: the cursor names the last row shown, so that rows neither repeat nor vanish while the list moves."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

# Fields whose names end so hold times, the others numbers.
TIMES = ("at", "_since", "_until")


@dataclass(frozen=True)
class Page:
    """`rows` in order; `cursor` asks for the following page, empty on the last one."""

    rows: list
    cursor: str


def page(queryset, cursor="", limit=30):
    """Return the Page after `cursor` of a queryset ordered by plain fields, the last one unique.

    A cursor that is damaged, or of another order, gives the first page.
    """
    order = queryset.query.order_by
    values = read_cursor(cursor, order)
    if values:
        queryset = queryset.filter(_after(order, values))
    rows = list(queryset[: limit + 1])
    more = len(rows) > limit
    return Page(rows[:limit], write_cursor(order, _key(rows[limit - 1], order)) if more else "")


def write_cursor(order, values):
    """An opaque token of the values (numbers, texts, times) of a row in the named order."""
    plain = [{"at": value.isoformat()} if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps([list(order), plain]).encode()).decode().rstrip("=")


def read_cursor(token, order):
    """The values of a token made for this order, or None."""
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        named, plain = json.loads(text)
        values = [datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value for value in plain]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        return None
    return values if named == list(order) and _fits(order, values) else None


def _fits(order, values):
    """A time with its zone where the field is a time, else a number that PostgreSQL can hold."""
    if len(values) != len(order):
        return False
    return all(_fits_one(name, value) for name, value in zip(order, values, strict=True))


def _fits_one(name, value):
    if name.endswith(TIMES):
        return isinstance(value, datetime) and value.tzinfo is not None
    return type(value) is int and abs(value) < 2**63


def _key(row, order):
    return [_value(row, name.lstrip("-")) for name in order]


def _value(row, path):
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _after(order, values):
    """(a, b) > (x, y) as `a >= x and (a > x or b > y)`: the first part lets the index be used."""
    name, value = order[0], values[0]
    field, further = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
    beyond = Q(**{f"{field}__{further}": value})
    if len(order) == 1:
        return beyond
    return Q(**{f"{field}__{further}e": value}) & (beyond | _after(order[1:], values[1:]))
