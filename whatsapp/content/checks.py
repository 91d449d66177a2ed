"""The one refusal that content knows, and the small checks every kind shares."""

import math

UNSTORABLE = "\x00"
SURROGATES = range(0xD800, 0xE000)


class ContentError(ValueError):
    """Content that WhatsApp would refuse: `field` says where, `message` says it to a person."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field
        self.message = message


def length(text: str) -> int:
    """Length in UTF-16 units. Meta does not say how it counts emoji; this is the count that is never too low."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_text(field: str, text: object, limit: int, *, name: str, required: bool = True) -> None:
    if not isinstance(text, str):
        raise ContentError(field, f"{name} must be text.")
    if required and not text.strip():
        raise ContentError(field, f"{name} is empty.")
    if any(character == UNSTORABLE or ord(character) in SURROGATES for character in text):
        raise ContentError(field, f"{name} contains a character that cannot be sent.")
    if length(text) > limit:
        raise ContentError(field, f"{name} may have up to {limit} characters, this one has {length(text)}.")


def check_flag(field: str, value: object) -> None:
    if not isinstance(value, bool):
        raise ContentError(field, f"{field} is either true or false.")


def check_items(field: str, items: object, most: int, *, name: str) -> None:
    """`items` is a sequence of 1 to `most` things; `name` is their plural."""
    if not isinstance(items, list | tuple) or not items:
        raise ContentError(field, f"At least one of the {name} is needed.")
    if len(items) > most:
        raise ContentError(field, f"There may be up to {most} {name}, these are {len(items)}.")


def check_unique(field: str, values: list[str], *, name: str) -> None:
    if len(set(values)) != len(values):
        raise ContentError(field, f"Two {name} are the same; each must be different.")


def coordinate(field: str, value: object, limit: int, *, name: str) -> float:
    """A latitude or longitude in degrees from a number or a numeric text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ContentError(field, f"{name} must be a number of degrees.")
    try:
        degrees = float(value)
    except (ValueError, OverflowError) as error:
        raise ContentError(field, f"{name} must be a number of degrees.") from error
    if not math.isfinite(degrees) or abs(degrees) > limit:
        raise ContentError(field, f"{name} must lie between -{limit} and {limit} degrees.")
    return degrees


def without_empty(**fields: object) -> dict:
    """The stored shape leaves out what is empty, so that a key that is there means something."""
    return {key: value for key, value in fields.items() if value not in ("", None, False)}
