"""Step one: what it is called, and where it comes from (S4-37)."""

from itertools import groupby

from django import forms

from broadcasts.models import Broadcast
from broadcasts.senders import choices_for, sender_of

Channel = Broadcast.Channel
# Whom to ask where a channel has no sender yet.
NOBODY = {
    Channel.WHATSAPP: "You serve no WhatsApp number. An administrator adds you to one.",
    Channel.EMAIL: "No email sender is set up. An administrator adds one.",
    Channel.SMS: "No SMS sender is set up. An administrator adds one.",
}


class ChannelForm(forms.Form):
    """`choices`: the broadcasts.senders.Choice that this agent has. `choice` is the one that was posted."""

    name = forms.CharField(
        max_length=200,
        label="Name",
        help_text="Only your team sees it.",
        error_messages={"required": "Give the broadcast a name, so that your team finds it again."},
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    sender = forms.ChoiceField(
        label="Send from",
        error_messages={
            "required": "Choose where it comes from.",
            "invalid_choice": "This sender is not there any more. Choose another one.",
        },
    )

    def __init__(self, agent, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.choices = choices_for(agent)
        self.fields["sender"].choices = [(choice.value, choice.name) for choice in self.choices]

    @property
    def choice(self):
        """The Choice that was posted, None where it is none."""
        return self.by_value.get(self.data.get("sender"))

    @property
    def by_value(self):
        return {choice.value: choice for choice in self.choices}

    @property
    def by_channel(self):
        """[(channel, its name, [Choice], words for one that has none)], all channels."""
        found = {channel: list(group) for channel, group in groupby(self.choices, key=lambda choice: choice.channel)}
        return [(value, label, found.get(value, []), NOBODY[value]) for value, label in Channel.choices]

    @property
    def chosen(self):
        """The value that is ticked."""
        return self.data.get("sender") if self.is_bound else self.initial.get("sender")


def initial_of(broadcast):
    """What stands in the form of a draft."""
    sender = sender_of(broadcast)
    return {"name": broadcast.name, "sender": f"{broadcast.channel}:{sender.pk}" if sender else ""}
