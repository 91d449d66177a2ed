"""The panels of the page: what each automation has besides its switch."""

import emoji
from django import forms

from automation.forms.lines import LinesField
from automation.forms.marked import MarkedForm
from automation.forms.replies import ReplyForm
from automation.forms.times import TimedFields, initial_time
from automation.forms.words import OptInForm, OptOutForm
from automation.models import Automation
from automation.reactions.survey_template import template_for
from automation.rules.surveys import THANKS
from inbox.actions.refusals import Refusal
from inbox.models import Contact
from whatsapp import content as contents
from whatsapp.content import Button, Buttons, ContentError, Text, length
from whatsapp.models import MessageTemplate

Kind = Automation.Kind
MOST_ICE_BREAKERS = 4
ICE_BREAKER_LIMIT = 80
DAYS_LIMIT = 3650
RECOMMENDED_CLOSE = 24 * 60
FIRST_REMINDER = 15
# Seconds between a welcome and the reply of a customer who waits.
DEFAULT_HOLD = 60
MOST_HOLD = 3600
# From here on nearly every survey falls outside the window, which closes 24 hours after the customer's last word.
SURVEY_TOO_LATE = 23 * 60


class WelcomeForm(ReplyForm):
    hold_seconds = forms.CharField(required=False)

    def __init__(self, automation, agent, *args, **options):
        super().__init__(automation, agent, *args, initial={"hold_seconds": automation.hold_seconds}, **options)

    def clean(self):
        cleaned, typed = super().clean(), self.told("hold_seconds")
        self.hold_seconds = int(typed) if typed.isdecimal() and len(typed) < 5 else DEFAULT_HOLD
        if typed and (not typed.isdecimal() or len(typed) > 4 or self.hold_seconds > MOST_HOLD):
            self.mark("hold_seconds", f"Enter a number of seconds up to {MOST_HOLD}.")
        return cleaned

    def write(self, automation):
        super().write(automation)
        automation.hold_seconds = self.hold_seconds


class QueueForm(ReplyForm):
    says_position = forms.BooleanField(required=False)

    def __init__(self, automation, agent, *args, **options):
        super().__init__(automation, agent, *args, initial={"says_position": automation.says_position}, **options)

    def write(self, automation):
        super().write(automation)
        automation.says_position = self.cleaned_data["says_position"]


class ReminderForm(ReplyForm, TimedFields):
    def __init__(self, automation, agent, *args, **options):
        initial = initial_time(automation.minutes if automation.pk else FIRST_REMINDER)
        initial["counts_business_time"] = automation.counts_business_time
        super().__init__(automation, agent, *args, initial=initial, **options)

    def clean(self):
        cleaned = super().clean()
        self.minutes = self.clean_time()
        return cleaned

    def write(self, automation):
        super().write(automation)
        automation.minutes = self.minutes
        automation.counts_business_time = self.cleaned_data["counts_business_time"]


class AutoCloseForm(MarkedForm, TimedFields):
    is_on = forms.BooleanField(required=False)

    def __init__(self, automation, agent, *args, **options):
        initial = initial_time(automation.minutes if automation.pk else RECOMMENDED_CLOSE)
        initial |= {"is_on": automation.is_on, "counts_business_time": automation.counts_business_time}
        super().__init__(*args, initial=initial, **options)

    def clean(self):
        cleaned = super().clean()
        self.minutes = self.clean_time()
        return cleaned

    @property
    def leaves_no_window(self):
        """Whether it closes so late that a survey would mostly come after the window."""
        return self.is_told("is_on") and (self.told_minutes or 0) >= SURVEY_TOO_LATE

    def write(self, automation):
        automation.is_on, automation.minutes = self.cleaned_data["is_on"], self.minutes
        automation.counts_business_time = self.cleaned_data["counts_business_time"]


class IceBreakersForm(MarkedForm):
    """Questions to begin with: up to 4 (S1-16) of up to 80 characters (S1-17) without emoji (S1-18)."""

    is_on = forms.BooleanField(required=False)
    prompt = LinesField()

    def __init__(self, automation, agent, *args, **options):
        initial = {"is_on": automation.is_on, "prompt": automation.prompts}
        super().__init__(*args, initial=initial, **options)

    @property
    def prompts(self):
        return [prompt for prompt in self.lines("prompt") if prompt]

    def clean(self):
        cleaned, filled = super().clean(), 0
        seen = set()
        for place, prompt in enumerate(self.lines("prompt")):
            filled += bool(prompt)
            words = prompt and (wrong_with(prompt) or _wrong_among(prompt, seen, filled))
            if words:
                self.mark("prompt", words, place)
            seen.add(prompt)
        if self.is_told("is_on") and not filled:
            self.mark("prompt", "Write at least one ice breaker, or turn them off.", 0)
        return cleaned

    def write(self, automation):
        automation.is_on, automation.prompts = self.cleaned_data["is_on"], self.prompts


def wrong_with(prompt):
    """Why WhatsApp would not take this ice breaker, "" where it would."""
    if emoji.emoji_count(prompt):
        return "Ice breakers cannot hold emoji."
    try:
        contents.load("text", {"text": prompt})
    except ContentError as error:
        return error.message
    size = length(prompt)
    return f"Up to {ICE_BREAKER_LIMIT} characters, this one has {size}." if size > ICE_BREAKER_LIMIT else ""


def _wrong_among(prompt, seen, filled):
    if filled > MOST_ICE_BREAKERS:
        return f"WhatsApp shows up to {MOST_ICE_BREAKERS} ice breakers: remove one."
    return "This one is there already." if prompt in seen else ""


class SurveyForm(MarkedForm):
    """The survey's own words (S1-47); its five answers are fixed (S1-48)."""

    is_on = forms.BooleanField(required=False)
    text = forms.CharField(required=False, max_length=5000, widget=forms.Textarea)
    list_button = forms.CharField(required=False)
    thanks = forms.CharField(required=False, max_length=5000, widget=forms.Textarea)
    every_days = forms.CharField(required=False)
    message_template = forms.ModelChoiceField(queryset=MessageTemplate.objects.none(), required=False)

    def __init__(self, automation, agent, *args, **options):
        initial = {
            "is_on": automation.is_on,
            "text": automation.content.get("text", "How satisfied are you with our service?"),
            "list_button": automation.content.get("button", "Rate us"),
            "thanks": automation.thanks if automation.pk else THANKS,
            "every_days": automation.every_days or "",
            "message_template": automation.message_template_id,
        }
        super().__init__(*args, initial=initial, **options)
        approved = MessageTemplate.objects.filter(account=automation.number.account_id, status="APPROVED")
        own = MessageTemplate.objects.filter(pk=automation.message_template_id)
        self.fields["message_template"].queryset = approved | own

    def clean(self):
        cleaned = super().clean()
        self._judge("text", lambda: Buttons(self.told("text"), (Button("1", "1"),)))
        self._judge("list_button", self._button)
        if self.told("thanks"):
            self._judge("thanks", lambda: Text(self.told("thanks")))
        self._judge_days()
        self._judge_template(cleaned.get("message_template"))
        return cleaned

    def _button(self):
        section = {"title": "", "rows": [{"id": "1", "title": "1"}]}
        return contents.load("list", {"text": "-", "button": self.told("list_button"), "sections": [section]})

    def _judge(self, name, build):
        try:
            build()
        except ContentError as error:
            self.mark(name, error.message)

    def _judge_template(self, template):
        """It must be one that can be filled for any customer."""
        try:
            if template:
                template_for(template, conversation_id=1, contact=Contact(name="Amira"))
        except Refusal as refusal:
            self.mark("message_template", refusal.words)

    def _judge_days(self):
        typed = self.told("every_days")
        if not typed:
            self.every_days = None
        elif not typed.isdecimal() or not 1 <= int(typed[:6]) <= DAYS_LIMIT or len(typed) > 5:
            self.mark("every_days", f"Enter a number of days from 1 to {DAYS_LIMIT}, or nothing.")
        else:
            self.every_days = int(typed)

    def write(self, automation):
        automation.is_on = self.cleaned_data["is_on"]
        automation.content_kind = "list"
        automation.content = {"text": self.told("text"), "button": self.told("list_button")}
        automation.thanks, automation.every_days = self.told("thanks"), self.every_days
        automation.message_template = self.cleaned_data["message_template"]


FORMS = {
    Kind.WELCOME: WelcomeForm,
    Kind.ICE_BREAKERS: IceBreakersForm,
    Kind.UNASSIGNED: ReplyForm,
    Kind.QUEUE: QueueForm,
    Kind.CLOSED_HOURS: ReplyForm,
    Kind.REMINDER: ReminderForm,
    Kind.AUTO_CLOSE: AutoCloseForm,
    Kind.SURVEY: SurveyForm,
    Kind.OPT_OUT: OptOutForm,
    Kind.OPT_IN: OptInForm,
}
