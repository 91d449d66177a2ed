"""A filter as a person says it."""

from datetime import date

from inbox.models import Agent, Tag
from inbox.rules.audience import CONTAINS, EQUALS
from whatsapp.models import Number

CHANNELS = {"whatsapp": "WhatsApp", "email": "email", "sms": "SMS"}
GONE = "something that was deleted"


class Names:
    """The names of tags, numbers and agents, each kind asked for once."""

    def __init__(self):
        self._known = {}

    def of(self, model, row_id):
        if model not in self._known:
            self._known[model] = {row.pk: str(row) if model is not Number else row.name for row in model.objects.all()}
        return self._known[model].get(row_id, GONE)


def in_words(audience, names=None):
    """ "tagged VIP, known on Berlin, attribute city contains kiel" """
    names = names or Names()
    told = [
        audience.words and f"“{audience.words}” in name, phone or email",
        audience.tag and f"tagged {names.of(Tag, audience.tag)}",
        audience.number and f"known on {names.of(Number, audience.number)}",
        audience.owner and f"owned by {names.of(Agent, audience.owner)}",
        audience.country and f"phone begins with +{audience.country}",
        *map(_attribute, audience.attributes),
        audience.created_after and f"added since {_day(audience.created_after)}",
        audience.created_before and f"added before {_day(audience.created_before)}",
        audience.wrote_after and f"wrote since {_day(audience.wrote_after)}",
        audience.wrote_before and f"has not written since {_day(audience.wrote_before)}",
        audience.consent and _consent(audience.consent),
    ]
    return ", ".join(words for words in told if words)


def _day(text):
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _attribute(test):
    if test.test == EQUALS:
        return f"{test.name} is {test.value}"
    return f"{test.name} contains {test.value}" if test.test == CONTAINS else f"has {test.name}"


def _consent(consent):
    channel = CHANNELS[consent.removeprefix("no_")]
    return f"opted out on {channel}" if consent.startswith("no_") else f"may get {channel}"
