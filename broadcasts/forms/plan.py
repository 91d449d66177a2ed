"""Step four: when it leaves, to whom not, how fast it stops, and where answers go (S4-42, S4-43)."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone

from broadcasts.actions import LATEST_DAYS, TOO_LATE
from broadcasts.models import Broadcast
from inbox.models import Bot, Team

NOW, LATER = "now", "later"
HOURS = [(hour, f"{hour:02}:00") for hour in range(25)]
EARLIEST = [("", "At any hour"), *HOURS[:24]]
LATEST = [("", "At any hour"), *HOURS[1:]]
# Zones that people live in; the others are names of the same ones.
AREAS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")

# What stands in a sentence has no label of its own.
ROLES = {"answers_to": "Answers go to", "answers_team": "Team", "answers_bot": "Bot"}
WRONG_NUMBERS = {
    "cap_count": "Enter a whole number of broadcasts from 1 on, or leave it empty.",
    "cap_days": "Enter a whole number of days from 1 on.",
    "stop_percent": "Enter a whole number from 1 to 99, or leave it empty.",
}


def zones():
    """The names of time zones to choose from, UTC first."""
    return ["UTC", *sorted(name for name in available_timezones() if name.startswith(AREAS))]


class PlanForm(forms.ModelForm):
    """`when` is now or later; later needs `day_and_time`, which is meant in `time_zone`."""

    when = forms.ChoiceField(choices=[(NOW, "Now"), (LATER, "Later")], required=False)
    day_and_time = forms.DateTimeField(
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": "Enter a day and a time."},
    )
    time_zone = forms.ChoiceField(required=False)
    earliest_hour = forms.TypedChoiceField(choices=EARLIEST, coerce=int, empty_value=None, required=False)
    latest_hour = forms.TypedChoiceField(choices=LATEST, coerce=int, empty_value=None, required=False)

    class Meta:
        model = Broadcast
        fields = Broadcast.PLAN
        error_messages = {
            name: dict.fromkeys(("invalid", "min_value", "max_value"), words) for name, words in WRONG_NUMBERS.items()
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in zones()]
        self.fields["answers_team"].queryset = Team.objects.all()
        self.fields["answers_bot"].queryset = Bot.objects.all()
        self.fields["answers_team"].empty_label = self.fields["answers_bot"].empty_label = "Choose"
        for name, words in ROLES.items():
            self.fields[name].widget.attrs["aria-label"] = words
        for name in ("cap_days", "answers_to"):
            self.fields[name].required = False
        at = self.instance.scheduled_at
        self.initial["when"] = LATER if at else NOW
        self.initial["day_and_time"] = at.astimezone(self._zone()).strftime("%Y-%m-%dT%H:%M") if at else ""

    def clean_cap_days(self):
        return self.cleaned_data["cap_days"] or 7

    def clean_time_zone(self):
        return self.cleaned_data["time_zone"] or "UTC"

    def clean_answers_to(self):
        return self.cleaned_data["answers_to"] or Broadcast.AnswersTo.DEFAULT

    def clean(self):
        found = super().clean()
        self.instance.scheduled_at = None
        if found.get("when") == LATER:
            self._check_time(found.get("day_and_time"), found.get("time_zone") or "UTC")
        self._check_hours(found.get("earliest_hour"), found.get("latest_hour"))
        self._check_answers(found)
        return found

    def _check_time(self, at, zone):
        if at is None:
            if "day_and_time" not in self.errors:
                self.add_error("day_and_time", "Choose the day and the time at which it is to leave.")
            return
        try:
            moment = at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        except OverflowError:
            self.add_error("day_and_time", "Enter a day and a time.")
            return
        if moment <= timezone.now():
            self.add_error("day_and_time", f"This moment has passed in {zone}. Choose a later one, or send it now.")
        elif moment > timezone.now() + timedelta(days=LATEST_DAYS):
            self.add_error("day_and_time", TOO_LATE)
        else:
            self.instance.scheduled_at = moment

    def _check_hours(self, earliest, latest):
        """Both or neither: one alone is completed to the end of the day."""
        if earliest is None and latest is None:
            return
        earliest, latest = earliest or 0, latest or 24
        if earliest >= latest:
            self.add_error("latest_hour", "The last hour lies after the first one. Choose a later one.")
            return
        self.cleaned_data["earliest_hour"], self.cleaned_data["latest_hour"] = earliest, latest

    def _check_answers(self, found):
        to = found.get("answers_to")
        if to == Broadcast.AnswersTo.TEAM and not found.get("answers_team"):
            self.add_error("answers_team", "Choose the team that gets the answers.")
        if to == Broadcast.AnswersTo.BOT and not found.get("answers_bot"):
            self.add_error("answers_bot", "Choose the bot that gets the answers.")

    def _zone(self):
        return ZoneInfo(self.instance.time_zone or "UTC")
