"""Broadcasts in words and shapes, for templates."""

from dataclasses import dataclass

from django import template
from django.utils.http import urlencode

from broadcasts import sentences
from broadcasts.mail.body import blocks
from broadcasts.rules.personalise import PLACEHOLDER
from broadcasts.senders import sender_of
from inbox import formatting
from inbox.rules.consent import FIELDS
from inbox.views.picking import language_name

register = template.Library()
STATE_ICONS = {
    "draft": "pencil",
    "scheduled": "clock",
    "sending": "paper-airplane",
    "paused": "pause-circle",
    "finished": "check-circle",
    "cancelled": "x-circle",
}
CHANNEL_ICONS = {"whatsapp": "chat-bubble-oval-left-ellipsis", "email": "envelope", "sms": "device-phone-mobile"}
# Where a plan's problems stand: beside their field, what belongs to none at the end.
PLAN_PLACES = {
    "day_and_time": "time",
    "time_zone": "time",
    "earliest_hour": "hours",
    "latest_hour": "hours",
    "cap_count": "cap",
    "cap_days": "cap",
    "stop_percent": "stop",
    "answers_to": "answers",
    "answers_team": "answers",
    "answers_bot": "answers",
    "when": "plan",
}
FATE_ICONS = {
    "queued": "clock",
    "sending": "paper-airplane",
    "sent": "check",
    "delivered": "check-circle",
    "read": "eye",
    "failed": "exclamation-triangle",
    "skipped": "minus-circle",
    "cancelled": "x-circle",
}

register.filter("speed", sentences.speed)
register.filter("time_left", sentences.time_left)
register.filter("quality_words", sentences.quality)
register.filter("language_name", language_name)


@register.filter
def state_words(status):
    return sentences.STATES.get(status, status)


@register.filter
def state_icon(status):
    return STATE_ICONS.get(status, "question-mark-circle")


@register.filter
def channel_icon(channel):
    return CHANNEL_ICONS.get(channel, "megaphone")


@register.filter
def ledger_words(status):
    return sentences.LEDGER.get(status, status)


@register.filter
def share(part, whole):
    """A whole percentage in words: "41 %", "under 1 %"; "" of nothing."""
    if not whole or not part:
        return "0 %" if whole else ""
    return f"{round(100 * part / whole)} %" if part / whole >= 0.01 else "under 1 %"


@register.filter
def sender_words(broadcast):
    """Whom it comes from, as the team calls it."""
    return str(sender.name) if (sender := sender_of(broadcast)) else "No sender yet"


@register.filter
def author_words(broadcast):
    """Who made it: an agent, or the key of a program."""
    return str(broadcast.created_by or broadcast.api_key or "")


@register.filter
def count_of(figures, status):
    """How many stand in a status."""
    return getattr(figures, status)


@register.filter
def fate_icon(status):
    return FATE_ICONS.get(status, "clock")


@dataclass(frozen=True)
class Stretch:
    """Words with one look, or the place of a tag that has no value yet."""

    text: str
    marks: str = ""
    href: str = ""
    is_tag: bool = False


@register.filter
def stretches_of(text):
    """A message's text in WhatsApp's marks, cut at the tags that still stand in it."""
    return cut_at_tags(formatting.pieces(text or ""))


@register.filter
def plain_stretches_of(text):
    """The same of an SMS, where a mark is a character like any other."""
    return cut_at_tags([formatting.Piece(text or "")])


@register.filter
def cut_at_tags(pieces):
    """Pieces of inbox.formatting as Stretches."""
    found = []
    for piece in pieces:
        for place, words in enumerate(PLACEHOLDER.split(piece.text)):
            is_tag = place % 2 == 1
            if words:
                shown = words.strip() if is_tag else words
                found.append(Stretch(shown, piece.marks, "" if is_tag else piece.href, is_tag=is_tag))
    return found


@register.filter
def mail_blocks(text):
    """An email's text as paragraphs and lists."""
    return blocks(text or "")


@register.filter
def spoken_tag(name):
    """`first_name` -> "first name"."""
    return str(name).replace("_", " ")


@register.filter
def refuses(contact, channel):
    """Whether a contact wants no messages of a channel that we start."""
    return bool(getattr(contact, FIELDS[channel]))


@register.simple_tag
def querystring_of(**named):
    """An address's query of what is not empty."""
    return urlencode({name: value for name, value in named.items() if value})


@register.simple_tag
def problems_of(form):
    """{place on the page: [sentences]}: what is wrong with a plan, beside the field that it is wrong with."""
    found = {place: [] for place in PLAN_PLACES.values()}
    for field, errors in form.errors.items():
        found[PLAN_PLACES.get(field, "plan")] += errors
    return found


@register.filter
def any_on_the_way(recipients):
    """Whether news of one of them is to be expected."""
    return any(recipient.status in ("queued", "sending", "sent") for recipient in recipients)
