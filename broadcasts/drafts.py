"""Drafts: begun, changed step by step, and which steps are done. A draft is saved whole or not, it is checked later.

A step is done when what it asks for is there and fits; the ones after it are open from then on.
"""

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from broadcasts import audience, personalise
from broadcasts.channels import channel_of
from broadcasts.models import Broadcast, Recipient, Tally
from broadcasts.previews import tags_used, template_of
from broadcasts.sender_choice import choose, sender_of
from inbox.actions.refusals import Refusal
from inbox.queries import contacts_for

Channel = Broadcast.Channel
STEPS = (
    ("channel", "Name and channel"),
    ("message", "Message"),
    ("recipients", "Recipients"),
    ("review", "Review"),
)
COPIED = (
    "channel",
    "number",
    "email_sender",
    "sms_sender",
    "content",
    "params",
    "time_zone",
    "earliest_hour",
    "latest_hour",
    "cap_count",
    "cap_days",
    "skips_open_conversations",
    "stop_percent",
    "answers_to",
    "answers_team",
    "answers_bot",
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


def begin(by, contacts=()):
    """A new draft of an agent, with these contacts (ids) as far as they see them."""
    seen = contacts_for(by).filter(pk__in=contacts).order_by("pk").values_list("pk", flat=True) if contacts else ()
    meant = {"contacts": list(seen)} if seen else {}
    return Broadcast.objects.create(created_by=by, audience=meant, time_zone=by.time_zone or "UTC", stop_percent=20)


def put_channel(broadcast, name, choice):
    """Name it and say where it comes from. A message that the new sender cannot send is let go."""
    before, account = broadcast.channel, broadcast.number and broadcast.number.account_id
    broadcast.name = name
    if choice:
        choose(broadcast, choice)
        _fit_content(broadcast, before, account)
        if before != broadcast.channel:
            forget_list(broadcast)
    broadcast.save()


def _fit_content(broadcast, before, account):
    is_same_place = broadcast.channel != Channel.WHATSAPP or broadcast.number.account_id == account
    if broadcast.channel == before and is_same_place:
        return
    words = broadcast.content.get("message", "")
    broadcast.content = {"message": words} if words and broadcast.channel != Channel.WHATSAPP else {}


def forget_list(broadcast):
    """The people of a pasted list go: their addresses are of another channel, or the list was a wrong one."""
    with transaction.atomic():
        Recipient.objects.filter(broadcast=broadcast).delete()
        Tally.objects.filter(broadcast=broadcast).delete()


def duplicate(broadcast, by):
    """A new draft with the same message and settings; recipients are chosen anew."""
    copied = {field: getattr(broadcast, field) for field in COPIED}
    name = f"{str(broadcast)[:190]} (copy)"
    made = Broadcast.objects.create(created_by=by, name=name, **copied)
    copy_files(broadcast, made)
    return made


def copy_files(broadcast, other):
    """The same attachments for another broadcast; the bytes are shared."""
    for file in broadcast.files.all():
        other.files.create(file=file.file.name, name=file.name, mime_type=file.mime_type, size_bytes=file.size_bytes)


def delete(broadcast):
    """Only what has never been sent goes."""
    gone, _ = Broadcast.objects.filter(pk=broadcast.pk, status=Broadcast.Status.DRAFT).delete()
    if not gone:
        raise Refusal("broadcast_started", "This broadcast is no draft any more, so it stays.")


def unschedule(broadcast):
    """A scheduled broadcast becomes a draft again, to be changed; one that has begun meanwhile goes on."""
    scheduled = Broadcast.objects.filter(pk=broadcast.pk, status=Broadcast.Status.SCHEDULED)
    if not scheduled.update(status=Broadcast.Status.DRAFT):
        raise Refusal("broadcast_started", "This broadcast has begun already. Pause or cancel it instead.")


# --- Steps -----------------------------------------------------------------------------------------------------------


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
    channel.check_values(broadcast, dict.fromkeys(tags_used(broadcast), "x"))


def check_recipients(broadcast):
    if not audience.has_audience(broadcast) and not broadcast.recipients.exists():
        raise Refusal("recipients_missing", "Choose at least one recipient.", "recipients", 400)


CHECKS = {"channel": check_channel, "message": check_message, "recipients": check_recipients}


def values_for(broadcast, contact):
    """What the tags stand for with this contact: their own values, then the defaults."""
    return personalise.Values(audience.values_of(contact), broadcast.params)
