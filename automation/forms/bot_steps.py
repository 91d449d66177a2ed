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
    choices = ChoicesField(label="Choices")

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
        widgets = {
            "text": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "retry_text": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        }

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
        written = self._in_order()
        for problem in problems(Script(tuple(form.instance.as_rule() for form in written))):
            written[problem.position].add_error(problem.field, problem.words)

    def _in_order(self):
        """The steps that stay. New ones stand at the end until they are dragged elsewhere."""
        staying = [form for form in self.forms if form.has_changed() or form.instance.pk]
        staying = [form for form in staying if not form.cleaned_data.get("DELETE")]
        firsts = [form for form in staying if not form.instance.position]
        unplaced = [form for form in firsts if not form.instance.pk] if len(firsts) > 1 else []
        placed = sorted((form for form in staying if form not in unplaced), key=lambda form: form.instance.position)
        after = placed[-1].instance.position + 1 if placed else 0
        for position, form in enumerate(unplaced, start=after):
            form.instance.position = position
        return placed + unplaced
