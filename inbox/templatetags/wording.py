"""What templates ask to write a thread down: sentences of events, previews, pieces of text, a caller's place."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import emoji
import phonenumbers
from django import template
from django.utils import timezone
from django.utils.text import Truncator
from phonenumbers import NumberParseException, PhoneNumberFormat
from phonenumbers import timezone as phone_zones

from inbox import formatting
from inbox.sentences import sentence
from whatsapp import content as whatsapp_content

register = template.Library()
WRITTEN = frozenset(
    [
        "text",
        "location",
        "contacts",
        "buttons",
        "list",
        "link",
        "location_request",
        "template",
        "button_reply",
        "list_reply",
        "flow_reply",
        "order",
        "unsupported",
        "note",
    ]
)
# So much of a broadcast's name stands above its messages.
NAME_SHOWN = 60
AUTHOR_LABELS = {
    "automation": "Automatic reply",
    "bot": "Bot",
    "integration": "Integration",
    "broadcast": "Broadcast",
    "phone_app": "From the phone",
}
STATUS_WORDS = {
    "held": "Waiting: this number cannot send at the moment",
    "queued": "Waiting to be sent",
    "sending": "Being sent",
    "sent": "Sent",
    "delivered": "Delivered",
    "read": "Read",
    "played": "Played",
    "failed": "Not sent",
    "unconfirmed": "May have been sent: WhatsApp did not answer",
}


@register.filter
def event_sentence(event):
    return sentence(event.kind, str(event.actor) if event.actor else "", event.data)


@register.filter
def preview(message):
    """One plain line for a list row or a quote, without WhatsApp's marks."""
    if message is None:
        return ""
    if message.deleted_at:
        return "Deleted message"
    words = whatsapp_content.preview(message.kind, message.content)
    return "".join(piece.text for piece in formatting.pieces(words))


@register.filter
def pieces(text):
    return formatting.pieces(text or "")


@register.filter
def is_big_emoji(text):
    """One to three emoji alone are shown large, as on the phone."""
    text = (text or "").strip()
    return len(text) <= 40 and bool(text) and emoji.purely_emoji(text.replace(" ", "")) and emoji.emoji_count(text) <= 3


@register.filter
def kind_template(message):
    """The fragment that shows this kind; kinds nobody knows yet get the polite one."""
    if message.deleted_at:
        return "inbox/kinds/_deleted.html"
    if message.kind in whatsapp_content.MEDIA_KINDS:
        return "inbox/kinds/_media.html"
    return f"inbox/kinds/_{message.kind if message.kind in WRITTEN else 'unknown'}.html"


@register.filter
def side(message):
    """Where it stands: in (left), out (right), note (across)."""
    if message.is_note:
        return "note"
    return "in" if message.is_inbound else "out"


@register.filter
def author_label(message):
    """Who wrote an outbound message: the name of agent, broadcast or program, or what kind of machine it was."""
    if message.author_kind == "agent":
        return str(message.author)
    name = message.on_answer.get("broadcast_name")
    if message.author_kind == "broadcast" and name:
        return f"Broadcast: {Truncator(name).chars(NAME_SHOWN)}"
    return message.context.get("program") or AUTHOR_LABELS.get(message.author_kind, "")


@register.filter
def head_state(conversation):
    """All that decides what a thread's head shows, deadlines included. It stands in the list row too: where the two
    differ, the open head is out of date."""
    state = [conversation.status, conversation.assignee_id, conversation.team_id, conversation.thread.window_until]
    state += [tag.pk for tag in conversation.tags.all()]
    if conversation.status == "bot":
        state += [conversation.bot_wrote_at, conversation.last_word_at]
    # While the customer waits for an answer, their further words move no deadline.
    state.append(conversation.unanswered_since or f"since {conversation.last_word_at}")
    return "/".join(str(part or "") for part in state)


@register.filter
def status_words(status):
    return STATUS_WORDS.get(status, "")


@register.filter
def tick(status):
    """The shape that stands for a delivery status."""
    if status in ("held", "queued", "sending"):
        return "clock"
    return {"sent": "one", "delivered": "two", "read": "two", "played": "two", "failed": "bad"}.get(status, "unsure")


@register.filter
def phone(number):
    """A phone as people write it: +49 151 23456789; what cannot be read stays as it is."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return number


@register.filter
def phone_zone(number):
    """The IANA zone of a phone's country or area, or "" where it is unknown or its clocks differ."""
    try:
        names = phone_zones.time_zones_for_number(phonenumbers.parse(number or ""))
    except NumberParseException:
        return ""
    offsets = {_offset(name) for name in names}
    return names[0] if len(offsets) == 1 and None not in offsets else ""


def _offset(zone_name):
    try:
        return timezone.now().astimezone(ZoneInfo(zone_name)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError):
        return None


@register.filter
def get(mapping, key):
    """A value of stored JSON; None where there is none or the thing is no mapping."""
    return mapping.get(key) if isinstance(mapping, dict) else None


@register.filter
def listed(stored, key):
    """A list in stored JSON; an empty one where there is none."""
    value = get(stored, key)
    return value if isinstance(value, list) else []


@register.filter
def initials(name):
    letters = [word[0] for word in str(name).split() if word[:1].isalpha()]
    return "".join(letters[:1] + letters[1:][-1:]).upper() or "#"
