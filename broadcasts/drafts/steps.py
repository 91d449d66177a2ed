"""The four steps of a draft, and which are done.

A step is done when what it asks for is there and fits; the ones after it are open from then on.
"""

from dataclasses import dataclass

from django.urls import reverse

from broadcasts import audience
from broadcasts.channels import channel_of
from broadcasts.drafts.previews import link_tag, tags_used, template_of
from broadcasts.models import Broadcast
from broadcasts.senders import sender_of
from inbox.actions.refusals import Refusal

Channel = Broadcast.Channel
STEPS = (
    ("channel", "Name and channel"),
    ("message", "Message"),
    ("recipients", "Recipients"),
    ("review", "Review"),
)


@dataclass(frozen=True)
class Step:
    """One of the four. `is_open`: it may be gone to; `is_done`: what it asks for is there."""

    name: str
    title: str
    place: int
    url: str
    is_done: bool
    is_open: bool


def steps_of(broadcast):
    """The four Steps of a draft; of None only the first is open."""
    found, is_open = [], True
    for place, (name, title) in enumerate(STEPS, start=1):
        is_done = bool(broadcast) and is_open and name != "review" and problem_of(broadcast, name) is None
        url = reverse(f"broadcast_{name}", args=[broadcast.pk]) if broadcast else ""
        found.append(Step(name, title, place, url, is_done, is_open))
        is_open = is_open and is_done
    return found


def problem_of(broadcast, step):
    """The Refusal that says what a step still lacks, None where it is done."""
    try:
        CHECKS[step](broadcast)
    except Refusal as refusal:
        return refusal
    return None


def check_channel(broadcast):
    if not broadcast.name.strip():
        raise Refusal("name_missing", "Give the broadcast a name.", "name", 400)
    if sender_of(broadcast) is None:
        raise Refusal("sender_missing", "Choose where it comes from.", "sender", 400)


def check_message(broadcast):
    """The message is whole, and WhatsApp or the far end takes it: every tag is filled with a stand-in."""
    if broadcast.channel == Channel.WHATSAPP and template_of(broadcast) is None:
        raise Refusal("template_missing", "Choose a message template.", "template", 400)
    channel = channel_of(broadcast)
    channel.check(broadcast)
    stand_ins = dict.fromkeys(tags_used(broadcast), "x")
    if link_tag(broadcast):
        stand_ins[link_tag(broadcast)] = "https://example.com/x"
    channel.check_values(broadcast, stand_ins)


def check_recipients(broadcast):
    if not audience.has_audience(broadcast) and not broadcast.recipients.exists():
        raise Refusal("recipients_missing", "Choose at least one recipient.", "recipients", 400)


CHECKS = {"channel": check_channel, "message": check_message, "recipients": check_recipients}
