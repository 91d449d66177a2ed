"""From the stored shape (`as_dict`) back to content. Keys that the kind does not know are left aside."""

from dataclasses import MISSING, Field, fields

from .checks import ContentError
from .interactive import Button, Buttons, Header, Link, ListMessage, LocationRequest, Row, Section
from .media import RULES, Media
from .plain import Contacts, Location, Reaction, Text
from .template import Template

Content = Text | Media | Location | Contacts | Buttons | ListMessage | Link | LocationRequest | Template | Reaction

CLASSES = {
    content_class.kind: content_class
    for content_class in (
        Text,
        Location,
        Contacts,
        Buttons,
        ListMessage,
        Link,
        LocationRequest,
        Template,
        Reaction,
    )
}


def load(kind: object, stored: object) -> Content:
    """Raises ContentError for a kind that cannot be sent, and for content that WhatsApp would refuse."""
    if not isinstance(kind, str):
        raise ContentError("kind", "The kind of a message is a word.")
    if kind in RULES:
        return built(Media, stored, "content", kind=kind)
    if kind not in CLASSES:
        raise ContentError("kind", f"“{kind}” is not a kind of message that can be sent.")
    return built(CLASSES[kind], stored, "content")


def built(content_class: type, stored: object, where: str, **given: object):
    """An instance of `content_class` from a dict; `where` names it in a refusal."""
    if not isinstance(stored, dict):
        raise ContentError(where, "The content must be an object.")
    values = {field.name: stored[field.name] for field in fields(content_class) if field.name in stored} | given
    for name, build in PARTS.items():
        if values.get(name) is not None:
            values[name] = build(values[name])
    missing = [field.name for field in fields(content_class) if field.name not in values and required(field)]
    if missing:
        raise ContentError(where, f"Something is missing: {', '.join(missing)}.")
    return content_class(**values)


def required(field: Field) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def items(value: object, content_class: type, where: str) -> tuple:
    if not isinstance(value, list | tuple):
        raise ContentError(where, f"The {where} must be a list.")
    return tuple(built(content_class, item, where) for item in value)


PARTS = {
    "header": lambda value: built(Header, value, "header"),
    "buttons": lambda value: items(value, Button, "buttons"),
    "sections": lambda value: items(value, Section, "sections"),
    "rows": lambda value: items(value, Row, "rows"),
}
