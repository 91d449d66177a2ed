"""What a stored message template is made of, and which values it wants.

`components` is Meta's stored form (Meta: templates/components). Whether a text names its variables ({{first_name}}) or
numbers them ({{1}}) is read from the text itself: it is the same fact as `parameter_format`, kept once.
"""

import re
from dataclasses import dataclass

VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
HEADER_FILES = ("IMAGE", "VIDEO", "DOCUMENT")
# Meta's own address of a one-time code: the code stands in the body and again in this button.
CODE_ADDRESS = "https://www.whatsapp.com/otp/"
ONE_TIME_CODE = "OTP"
# Parts whose values nobody can type into a picker.
NOT_FILLABLE = {"CAROUSEL": "a carousel", "LIMITED_TIME_OFFER": "a limited-time offer"}
NOT_FILLABLE_BUTTONS = {"MPM": "a list of products", "SPM": "a product"}


@dataclass(frozen=True)
class Variable:
    """One value that a template wants. `key` names it to `fill`: `body.first_name`, `header.image`, `button.0`.

    where: header, body or button. name: the placeholder, the kind of header file, or the button's position.
    kind: text, image, video, document, location, url_suffix, payload, coupon_code or flow.
    label: the text around it, for a person. optional: may be left out.
    """

    where: str
    name: str
    kind: str
    example: str = ""
    label: str = ""
    optional: bool = False

    @property
    def key(self) -> str:
        return f"{self.where}.{self.name}"


def variables(components: object) -> list[Variable]:
    """In reading order. Tolerant: a stored template may hold parts of later versions of Meta's."""
    body = part(components, "BODY")
    wanted = [*header_variables(part(components, "HEADER")), *text_variables("body", body, "body_text")]
    for position, button in enumerate(buttons(components)):
        found = button_variable(position, button)
        wanted += [found] if found else []
    return wanted


def parts(components: object) -> list[dict]:
    return [component for component in components if isinstance(component, dict)] if is_list(components) else []


def part(components: object, kind: str) -> dict:
    """The first component of this type, {} without one."""
    return next((found for found in parts(components) if type_of(found) == kind), {})


def buttons(components: object) -> list[dict]:
    listed = part(components, "BUTTONS").get("buttons")
    return [button if isinstance(button, dict) else {} for button in listed] if is_list(listed) else []


def type_of(found: dict) -> str:
    return words(found, "type").upper()


def words(found: dict, key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""


def is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def placeholders(text: str) -> list[str]:
    """Names in order, each once."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def is_named(names: list[str]) -> bool:
    return any(not name.isdecimal() for name in names)


def header_format(header: dict) -> str:
    return words(header, "format").upper() or ("TEXT" if words(header, "text") else "")


def header_variables(header: dict) -> list[Variable]:
    kind = header_format(header)
    if kind in HEADER_FILES:
        return [Variable("header", kind.lower(), kind.lower(), label="Header")]
    if kind == "LOCATION":
        return [Variable("header", "location", "location", label="Header")]
    return text_variables("header", header, "header_text")


def text_variables(where: str, component: dict, example_key: str) -> list[Variable]:
    text = words(component, "text")
    names = placeholders(text)
    names = names if is_named(names) else sorted(names, key=int)
    examples = examples_of(component, example_key, names)
    return [Variable(where, name, "text", examples.get(name, ""), text) for name in names]


def examples_of(component: dict, key: str, names: list[str]) -> dict[str, str]:
    """`body_text` is a list in a list, `header_text` a list, the named ones a list of {param_name, example}."""
    told = component.get("example")
    told = told if isinstance(told, dict) else {}
    named = told.get(f"{key}_named_params")
    if is_list(named):
        return {words(item, "param_name"): words(item, "example") for item in named if isinstance(item, dict)}
    listed = told.get(key)
    listed = listed if is_list(listed) else []
    row = listed[0] if listed and is_list(listed[0]) else listed
    return {name: example for name, example in zip(names, row, strict=False) if isinstance(example, str)}


def button_variable(position: int, button: dict) -> Variable | None:
    label, kind = words(button, "text"), type_of(button)
    if kind == "URL" and placeholders(words(button, "url")) and not carries_code(button):
        return Variable("button", str(position), "url_suffix", url_example(button), label)
    if kind == "QUICK_REPLY":
        return Variable("button", str(position), "payload", label=label, optional=True)
    if kind == "COPY_CODE":
        return Variable("button", str(position), "coupon_code", first_example(button), label)
    return Variable("button", str(position), "flow", label=label, optional=True) if kind == "FLOW" else None


def carries_code(button: dict) -> bool:
    """Filled with the body's code, not asked for again."""
    return type_of(button) == ONE_TIME_CODE or words(button, "url").startswith(CODE_ADDRESS)


def first_example(button: dict) -> str:
    told = button.get("example")
    told = told[0] if is_list(told) and told else told
    return told if isinstance(told, str) else ""


def url_example(button: dict) -> str:
    """Meta's example is the whole address; what is asked for is only its end."""
    return first_example(button).removeprefix(url_start(button))


def url_start(button: dict) -> str:
    return VARIABLE.split(words(button, "url"))[0]


def not_fillable(components: object) -> str:
    """Words for a part that only a program can fill, "" without one."""
    for found in parts(components):
        if type_of(found) in NOT_FILLABLE:
            return NOT_FILLABLE[type_of(found)]
    kinds = [type_of(button) for button in buttons(components)]
    return next((NOT_FILLABLE_BUTTONS[kind] for kind in kinds if kind in NOT_FILLABLE_BUTTONS), "")
