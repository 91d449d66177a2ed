"""What became of a message becomes what became of its recipient, inside the transaction that tells it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Coalesce

from broadcasts import ledger, news
from broadcasts.channels.whatsapp import SKIPPED
from broadcasts.engine import couriers
from broadcasts.models import Broadcast, Pace, Recipient
from broadcasts.rules.retrying import next_try_seconds, reason_of
from inbox import sending_rights
from inbox.models import Message
from whatsapp import content as contents

Status = Recipient.Status
# Message.Status -> Recipient.Status, but for failures.
FOLLOWS = {
    Message.Status.HELD: Status.SENDING,
    Message.Status.QUEUED: Status.SENDING,
    Message.Status.SENDING: Status.SENDING,
    Message.Status.SENT: Status.SENT,
    Message.Status.DELIVERED: Status.DELIVERED,
    Message.Status.READ: Status.READ,
    Message.Status.PLAYED: Status.READ,
}
GOT = (Status.SENT, Status.DELIVERED, Status.READ)
LOOKED_AT = ("broadcast_id", "shard", "status", "attempts", "message_id")
UNCONFIRMED = "unconfirmed"
CANCELLED = "cancelled"


@dataclass(frozen=True)
class Fate:
    """Where a recipient goes, and why. `due_at`: another try is worth it, then."""

    status: str
    reason: str = ""
    words: str = ""
    due_at: datetime | None = None


def follow(messages, now):
    """Move the recipients of these messages of broadcasts."""
    moved = {message.pk: message for message in messages}
    rows = Recipient.objects.select_for_update(of=("self",)).filter(message__in=moved).order_by("pk").only(*LOOKED_AT)
    alike = defaultdict(list)
    for recipient in rows:
        alike[_fate(recipient, moved[recipient.message_id], now)].append(recipient)
    for fate, recipients in alike.items():
        _meet(fate, recipients, now)


def _fate(recipient, message, now):
    if message.status in FOLLOWS:
        return Fate(FOLLOWS[message.status])
    if message.status == Message.Status.UNCONFIRMED:
        return Fate(Status.FAILED, UNCONFIRMED, message.error_text)
    if not message.wamid:
        return _never_sent(recipient, message, now)
    pause = next_try_seconds(message.error_code, recipient.attempts + 1)
    if pause is not None and recipient.broadcast.status != Broadcast.Status.CANCELLED:
        return Fate(Status.QUEUED, reason_of(message.error_code), message.error_text, now + timedelta(seconds=pause))
    return Fate(Status.FAILED, reason_of(message.error_code), message.error_text)


def _never_sent(recipient, message, now):
    """WhatsApp refused it, its tries are used up, or it was taken back."""
    if message.error_code is None and recipient.broadcast.status == Broadcast.Status.CANCELLED:
        return Fate(Status.CANCELLED, CANCELLED, message.error_text)
    refused = _refused_since(message, now) if message.error_code is None else None
    if refused:
        return Fate(Status.SKIPPED, refused.code, refused.words)
    return Fate(Status.FAILED, reason_of(message.error_code), message.error_text)


def _refused_since(message, now):
    """The recipient's own reason (rights.Reason) against it, where they had none yet when it was entered."""
    thread = sending_rights.as_stored(message.thread)
    reason = sending_rights.refusal(thread, contents.load(message.kind, message.content), now)
    return reason if reason and reason.code in SKIPPED else None


def _meet(fate, recipients, now):
    changed = {"reason": fate.reason, "words": fate.words}
    if fate.status in GOT:
        changed["sent_at"] = Coalesce("sent_at", now)
    if fate.due_at:
        changed |= {"due_at": fate.due_at, "attempts": F("attempts") + 1}
    ledger.move(recipients, fate.status, now, **changed)
    if fate.due_at:
        _go_on({recipient.broadcast_id for recipient in recipients})


def _go_on(broadcast_ids):
    """One that was finished goes on for those who get another try."""
    finished = Broadcast.objects.filter(pk__in=broadcast_ids, status=Broadcast.Status.FINISHED)
    resumed = dict(finished.values_list("pk", "lane"))
    finished.update(status=Broadcast.Status.SENDING, finished_at=None)
    for broadcast_id in resumed:
        news.tell(news.RESUMED, broadcast_id)
    for pace in Pace.objects.filter(key__in=resumed.values()):
        couriers.wake_all(pace)
