"""What is typed about a contact."""

from django import forms

from inbox import queries
from inbox.actions.contacts import save_contact
from inbox.actions.refusals import Refusal
from inbox.models import Agent
from inbox.rules.contact_table import MOST_ATTRIBUTES, NAME_LIMIT, VALUE_LIMIT

FIELDS = ("name", "phone", "email", "external_id", "notes")


class ContactForm(forms.Form):
    """A new contact, or one that is changed. `save` answers None where it was refused, in words beside the field."""

    name = forms.CharField(max_length=200, required=False, widget=forms.TextInput(attrs={"dir": "auto"}))
    phone = forms.CharField(
        max_length=40,
        required=False,
        help_text="With its country code: +49 30 901820.",
        widget=forms.TextInput(attrs={"type": "tel", "dir": "ltr", "autocomplete": "off"}),
    )
    email = forms.EmailField(max_length=254, required=False)
    number = forms.ModelChoiceField(None, label="Known on", help_text="Whose customer this is.", empty_label=None)
    owner = forms.ModelChoiceField(
        Agent.objects.filter(is_active=True), required=False, empty_label="Nobody", help_text="Gets them first."
    )
    external_id = forms.CharField(
        max_length=128, required=False, label="Id elsewhere", help_text="For example in your CRM."
    )
    attributes = forms.CharField(
        required=False,
        help_text="One a line, as in “city: Hamburg”. Message templates and filters can use them.",
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "spellcheck": "false"}),
    )
    notes = forms.CharField(max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}))

    def __init__(self, agent, contact=None, **options):
        self.contact = contact
        super().__init__(initial=_initial(contact) if contact else None, **options)
        self.fields["number"].queryset = queries.numbers_of(agent)
        self.fields["number"].label_from_instance = lambda number: f"{number.name} · {number.display_phone_number}"
        if contact:
            del self.fields["number"]

    def clean_attributes(self):
        """{name: text}"""
        told = {}
        for line in self.cleaned_data["attributes"].splitlines():
            name, colon, value = (part.strip() for part in line.partition(":"))
            if not line.strip():
                continue
            if not colon or not name or len(name) > NAME_LIMIT or len(value) > VALUE_LIMIT:
                raise forms.ValidationError(f"“{line.strip()[:60]}” is none. Write a name, a colon and what it is.")
            told[name] = value
        if len(told) > MOST_ATTRIBUTES:
            raise forms.ValidationError(f"Up to {MOST_ATTRIBUTES} attributes.")
        return told

    def save(self):
        """The Contact; None where the action refused it."""
        told = {name: self.cleaned_data[name] for name in FIELDS}
        told["external_id"] = told["external_id"] or None
        owner = self.cleaned_data["owner"]
        told |= {"owner": owner and owner.pk, "attributes": self._attributes()}
        try:
            saved, _ = save_contact(told, contact=self.contact, number=self.cleaned_data.get("number"))
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.words)
            return None
        return saved

    def _attributes(self):
        """What stays as it reads keeps its type; what is not there any more goes."""
        before, typed = (self.contact.attributes if self.contact else {}), self.cleaned_data["attributes"]
        kept = {name: before[name] for name, text in typed.items() if name in before and _shown(before[name]) == text}
        return dict.fromkeys(before) | typed | kept


def _initial(contact):
    told = {name: getattr(contact, name) or "" for name in FIELDS} | {"owner": contact.owner_id}
    return told | {"attributes": "\n".join(f"{name}: {_shown(value)}" for name, value in contact.attributes.items())}


def _shown(value):
    return " ".join(str(value).split())
