"""Do these send components fit that stored template? Asked before Meta is, so that the answer has words.

What Meta refuses later: 132000 (number), 132012 and 132018 (form), 132005 (length), 131008 and 131009 (buttons).
"""

import re

from whatsapp.content import ContentError
from whatsapp.content.checks import UNSTORABLE, length
from whatsapp.message_templates.structure import (
    HEADER_FILES,
    VARIABLE,
    buttons,
    carries_code,
    header_format,
    is_list,
    is_named,
    part,
    placeholders,
    type_of,
    words,
)

BODY_LIMIT = 1024
HEADER_LIMIT = 60
URL_LIMIT = 2000
PAYLOAD_LIMIT = 256
CODE_LIMIT = 15
BREAKS = re.compile(r"[\n\r\t]| {5,}")
FALLBACK_KINDS = ("currency", "date_time")
TEXT_KINDS = ("text", *FALLBACK_KINDS)
# Parameter type and largest length of each button whose value is plain text.
BUTTON_TEXTS = {
    "url": ("text", URL_LIMIT),
    "quick_reply": ("payload", PAYLOAD_LIMIT),
    "copy_code": ("coupon_code", CODE_LIMIT),
}
BUTTON_TYPES = {"url": ("URL", "OTP"), "quick_reply": ("QUICK_REPLY",), "copy_code": ("COPY_CODE",), "flow": ("FLOW",)}


def check(components: object, send_components: object) -> None:
    """Raises ContentError whose `field` names component and parameter: "body parameter 2", "button 0"."""
    sent = listed(send_components)
    check_text_part(part(components, "BODY"), "body", sent, BODY_LIMIT)
    check_header(part(components, "HEADER"), sent)
    check_buttons(components, sent)


def listed(send_components: object) -> list[dict]:
    if not is_list(send_components) or not all(isinstance(component, dict) for component in send_components):
        raise ContentError("components", "The template's components must be a list of objects.")
    for component in send_components:
        if type_of(component) not in ("HEADER", "BODY", "BUTTON", "CAROUSEL", "LIMITED_TIME_OFFER"):
            raise ContentError("components", f"A template has no component “{words(component, 'type')}” to fill.")
    return list(send_components)


def parameters_of(where: str, sent: list[dict]) -> list[dict]:
    found = [component for component in sent if type_of(component) == where.upper()]
    if len(found) > 1:
        raise ContentError(where, f"The {where} is filled in twice.")
    return parameters(where, found[0]) if found else []


def parameters(where: str, component: dict) -> list[dict]:
    given = component.get("parameters", [])
    if not is_list(given) or not all(isinstance(parameter, dict) for parameter in given):
        raise ContentError(where, f"The parameters of the {where} must be a list of objects.")
    return list(given)


def count_words(where: str, wanted: int, given: int) -> str:
    places = "no variables" if wanted == 0 else "1 variable" if wanted == 1 else f"{wanted} variables"
    return f"The {where} has {places}, but {given} {'value was' if given == 1 else 'values were'} given."


def check_text_part(component: dict, where: str, sent: list[dict], limit: int) -> None:
    names, given = placeholders(words(component, "text")), parameters_of(where, sent)
    if len(given) != len(names):
        raise ContentError(where, count_words(where, len(names), len(given)))
    for position, parameter in enumerate(given, start=1):
        check_value(f"{where} parameter {position}", parameter)
    if is_named(names):
        check_names(where, names, given)
    filled = rendered(component, where, sent)
    if length(filled) > limit:
        raise ContentError(
            where, f"The {where} may have up to {limit} characters when filled, it has {length(filled)}."
        )


def check_value(field: str, parameter: dict) -> None:
    kind = words(parameter, "type")
    if kind not in TEXT_KINDS:
        raise ContentError(field, f"“{field}” must be text, not {kind or 'nothing'}.")
    check_plain(field, shown(parameter))


def check_plain(field: str, text: str) -> None:
    """Meta takes no line break, tab or more than four blanks in a row inside a value."""
    if not text.strip():
        raise ContentError(field, f"“{field}” is empty.")
    if BREAKS.search(text):
        raise ContentError(field, f"“{field}” may hold no line break, no tab and no more than four blanks in a row.")
    if UNSTORABLE in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ContentError(field, f"“{field}” contains a character that cannot be sent.")


def check_names(where: str, names: list[str], given: list[dict]) -> None:
    told = [words(parameter, "parameter_name") for parameter in given]
    for position, name in enumerate(told, start=1):
        if name not in names:
            raise ContentError(f"{where} parameter {position}", f"The {where} has no variable “{name}”.")
    for name in names:
        if name not in told:
            raise ContentError(where, f"The value of “{name}” in the {where} is missing.")


def shown(parameter: dict) -> str:
    """What a text parameter shows: its text, or for money and dates the fallback."""
    kind = words(parameter, "type")
    inner = parameter.get(kind)
    return words(inner, "fallback_value") if isinstance(inner, dict) else words(parameter, "text")


def rendered(component: dict, where: str, sent: list[dict]) -> str:
    """The component's text with its values; a variable without value stays as it is."""
    text = words(component, "text")
    names, given = placeholders(text), parameters_of(where, sent)
    if is_named(names):
        values = {words(parameter, "parameter_name"): shown(parameter) for parameter in given}
    else:
        values = {name: shown(parameter) for name, parameter in zip(sorted(names, key=int), given, strict=False)}
    return VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)


def check_header(header: dict, sent: list[dict]) -> None:
    kind = header_format(header)
    if kind not in (*HEADER_FILES, "LOCATION"):
        check_text_part(header, "header", sent, HEADER_LIMIT)
        return
    given = parameters_of("header", sent)
    if len(given) != 1 or words(given[0], "type") != kind.lower():
        raise ContentError("header", f"The header needs one {kind.lower()}.")
    inner = given[0].get(kind.lower())
    usable = isinstance(inner, dict) and fits(kind, inner)
    if not usable:
        needs = "latitude and longitude" if kind == "LOCATION" else "an uploaded file or a link"
        raise ContentError("header parameter 1", f"The {kind.lower()} of the header needs {needs}.")


def fits(kind: str, inner: dict) -> bool:
    if kind == "LOCATION":
        return all(isinstance(inner.get(name), str | int | float) for name in ("latitude", "longitude"))
    return bool(words(inner, "id") or words(inner, "link"))


def check_buttons(components: object, sent: list[dict]) -> None:
    stored = buttons(components)
    filled: set[int] = set()
    for component in sent:
        if type_of(component) == "BUTTON":
            position = index_of(component, len(stored))
            if position in filled:
                raise ContentError(f"button {position}", f"Button {position} is filled in twice.")
            filled.add(position)
            check_button(f"button {position}", stored[position], component)
    for position, button in enumerate(stored):
        if position not in filled and needs_value(button):
            raise ContentError(f"button {position}", f"The value of the button “{words(button, 'text')}” is missing.")


def index_of(component: dict, count: int) -> int:
    """Meta takes the position as number or as text."""
    index = component.get("index")
    position = int(index) if isinstance(index, str) and re.fullmatch(r"[0-9]{1,2}", index) else index
    if isinstance(position, bool) or not isinstance(position, int) or not 0 <= position < count:
        raise ContentError("button", f"The template has no button at position {index!r:.20}.")
    return position


def needs_value(button: dict) -> bool:
    has_variable = type_of(button) == "URL" and bool(placeholders(words(button, "url")))
    return has_variable or carries_code(button) or type_of(button) == "COPY_CODE"


def check_button(field: str, button: dict, component: dict) -> None:
    sub_type = words(component, "sub_type").lower()
    expected = BUTTON_TYPES.get(sub_type, (sub_type.upper(),))
    if type_of(button) not in expected:
        raise ContentError(field, f"“{field}” is no {sub_type or 'known'} button in this template.")
    given = parameters(field, component)
    if sub_type not in BUTTON_TEXTS:
        return
    if sub_type == "url" and not needs_value(button):
        raise ContentError(field, f"The link of “{field}” has no variable.")
    kind, limit = BUTTON_TEXTS[sub_type]
    if len(given) != 1 or words(given[0], "type") != kind:
        raise ContentError(field, f"“{field}” needs one value of the kind {kind}.")
    check_button_text(field, words(given[0], kind), CODE_LIMIT if carries_code(button) else limit)


def check_button_text(field: str, text: str, limit: int) -> None:
    check_plain(field, text)
    if length(text) > limit:
        raise ContentError(field, f"“{field}” may have up to {limit} characters, it has {length(text)}.")
