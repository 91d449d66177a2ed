"""An automation that is a switch and a message."""

from django import forms

from automation.forms.content import ContentForm


class ReplyForm(ContentForm):
    """An automation that says something: reply when unassigned, closed hours."""

    is_on = forms.BooleanField(required=False)

    def __init__(self, automation, agent, *args, **options):
        options.setdefault("initial", {})["is_on"] = automation.is_on
        super().__init__(automation, agent, *args, **options)

    @property
    def must_be_written(self):
        return self.is_told("is_on")

    def write(self, automation):
        """Put what was cleaned into the row."""
        automation.is_on = self.cleaned_data["is_on"]
        automation.content_kind, automation.content = self.content
        automation.attachment = self.attachment
