"""Values of a picker -> Meta's send components, and what the agent sees."""

from collections.abc import Mapping
from urllib.parse import quote

from whatsapp.content import ContentError
from whatsapp.message_templates.checking import check, rendered
from whatsapp.message_templates.structure import (
    HEADER_FILES,
    VARIABLE,
    Variable,
    buttons,
    carries_code,
    header_format,
    is_named,
    not_fillable,
    part,
    placeholders,
    text_variables,
    type_of,
    url_start,
    variables,
    words,
)

# Left as they are in a link's end: what structures an address, and escapes that are already there.
URL_SAFE = "/?&=#:@!$'()*+,;-._~%"
SUB_TYPES = {"url_suffix": "url", "payload": "quick_reply", "coupon_code": "copy_code", "flow": "flow"}
UNUSED_TOKEN = "unused"


def fill(components: object, values: Mapping[str, object]) -> tuple[list[dict], dict]:
    """(send components, preview). `values` by `Variable.key`: text; for files {media_id | link, filename?}; for a place
    {latitude, longitude, name?, address?}; for a flow {flow_token?, flow_action_data?}.

    preview: {header?: {type, text | media_id | link | latitude…}, body, footer?,
    buttons: [{type, text, url?, phone_number?}]}, with Meta's types in lower case.
    Raises ContentError naming the variable's key.
    """
    reason = not_fillable(components)
    if reason:
        raise ContentError("template", f"This template holds {reason}, which cannot be filled in here.")
    wanted = variables(components)
    for variable in wanted:
        if not variable.optional and values.get(variable.key) in (None, "", {}):
            raise ContentError(variable.key, f"{title(variable)} is missing.")
    filled = [
        *text_or_file(components, wanted, values),
        *button_components(components, wanted, values),
    ]
    check(components, filled)
    return filled, preview(components, filled, values)


def shown(components: object, filled: list[dict]) -> dict:
    """The preview (shape: `fill`) of a program's own send components. Raises ContentError where they do not fit."""
    check(components, filled)
    kind = header_format(part(components, "HEADER")).lower()
    given = [
        parameter.get(kind) for part_ in filled if part_.get("type") == "header" for parameter in part_["parameters"]
    ]
    file = next((each for each in given if isinstance(each, Mapping)), {})
    named = {**file, **({"media_id": file["id"]} if "id" in file else {})}
    return preview(components, filled, {f"header.{kind}": named})


def outline(components: object) -> dict:
    """The preview (shape: `fill`) of a template that is not filled in yet: its variables stand where values will."""
    kind = header_format(part(components, "HEADER"))
    header = (
        {"type": kind.lower()} if kind in (*HEADER_FILES, "LOCATION") else text_header(part(components, "HEADER"), [])
    )
    footer = words(part(components, "FOOTER"), "text")
    return {
        **({"header": header} if header else {}),
        "body": words(part(components, "BODY"), "text"),
        **({"footer": footer} if footer else {}),
        "buttons": [button_preview(position, button, []) for position, button in enumerate(buttons(components))],
    }


def title(variable: Variable) -> str:
    names = {"url_suffix": "The end of the link", "coupon_code": "The code to copy", "text": f"“{variable.name}”"}
    return names.get(variable.kind, f"The {variable.kind} of the header")


def text_or_file(components: object, wanted: list[Variable], values: Mapping[str, object]) -> list[dict]:
    filled = []
    for where in ("header", "body"):
        parameters = [parameter(variable, values[variable.key]) for variable in wanted if variable.where == where]
        if is_named([variable.name for variable in wanted if variable.where == where and variable.kind == "text"]):
            names = [variable.name for variable in wanted if variable.where == where]
            parameters = [{**given, "parameter_name": name} for given, name in zip(parameters, names, strict=True)]
        filled += [{"type": where, "parameters": parameters}] if parameters else []
    return filled


def parameter(variable: Variable, value: object) -> dict:
    if variable.kind == "text":
        return {"type": "text", "text": plain(variable, value)}
    if not isinstance(value, Mapping):
        raise ContentError(variable.key, f"{title(variable)} must be an object.")
    if variable.kind == "location":
        return {"type": "location", "location": dict(value)}
    return {"type": variable.kind, variable.kind: file(variable, value)}


def plain(variable: Variable, value: object) -> str:
    if not isinstance(value, str):
        raise ContentError(variable.key, f"{title(variable)} must be text.")
    return value


def file(variable: Variable, value: Mapping) -> dict:
    source = {"id": value["media_id"]} if value.get("media_id") else {"link": value.get("link") or ""}
    named = variable.kind == "document" and value.get("filename")
    return source | ({"filename": value["filename"]} if named else {})


def button_components(components: object, wanted: list[Variable], values: Mapping[str, object]) -> list[dict]:
    asked = {variable.name: variable for variable in wanted if variable.where == "button"}
    filled = []
    for position, button in enumerate(buttons(components)):
        variable = asked.get(str(position))
        if variable:
            given = button_parameter(variable, values.get(variable.key))
            filled += [button_component(position, SUB_TYPES[variable.kind], given)] if given else []
        elif carries_code(button):
            filled.append(button_component(position, "url", {"type": "text", "text": code(components, values)}))
    return filled


def button_component(position: int, sub_type: str, given: dict) -> dict:
    return {"type": "button", "sub_type": sub_type, "index": str(position), "parameters": [given]}


def code(components: object, values: Mapping[str, object]) -> str:
    """The one-time code: the body's first variable."""
    for variable in text_variables("body", part(components, "BODY"), "body_text"):
        return plain(variable, values[variable.key])
    raise ContentError("body", "This template has a button for a code and no code in its text.")


def button_parameter(variable: Variable, value: object) -> dict | None:
    if variable.kind == "flow":
        action = dict(value) if isinstance(value, Mapping) else {}
        return {"type": "action", "action": {"flow_token": UNUSED_TOKEN, **action}}
    if value in (None, ""):
        return None
    given = plain(variable, value)
    if variable.kind == "url_suffix":
        return {"type": "text", "text": url_suffix(given)}
    return {"type": variable.kind, variable.kind: given}


def url_suffix(given: str) -> str:
    """What somebody wrote as the end of a link, as it has to travel."""
    return quote(given, safe=URL_SAFE)


def preview(components: object, filled: list[dict], values: Mapping[str, object]) -> dict:
    header = header_preview(part(components, "HEADER"), filled, values)
    footer = words(part(components, "FOOTER"), "text")
    return {
        **({"header": header} if header else {}),
        "body": rendered(part(components, "BODY"), "body", filled),
        **({"footer": footer} if footer else {}),
        "buttons": [button_preview(position, button, filled) for position, button in enumerate(buttons(components))],
    }


def header_preview(header: dict, filled: list[dict], values: Mapping[str, object]) -> dict:
    kind = header_format(header)
    if kind in (*HEADER_FILES, "LOCATION"):
        return {"type": kind.lower(), **dict(values[f"header.{kind.lower()}"])}
    return text_header(header, filled)


def text_header(header: dict, filled: list[dict]) -> dict:
    text = rendered(header, "header", filled)
    return {"type": "text", "text": text} if text else {}


def button_preview(position: int, button: dict, filled: list[dict]) -> dict:
    shown = {"type": type_of(button).lower(), "text": words(button, "text")}
    if words(button, "phone_number"):
        shown["phone_number"] = words(button, "phone_number")
    if words(button, "url"):
        shown["url"] = whole_url(position, button, filled)
    return shown


def whole_url(position: int, button: dict, filled: list[dict]) -> str:
    if not placeholders(words(button, "url")):
        return words(button, "url")
    ends = [found["parameters"][0]["text"] for found in filled if str(found.get("index")) == str(position)]
    return VARIABLE.sub(lambda _: "".join(ends), words(button, "url")) if ends else url_start(button)
