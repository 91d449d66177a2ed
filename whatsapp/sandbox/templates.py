"""Message templates: the check of a send against the stored structure, and how the filled template looks. Pure."""

import itertools
import re

from whatsapp.sandbox.contents import check_media_object
from whatsapp.sandbox.records import Template
from whatsapp.sandbox.refusals import Refusal

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
MISMATCH = "{where}: number of localizable_params ({given}) does not match the expected number of params ({wanted})"
BUTTON_LIMITS = {"quick_reply": ("payload", "payload", 256), "copy_code": ("coupon_code", "coupon_code", 15)}


def check_send(template: Template | None, content: dict, language: str) -> dict:
    """Check a send's components; answers the template as the phone shows it.

    {header?: {type, text | media}, body, footer?, buttons: [{type, text, url?, payload?, phone_number?}], category}
    Raises Refusal 132001, 132015, 132016, 132000, 132012, 132018, 132005, 131008, 131009.
    """
    _check_state(template, content["name"], language)
    given = {_slot(c): c.get("parameters") or [] for c in content.get("components") or []}
    stored = {c["type"].upper(): c for c in template.components}
    shown = {"category": template.category.lower(), "buttons": []}
    header = _header(stored.get("HEADER"), given.get("header", []), template)
    if header:
        shown["header"] = header
    shown["body"] = _fill("body", stored["BODY"].get("text", ""), given.get("body", []), template)
    _check_length("body", shown["body"], 1024)
    if "FOOTER" in stored:
        shown["footer"] = stored["FOOTER"].get("text", "")
    shown["buttons"] = _buttons(stored.get("BUTTONS", {}).get("buttons", []), given)
    return shown


def _check_state(template: Template | None, name: str, language: str) -> None:
    if template is None or template.status in ("PENDING", "REJECTED", "DELETED", "ARCHIVED"):
        raise Refusal(132001, f"template name ({name}) does not exist in {language}")
    if template.status == "PAUSED":
        raise Refusal(132015, f"Template {name} is paused because of its low quality.")
    if template.status == "DISABLED":
        raise Refusal(132016, f"Template {name} was paused too often and is now disabled.")


def _slot(component: dict) -> str:
    """header, body, or button:<index>."""
    kind = str(component.get("type", "")).lower()
    if kind != "button":
        return kind
    if component.get("index") is None or not component.get("sub_type"):
        raise Refusal(131008, "Components of type 'button' must have 'sub_type' and 'index'.")
    return f"button:{component['index']}"


def _header(stored: dict | None, parameters: list[dict], template: Template) -> dict | None:
    if stored is None:
        _check_count("header", parameters, 0)
        return None
    shape = stored.get("format", "TEXT").upper()
    if shape == "TEXT":
        text = _fill("header", stored.get("text", ""), parameters, template)
        _check_length("header", text, 60)
        return {"type": "text", "text": text}
    _check_count("header", parameters, 1)
    kind = shape.lower()
    if parameters[0].get("type") != kind:
        raise Refusal(
            132012, f"header: Format mismatch, expected {shape}, received {parameters[0].get('type', '').upper()}"
        )
    if kind != "location":
        check_media_object(parameters[0].get(kind), kind)
    return {"type": kind, "media": parameters[0].get(kind)}


def _fill(where: str, text: str, parameters: list[dict], template: Template) -> str:
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    _check_count(where, parameters, len(names))
    if template.parameter_format == "NAMED":
        return _fill_named(where, text, parameters, names)
    values = dict(zip(names, (_value(where, p) for p in parameters), strict=True))
    return VARIABLE.sub(lambda m: values[m[1]], text)


def _fill_named(where: str, text: str, parameters: list[dict], names: list[str]) -> str:
    values = {p.get("parameter_name"): _value(where, p) for p in parameters}
    missing = [n for n in names if n not in values]
    if missing:
        raise Refusal(132012, f"{where}: Parameter name is missing or unknown, expected {', '.join(missing)}")
    return VARIABLE.sub(lambda m: values[m[1]], text)


def _value(where: str, parameter: dict) -> str:
    kind = parameter.get("type", "text")
    if kind == "text":
        text = parameter.get("text")
    elif kind in ("currency", "date_time"):
        text = (parameter.get(kind) or {}).get("fallback_value")
    else:
        raise Refusal(132012, f"{where}: Format mismatch, expected TEXT, received {str(kind).upper()}")
    if not isinstance(text, str) or not text:
        raise Refusal(131008, f"{where}: parameter of type {kind} is missing text value")
    if re.search(r"[\n\t]| {5,}", text):
        raise Refusal(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
    return text


def _check_count(where: str, parameters: list[dict], wanted: int) -> None:
    if len(parameters) != wanted:
        raise Refusal(132000, MISMATCH.format(where=where, given=len(parameters), wanted=wanted))


def _check_length(where: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Refusal(132005, f"{where}: translated text length is {len(text)}, max length is {most}")


def _buttons(stored: list[dict], given: dict[str, list[dict]]) -> list[dict]:
    for slot in given:
        index = slot.removeprefix("button:")
        if slot.startswith("button:") and not (index.isdigit() and int(index) < len(stored)):
            raise Refusal(132000, f"buttons: the template has no button at index {index}")
    return [_button(place, button, given.get(f"button:{place}", [])) for place, button in enumerate(stored)]


def _button(place: int, stored: dict, parameters: list[dict]) -> dict:
    kind, text = stored["type"].upper(), stored.get("text", "")
    where = f"buttons[{place}]"
    parameter = parameters[0] if parameters else {}
    if kind == "URL":
        return {"type": "url", "text": text, "url": _url(where, stored["url"], parameters)}
    if kind == "QUICK_REPLY":
        return {"type": "quick_reply", "text": text, "payload": _limited(where, "quick_reply", parameter) or text}
    if kind == "COPY_CODE":
        code = _limited(where, "copy_code", parameter) or stored.get("example", "")
        return {"type": "copy_code", "text": text or "Copy code", "code": code}
    if kind == "PHONE_NUMBER":
        return {"type": "phone_number", "text": text, "phone_number": stored.get("phone_number", "")}
    if kind == "FLOW":
        return {"type": "flow", "text": text, "token": (parameter.get("action") or {}).get("flow_token", "unused")}
    return {"type": kind.lower(), "text": text or kind.replace("_", " ").capitalize()}


def _url(where: str, url: str, parameters: list[dict]) -> str:
    wanted = len(VARIABLE.findall(url))
    _check_count(where, parameters, wanted)
    return VARIABLE.sub(lambda _: _value(where, parameters[0]), url) if wanted else url


def _limited(where: str, sub_type: str, parameter: dict) -> str:
    key, kind, most = BUTTON_LIMITS[sub_type]
    value = parameter.get(key)
    if parameter and (parameter.get("type") != kind or not isinstance(value, str)):
        raise Refusal(132012, f"{where}: Format mismatch, expected {kind.upper()}")
    if value and len(value) > most:
        raise Refusal(131009, f"{where}: {kind} length invalid. Min length: 1, Max length: {most}")
    return value or ""


# Creation


def check_create(shape: dict) -> None:
    """Check a new template's name, category and components. Raises Refusal 100 with the subcode Meta uses."""
    if not re.fullmatch(r"[a-z0-9_]{1,512}", str(shape.get("name", ""))):
        raise Refusal(100, "Param name must have only lower-case letters, digits and underscores.")
    if str(shape.get("category", "")).upper() not in ("AUTHENTICATION", "MARKETING", "UTILITY"):
        raise Refusal(100, "Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}.")
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Za-z]{2,4})?", str(shape.get("language", ""))):
        raise Refusal(100, "Param language must be one of the supported languages.")
    check_components(shape.get("components"), str(shape.get("category", "")).upper())


def check_components(components: object, category: str) -> None:
    if not isinstance(components, list) or not components:
        raise Refusal(100, "Param components is required.")
    rows = {str(c.get("type", "")).upper(): c for c in components}
    if "BODY" not in rows:
        raise Refusal(100, "A component of type BODY is missing.", subcode=2388072)
    if category != "AUTHENTICATION":
        _check_text(rows["BODY"], 1024, 2388072)
    if str(rows.get("HEADER", {}).get("format", "")).upper() == "TEXT":
        _check_text(rows["HEADER"], 60, 2388047)
    footer = rows.get("FOOTER", {}).get("text") or ""
    if len(footer) > 60 or VARIABLE.search(footer):
        raise Refusal(100, "The footer is too long or has a variable.", subcode=2388073)
    _check_buttons(rows.get("BUTTONS", {}).get("buttons") or [])


def _check_text(component: dict, most: int, subcode: int) -> None:
    text = component.get("text") or ""
    where = component["type"].upper()
    if not 1 <= len(text) <= most:
        raise Refusal(100, f"{where}: length must be between 1 and {most}.", subcode=2388040)
    names = VARIABLE.findall(text)
    if names and not component.get("example"):
        raise Refusal(100, f"{where}: component with variables needs an example.", subcode=subcode)
    bare = text.strip()
    if names and where == "BODY" and (VARIABLE.match(bare) or bare.endswith("}}")):
        raise Refusal(100, "Variables can't be at the start or end of the template.", subcode=2388299)


def _check_buttons(buttons: list[dict]) -> None:
    kinds = [str(b.get("type", "")).upper() for b in buttons]
    if len(kinds) > 10 or kinds.count("URL") > 2 or kinds.count("PHONE_NUMBER") > 1 or kinds.count("COPY_CODE") > 1:
        raise Refusal(100, "Too many buttons of one kind.")
    if any(len(b.get("text", "")) > 25 for b in buttons):
        raise Refusal(100, "A button's text is longer than 25 characters.", subcode=2388040)
    quick = [k == "QUICK_REPLY" for k in kinds]
    if sum(a != b for a, b in itertools.pairwise(quick)) > 1:
        raise Refusal(100, "Quick replies must stand together.")
