"""Which contacts are meant: a description that can be saved, sent in an address and evaluated again later. Pure."""

from dataclasses import asdict, dataclass, fields
from datetime import date

from inbox.rules.consent import FIELDS
from inbox.rules.refusal import Refusal

EQUALS, CONTAINS, EXISTS = "equals", "contains", "exists"
TESTS = (EQUALS, CONTAINS, EXISTS)
# Whether what we start may reach them on a channel, or may not.
CONSENTS = (*FIELDS, *(f"no_{channel}" for channel in FIELDS))
TEXT_LIMIT = 200
MOST_TESTS = 10
MOST_DIGITS = 18
FROM_ADDRESS = {"attribute": "name", "attribute_is": "test", "attribute_value": "value"}


@dataclass(frozen=True)
class Attribute:
    """A test of one attribute: `test` is equals, contains (any case) or exists."""

    name: str
    test: str = EXISTS
    value: str = ""


@dataclass(frozen=True)
class Audience:
    """All of these have to hold; what is empty asks nothing.

    tag, number, owner: ids (a tag of any of their conversations, a number that they are known on). country: a calling
    code ("49"). Days are ISO dates and begin at midnight UTC; "after" includes its day, "before" does not. consent: one
    of CONSENTS ("no_email": has refused all or marketing). words: a part of name, phone or email.
    """

    words: str = ""
    tag: int | None = None
    number: int | None = None
    owner: int | None = None
    country: str = ""
    attributes: tuple[Attribute, ...] = ()
    created_after: str = ""
    created_before: str = ""
    wrote_after: str = ""
    wrote_before: str = ""
    consent: str = ""

    @property
    def is_empty(self):
        return self == Audience()

    def as_dict(self):
        """What is asked, as JSON; `read` makes the same of it."""
        return {name: value for name, value in asdict(self).items() if value}


def read(told) -> Audience:
    """An Audience of what was stored or posted: a mapping named as its fields. Raises Refusal naming the field."""
    unknown = sorted(set(told) - {field.name for field in fields(Audience)})
    if unknown:
        raise _refused(unknown[0], f"A filter knows nothing of “{unknown[0][:40]}”.")
    texts = {name: _text(name, told.get(name)) for name in ("words", "consent")}
    if texts["consent"] and texts["consent"] not in CONSENTS:
        raise _refused("consent", f"Consent is one of: {', '.join(CONSENTS)}.")
    return Audience(
        **texts,
        **{name: _row_id(name, told.get(name)) for name in ("tag", "number", "owner")},
        country=_country(told.get("country")),
        attributes=_attributes(told.get("attributes") or ()),
        **{name: _day(name, told.get(name)) for name in (field.name for field in fields(Audience)) if _is_day(name)},
    )


def read_address(query) -> Audience:
    """The same of a page's address, where a test of an attribute is three fields. Raises Refusal."""
    names = [field.name for field in fields(Audience) if field.name != "attributes"]
    told = {name: query.get(name, "") for name in names}
    test = {name: query.get(field, "") for field, name in FROM_ADDRESS.items()}
    if test["name"].strip():
        told["attributes"] = [{**test, "test": test["test"] or EXISTS}]
    return read(told)


def address(audience: Audience) -> dict:
    """The fields of a page's address that ask for this audience (of its attributes' tests the first)."""
    told = {name: value for name, value in audience.as_dict().items() if name != "attributes"}
    for test in audience.attributes[:1]:
        told |= {field: getattr(test, name) for field, name in FROM_ADDRESS.items() if getattr(test, name)}
    return told


def _is_day(name):
    return name.endswith(("_after", "_before"))


def _text(name, told):
    if told is None:
        return ""
    if not isinstance(told, str) or len(told) > TEXT_LIMIT or "\x00" in told:
        raise _refused(name, f"Up to {TEXT_LIMIT} characters.")
    return " ".join(told.split())


def _row_id(name, told):
    if told in (None, ""):
        return None
    text = str(told)
    if isinstance(told, bool) or not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise _refused(name, "This choice is not there any more. Choose another one.")
    return int(text)


def _country(told):
    code = _text("country", told).removeprefix("+").removeprefix("00")
    if code and not (code.isascii() and code.isdecimal() and len(code) <= 7):
        raise _refused("country", "A country's calling code has digits only, for example 49.")
    return code


def _day(name, told):
    text = _text(name, told)
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise _refused(name, "Enter a day as 2026-11-28.") from error


def _attributes(told):
    if not isinstance(told, list | tuple) or len(told) > MOST_TESTS or not all(isinstance(one, dict) for one in told):
        raise _refused("attributes", f"Up to {MOST_TESTS} tests of attributes.")
    return tuple(_attribute(one) for one in told)


def _attribute(told):
    found = {name: _text("attributes", told.get(name)) for name in ("name", "test", "value")}
    if not found["name"] or found["test"] not in TESTS:
        raise _refused("attributes", "A test names an attribute, and whether it equals, contains or exists.")
    if found["test"] != EXISTS and not found["value"]:
        raise _refused("attributes", "Say what the attribute should be.")
    return Attribute(**found)


def _refused(field, words):
    return Refusal("filter", words, field, 400)
