"""A form whose errors can stand beside one line of several."""

from django import forms

from automation.forms.lines import as_line


class MarkedForm(forms.Form):
    """`marks` is {(field, place): words}: which of several lines of a field is meant; the field has the words too."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.marks = {}

    def mark(self, field, words, place=None):
        """Say beside a field what is wrong with it, or beside one of its lines."""
        if place is not None:
            self.marks[field, place] = words
        self.add_error(field, words)

    def told(self, name):
        """What stands in an input, typed or stored: text, without blanks at its ends."""
        value = self[name].value()
        return "" if value is None else as_line(value)

    def lines(self, name):
        return [as_line(line) for line in self[name].value() or []]

    def is_told(self, name):
        """Whether a switch is on, as posted or as stored."""
        return bool(self[name].value())
