"""Several inputs of one name: buttons, rows, ice breakers, opening times. The page's own templates draw them."""

from django import forms


class Lines(forms.Widget):
    """All values that were posted under one name, in order."""

    def value_from_datadict(self, data, files, name):
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])

    def value_omitted_from_data(self, data, files, name):
        return name not in data


class LinesField(forms.Field):
    """A list of texts without blanks at their ends; empty ones keep their place."""

    widget = Lines

    def __init__(self, **options):
        super().__init__(required=False, **options)

    def clean(self, value):
        return [as_line(line) for line in value or []]


def as_line(line):
    return str(line).replace("\r\n", "\n").strip()


def at(lines, place):
    """The line at a place, "" beyond the end."""
    return as_line(lines[place]) if place < len(lines or []) else ""
