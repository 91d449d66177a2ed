"""A filled message template, ready to be sent."""

import re
from dataclasses import dataclass, field
from typing import ClassVar

from .checks import ContentError, check_text

NAME_LIMIT = 512
LANGUAGE_LIMIT = 20
NAME = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class Template:
    """`components` are Meta's send components; `preview` is what an agent sees: {header?, body, footer?, buttons}.

    Whether the parameters fit the stored template is `message_templates.check`'s question.
    """

    kind: ClassVar[str] = "template"
    name: str
    language: str
    components: tuple[dict, ...] = ()
    preview: dict = field(default_factory=dict)

    def __post_init__(self):
        check_text("name", self.name, NAME_LIMIT, name="The template's name")
        if not NAME.fullmatch(self.name):
            raise ContentError("name", "A template's name has only lower-case letters, digits and underscores.")
        check_text("language", self.language, LANGUAGE_LIMIT, name="The template's language")
        if not isinstance(self.components, list | tuple):
            raise ContentError("components", "The template's components must be a list.")
        object.__setattr__(self, "components", tuple(self.components))
        for position, component in enumerate(self.components):
            check_component(f"components.{position}", component)
        if not isinstance(self.preview, dict):
            raise ContentError("preview", "The template's preview must be an object.")

    def as_dict(self) -> dict:
        components = list(self.components)
        return {"name": self.name, "language": self.language, "components": components, "preview": self.preview}


def check_component(where: str, component: object) -> None:
    kind = component.get("type") if isinstance(component, dict) else None
    if not isinstance(kind, str) or not kind:
        raise ContentError(where, "Each component of a template needs a type: header, body or button.")
    parameters = component.get("parameters", [])
    if not isinstance(parameters, list) or not all(isinstance(parameter, dict) for parameter in parameters):
        raise ContentError(where, "The parameters of a template component must be a list of objects.")
