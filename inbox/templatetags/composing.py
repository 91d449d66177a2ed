"""What the composer's templates ask: where the agent stands, what WhatsApp takes as a file, how a template is shown."""

from dataclasses import dataclass

from django import template

from inbox import formatting
from inbox.rules import stances
from whatsapp import content
from whatsapp.message_templates.structure import VARIABLE

register = template.Library()


@register.filter
def stance(seat):
    return stances.stance(seat)


@register.simple_tag
def file_rules():
    """{kind: {types, limit in bytes, plural}}, for the check before an upload."""
    rules = {kind: content.media_rules(kind) for kind in content.MEDIA_KINDS}
    return {
        kind: {"types": rule.mime_types, "limit": rule.limit(animated=True), "plural": rule.plural}
        for kind, rule in rules.items()
    }


@dataclass(frozen=True)
class Stretch:
    """Words of a template with one look, or the place of the variable `key`."""

    text: str
    marks: str = ""
    key: str = ""


@register.filter
def stretches(text, where):
    """A template's text cut at its variables; `where` is the part they belong to (header, body)."""
    found = []
    for piece in formatting.pieces(text or ""):
        for place, words in enumerate(VARIABLE.split(piece.text)):
            if place % 2:
                found.append(Stretch(f"{{{{{words}}}}}", piece.marks, f"{where}.{words}"))
            elif words:
                found.append(Stretch(words, piece.marks))
    return found


@register.filter
def spoken_name(variable):
    """`first_name` -> "first name", `1` -> "value 1"."""
    return f"value {variable.name}" if variable.name.isdecimal() else variable.name.replace("_", " ")
