"""What stands in the variables of a message template, between the wizard's fields and Meta's send components. Pure.

Values are by `Variable.key` (`body.name`, `button.0`), texts with placeholders that are filled for each recipient. A
draft may lack some of them; `whatsapp.message_templates.check` says in the end whether all is there.
"""

from collections.abc import Mapping

from whatsapp.content import HEADER_MEDIA
from whatsapp.message_templates import Variable, variables
from whatsapp.message_templates.filling import SUB_TYPES
from whatsapp.message_templates.structure import is_named


def components_of(stored: object, values: Mapping[str, object]) -> list[dict]:
    """Meta's send components of a template (its stored components) with these values.

    A text is "" where it is missing; a file of the header is {"id"} or {"link"}, a place {"latitude", "longitude",
    "name", "address"}; both are left out where they are missing.
    """
    wanted = [variable for variable in variables(stored) if not variable.optional]
    made = []
    for where in ("header", "body"):
        parameters = _parameters([variable for variable in wanted if variable.where == where], values)
        made += [{"type": where, "parameters": parameters}] if parameters else []
    return made + [_button(variable, values) for variable in wanted if variable.where == "button"]


def values_of(stored: object, components: list[dict]) -> dict[str, object]:
    """The other way round; components that do not belong to the template are left out."""
    found = {}
    wanted = [variable for variable in variables(stored) if not variable.optional]
    by_part = {_part(component): component.get("parameters") or [] for component in components}
    for where in ("header", "body"):
        of_part = [variable for variable in wanted if variable.where == where]
        found |= _read(of_part, by_part.get(where, []))
    for variable in wanted:
        parameters = by_part.get(variable.key)
        if variable.where == "button" and parameters:
            found[variable.key] = parameters[0].get("text") or parameters[0].get("coupon_code") or ""
    return found


def _parameters(wanted: list[Variable], values: Mapping[str, object]) -> list[dict]:
    named = is_named([variable.name for variable in wanted if variable.kind == "text"])
    made = [(variable, _parameter(variable, values.get(variable.key))) for variable in wanted]
    return [given | ({"parameter_name": variable.name} if named else {}) for variable, given in made if given]


def _parameter(variable: Variable, value: object) -> dict:
    if variable.kind == "text":
        return {"type": "text", "text": value if isinstance(value, str) else ""}
    if not value:
        return {}
    return {"type": variable.kind, variable.kind: value}


def _button(variable: Variable, values: Mapping[str, object]) -> dict:
    text = values.get(variable.key)
    kind = "coupon_code" if variable.kind == "coupon_code" else "text"
    given = {"type": kind, kind: text if isinstance(text, str) else ""}
    return {"type": "button", "sub_type": SUB_TYPES[variable.kind], "index": variable.name, "parameters": [given]}


def _part(component: dict) -> str:
    kind = str(component.get("type", "")).lower()
    return f"button.{component.get('index')}" if kind == "button" else kind


def _read(wanted: list[Variable], parameters: list[dict]) -> dict[str, object]:
    named = {parameter["parameter_name"]: parameter for parameter in parameters if parameter.get("parameter_name")}
    found = {}
    for place, variable in enumerate(wanted):
        parameter = named.get(variable.name) if named else (parameters[place] if place < len(parameters) else None)
        if parameter:
            found[variable.key] = parameter.get(variable.kind)
    return {key: value for key, value in found.items() if value}


def header_links(components: list[dict]) -> list[str]:
    """Where the files of the header lie on the web, as far as they do."""
    headers = [part for part in components if _part(part) == "header"]
    files = [given.get(given.get("type")) for part in headers for given in part.get("parameters") or []]
    return [file["link"] for file in files if isinstance(file, Mapping) and isinstance(file.get("link"), str)]


def is_file(variable: Variable) -> bool:
    """Whether this place of the header takes a file."""
    return variable.kind in HEADER_MEDIA
