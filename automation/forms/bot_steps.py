"""The steps of a scripted bot as an admin writes them, judged as a whole when they are saved."""

from django import forms
from django.forms.models import BaseInlineFormSet
from unfold.widgets import UnfoldAdminTextareaWidget

from automation.models import BotStep
from automation.models.bots import NAME_LIMIT
from automation.rules.script_checks import problems
from automation.rules.scripts import Script

LINE = "One per line: words | description > next step. Description and next step may be left out."


class ChoicesField(forms.CharField):
    """What the customer may tap, a line each: `Sales | Offers and prices > to sales`."""

    def __init__(self, **options):
        options.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 4}))
        super().__init__(required=False, strip=True, help_text=LINE, **options)

    def prepare_value(self, value):
        return "\n".join(line_of(choice) for choice in value) if isinstance(value, list) else value

    def to_python(self, value):
        return [choice_of(line) for line in super().to_python(value).splitlines() if line.strip()]

    def has_changed(self, initial, data):
        return self.to_python(data) != (initial or [])


def choice_of(line):
    """`words | description > step`, from right to left, so that words may hold anything but these two marks."""
    said, _, goes_to = line.partition(">")
    title, _, description = said.partition("|")
    return {"title": title.strip(), "description": description.strip(), "goes_to": goes_to.strip()}


def line_of(choice):
    line = choice.get("title", "")
    if choice.get("description"):
        line = f"{line} | {choice['description']}"
    return f"{line} > {choice['goes_to']}" if choice.get("goes_to") else line


class StepForm(forms.ModelForm):
    choices = ChoicesField(label="choices")

    class Meta:
        model = BotStep
        fields = [
            "name",
            "kind",
            "text",
            "choices",
            "as_list",
            "list_button",
            "variable",
            "expects",
            "retry_text",
            "max_tries",
            "goes_to",
            "otherwise",
            "tag",
            "team",
            "agent",
            "position",
        ]

    def clean_choices(self):
        for choice in self.cleaned_data["choices"]:
            if len(choice["goes_to"]) > NAME_LIMIT:
                raise forms.ValidationError(f"“{choice['title']}”: a step's name has up to {NAME_LIMIT} characters.")
        return self.cleaned_data["choices"]


class StepFormSet(BaseInlineFormSet):
    """All steps of a bot: what is wrong with the script stands at the step and field that it is about."""

    def clean(self):
        super().clean()
        if any(form.errors for form in self.forms):
            return
        written = [form for form in self.forms if form.has_changed() or form.instance.pk]
        written = [form for form in written if not form.cleaned_data.get("DELETE")]
        written.sort(key=lambda form: (form.cleaned_data.get("position") or 0, form.instance.pk or float("inf")))
        script = Script(tuple(form.instance.as_rule() for form in written))
        for problem in problems(script):
            written[problem.position].add_error(problem.field, problem.words)
