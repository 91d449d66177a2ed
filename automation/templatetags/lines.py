"""What the page of automations asks of fields with several lines."""

from dataclasses import dataclass

from django import template

from automation.forms.lines import at

register = template.Library()


@dataclass(frozen=True)
class Line:
    """One input of several, with what is wrong with it."""

    value: str
    error: str = ""


@dataclass(frozen=True)
class RowLine:
    """A row of a list message, as typed."""

    section: str
    title: str
    description: str
    error: str = ""


@register.filter
def lines_of(form, wanted):
    """`form|lines_of:"prompt 1"`: the lines of a field, at least so many."""
    name, least = wanted.split()
    typed = form.lines(name)
    return [Line(at(typed, place), form.marks.get((name, place), "")) for place in range(max(len(typed), int(least)))]


@register.filter
def rows_of(form, least):
    """The rows of a list message that hold a word, at least so many."""
    titles, descriptions, sections = (form.lines(f"row_{part}") for part in ("title", "description", "section"))
    rows = [
        RowLine(at(sections, place), at(titles, place), at(descriptions, place), _row_error(form, place))
        for place in form.row_places()
    ]
    return rows + [RowLine("", "", "")] * (least - len(rows))


def _row_error(form, place):
    names = ("row_title", "row_description", "row_section")
    return next((form.marks[name, place] for name in names if (name, place) in form.marks), "")


@register.filter
def has_marks(form, names):
    """Whether an error of these fields stands beside one of their lines."""
    return any(name in names.split() for name, _ in form.marks)
