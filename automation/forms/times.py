"""A time to wait: an amount in minutes or hours, 1 minute to 72 hours (S1-41)."""

from django import forms

from automation.models.automations import HOURS_72_MINUTES
from inbox.sentences import duration

UNITS = {"minutes": 1, "hours": 60}


class TimedFields(forms.Form):
    """How long an automation waits. After cleaning: `minutes`, None where it is off and no time was entered."""

    amount = forms.CharField(required=False)
    unit = forms.ChoiceField(choices=[(unit, unit) for unit in UNITS], required=False)
    counts_business_time = forms.BooleanField(required=False)

    @property
    def told_minutes(self):
        """What was typed, in minutes; None where it is no time."""
        typed = self.told("amount")
        return int(typed) * UNITS.get(self.told("unit"), 1) if typed.isdecimal() and len(typed) < 9 else None

    @property
    def waits(self):
        """ "15 minutes", "1 hour"; "" where no time was typed."""
        minutes = self.told_minutes
        return "" if minutes is None else duration(minutes)

    def clean_time(self):
        """Mark what is wrong with the time; returns the minutes."""
        typed, minutes = self.told("amount"), self.told_minutes
        if not typed and not self.is_told("is_on"):
            return None
        if not typed:
            self.mark("amount", "How long? Enter a number of minutes or hours.")
        elif minutes is None:
            self.mark("amount", "Enter a whole number, for example 15.")
        elif minutes < 1:
            self.mark("amount", "At least 1 minute.")
        elif minutes > HOURS_72_MINUTES:
            self.mark("amount", "At most 72 hours.")
        return minutes


def initial_time(minutes):
    """Minutes as amount and unit; hours where they are whole."""
    if minutes and minutes % 60 == 0:
        return {"amount": minutes // 60, "unit": "hours"}
    return {"amount": minutes or "", "unit": "minutes"}
