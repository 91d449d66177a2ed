"""A broadcast to people who are named one by one, checked as a whole before anything is written or sent."""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from broadcasts import actions, ledger
from broadcasts.channels import channel_of
from broadcasts.models import Recipient
from inbox.actions.refusals import Refusal
from inbox.models import Attachment

MOST_USERS = 10_000
TWICE = "This phone stands in the broadcast already."


@dataclass(frozen=True)
class User:
    """One who is to get it: the address as it was given, their own values, and their own file above the text."""

    address: str
    params: dict = field(default_factory=dict)
    upload: Attachment | None = None


def create(broadcast, users, now=None):
    """Save this new Broadcast with its recipients and launch it. Raises Refusal (400) naming component and parameter,
    and the user where it is about one; then nothing was written."""
    if not users:
        raise Refusal("users_missing", "Name at least one user.", "users", 400)
    if len(users) > MOST_USERS:
        raise Refusal("users_too_many", f"A call takes up to {MOST_USERS:,} users.", "users", 400)
    channel_of(broadcast).check(broadcast)
    entries = _entries(broadcast, users)
    now = now or timezone.now()
    with transaction.atomic():
        broadcast.save()
        ledger.add(broadcast, entries, now)
        _keep({file_id for entry in entries for file_id in entry.files} | {broadcast.content.get("header_file")})
        return actions.launch(broadcast.pk, now)


def _entries(broadcast, users):
    channel, seen, entries = channel_of(broadcast), set(), []
    for place, user in enumerate(users):
        address = _address(channel, broadcast, place, user)
        _check(channel, broadcast, place, user)
        again = {"reason": Recipient.DUPLICATE, "words": TWICE} if address in seen else {}
        own = (user.upload.pk,) if user.upload else ()
        entries.append(ledger.Entry(address, params=user.params, files=own, **again))
        seen.add(address)
    return entries


def _keep(file_ids):
    """Uploads that the broadcast needs are not forgotten as unsent."""
    wanted = file_ids - {None}
    kept = Attachment.objects.filter(pk__in=wanted).update(is_kept=True) if wanted else 0
    if kept != len(wanted):
        raise Refusal("attachment_gone", "A file is not here any more. Upload it again.", "attachments", 400)


def _address(channel, broadcast, place, user):
    try:
        return channel.address(user.address, broadcast)
    except Refusal as refusal:
        words = f"{refusal.words} It is that of user {place}."
        raise Refusal(refusal.code, words, f"users.{place}.{refusal.field or 'phone'}", 400) from refusal


def _check(channel, broadcast, place, user):
    try:
        channel.check_values(broadcast, user.params, user.upload)
    except Refusal as refusal:
        words = f"{refusal.words} User {place}, {user.address}."
        is_of_file = user.upload and str(refusal.field).startswith("header")
        where = f"users.{place}.attachments" if is_of_file else refusal.field
        raise Refusal(refusal.code, words, where, 400) from refusal
