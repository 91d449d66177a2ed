"""Placeholders like `{{ name }}` in a message, filled for each recipient. Pure.

A value is the recipient's own, else the default (S3-18 to S3-22); a key counts exactly as written, else ignoring case:
the default `Name` fills `{{ name }}`. What is blank is no value.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# The name is stripped afterwards: blanks that may belong to either side are tried in every way.
PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")


@dataclass(frozen=True)
class Place:
    """Where a placeholder stands: "body parameter 2", "header parameter 1", "button 0", "subject"."""

    where: str
    name: str


class ValueMissing(Exception):
    """Neither the recipient nor the defaults have a value for this place."""

    def __init__(self, place: Place):
        super().__init__(place)
        self.place = place

    @property
    def words(self) -> str:
        return f"There is no value for “{self.place.name}” ({self.place.where}), and no default."


class Values:
    """Values by name, looked up in layers: the recipient's own first, the defaults last."""

    def __init__(self, *layers: Mapping[str, object]):
        self._layers = [(layer, _without_case(layer)) for layer in layers]

    def get(self, name: str) -> str:
        """The value as text, "" where no layer has one."""
        for exact, loose in self._layers:
            for found in (exact.get(name), loose.get(name.casefold())):
                if not is_blank(found):
                    return as_text(found)
        return ""


def _without_case(layer: Mapping[str, object]) -> dict[str, object]:
    """Of keys that differ only by case the first one with a value."""
    loose: dict[str, object] = {}
    for name, value in layer.items():
        if is_blank(loose.get(str(name).casefold())):
            loose[str(name).casefold()] = value
    return loose


def is_blank(value: object) -> bool:
    return value is None or isinstance(value, str) and not value.strip()


def as_text(value: object) -> str:
    """Programs send numbers as numbers, and yes and no as such."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def fill(text: str, values: Values, where: str) -> str:
    """Raises ValueMissing, naming `where` and the placeholder."""

    def put_in(match: re.Match) -> str:
        name = name_in(match)
        found = values.get(name)
        if not found:
            raise ValueMissing(Place(where, name))
        return found

    return PLACEHOLDER.sub(put_in, text)


def name_in(placeholder: re.Match) -> str:
    """What a match of PLACEHOLDER names."""
    return placeholder[1].strip()


def names(text: str) -> list[str]:
    """The placeholders of a text in order, each once."""
    return list(dict.fromkeys(name_in(match) for match in PLACEHOLDER.finditer(text)))


def personalised(components: list[dict], values: Values) -> list[dict]:
    """Meta's send components with every placeholder filled. Raises ValueMissing."""
    return [
        {**component, "parameters": [_filled(parameter, values, where) for where, parameter in _parameters(component)]}
        if component.get("parameters")
        else component
        for component in components
    ]


def places(components: list[dict]) -> list[Place]:
    """Every placeholder of these send components."""
    found = []
    for component in components:
        for where, parameter in _parameters(component):
            found += [Place(where, name) for text in _texts(parameter) for name in names(text)]
    return list(dict.fromkeys(found))


def missing(components: list[dict], values: Values) -> Place | None:
    """The first place without a value, None where everybody has theirs."""
    return next((place for place in places(components) if not values.get(place.name)), None)


def _parameters(component: dict) -> Iterator[tuple[str, dict]]:
    kind = str(component.get("type", "")).lower()
    for position, parameter in enumerate(component.get("parameters") or [], start=1):
        yield (f"button {component.get('index')}" if kind == "button" else f"{kind} parameter {position}"), parameter


def _filled(value: object, values: Values, where: str) -> object:
    """A parameter holds its text at any depth: `text`, `payload`, `image.link`."""
    if isinstance(value, str):
        return fill(value, values, where)
    if isinstance(value, Mapping):
        return {key: _filled(inner, values, where) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, values, where) for inner in value]
    return value


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
