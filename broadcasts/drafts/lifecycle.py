"""A draft is begun, named, copied, deleted; what is scheduled becomes one again. It is saved whole or not."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from broadcasts.drafts.choosing import forget_list
from broadcasts.drafts.files import forget_files
from broadcasts.models import Broadcast
from broadcasts.queries import draft_to_change
from broadcasts.senders import choose
from inbox.actions.refusals import Refusal
from inbox.queries import contacts_for

Channel = Broadcast.Channel
KEPT_DELETED = timedelta(days=1)
COPIED = (
    "channel",
    "number",
    "email_sender",
    "sms_sender",
    "content",
    "params",
    *Broadcast.PLAN,
)


def begin(by, contacts=(), client_id=None):
    """A new draft of an agent, with these contacts (ids) as far as they see them; the one that this page of theirs
    (`client_id`) has begun before."""
    seen = contacts_for(by).filter(pk__in=contacts).order_by("pk").values_list("pk", flat=True) if contacts else ()
    meant = {"contacts": list(seen)} if seen else {}
    fields = {"audience": meant, "time_zone": by.time_zone or "UTC", "stop_percent": 20}
    if not client_id:
        return Broadcast.objects.create(created_by=by, **fields)
    begun, _ = Broadcast.objects.get_or_create(created_by=by, client_id=client_id, defaults=fields)
    return begun


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


def duplicate(broadcast, by):
    """A new draft with the same message and settings; recipients are chosen anew."""
    copied = {field: getattr(broadcast, field) for field in COPIED}
    name = f"{str(broadcast)[:190]} (copy)"
    made = Broadcast.objects.create(created_by=by, name=name, **copied)
    copy_files(broadcast, made)
    return made


def copy_files(broadcast, other, also=()):
    """Everybody's attachments, and `also` these (ids), for everybody of another broadcast; the bytes are shared."""
    for file in broadcast.files.filter(Q(is_personal=False) | Q(pk__in=also)):
        other.files.create(file=file.file.name, name=file.name, mime_type=file.mime_type, size_bytes=file.size_bytes)


@transaction.atomic
def delete(broadcast, now=None):
    """Only what has never been sent goes: out of sight at once, for good a day later."""
    draft = draft_to_change(broadcast.pk)
    draft.deleted_at = now or timezone.now()
    draft.save(update_fields=["deleted_at"])


def restore(broadcast):
    """Undo `delete`: the draft is back as it was. Raises Refusal where it is gone for good."""
    if not Broadcast.objects.filter(pk=broadcast.pk).exclude(deleted_at=None).update(deleted_at=None):
        raise Refusal("draft_gone", "This draft is gone for good.")


def forget_deleted(now=None):
    """Drafts whose deletion nobody has undone for a day go for good, with their files."""
    old = Broadcast.objects.filter(deleted_at__lte=(now or timezone.now()) - KEPT_DELETED)
    for broadcast in old:
        with transaction.atomic():
            locked = old.select_for_update().filter(pk=broadcast.pk).first()
            if locked:
                forget_files(locked)
                locked.delete()


def unschedule(broadcast):
    """A scheduled broadcast becomes a draft again, to be changed; one that has begun meanwhile goes on."""
    scheduled = Broadcast.objects.filter(pk=broadcast.pk, status=Broadcast.Status.SCHEDULED)
    if not scheduled.update(status=Broadcast.Status.DRAFT):
        raise Refusal("broadcast_started", "This broadcast has begun already. Pause or cancel it instead.")
