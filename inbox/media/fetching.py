"""Files that customers send: fetched from Meta as soon as they are told of, since their ids live for seven days."""

import base64
import binascii
import hashlib
import logging
import tempfile
from datetime import timedelta

from django.core.files import File
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from inbox.changes import change_thread_of
from inbox.media import pictures
from inbox.models import Attachment, Message
from whatsapp.client import GraphClient
from whatsapp.content import media_rules
from whatsapp.errors import GraphError, Refused
from whatsapp.wake import wake

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)
KEPT_AT_META = timedelta(days=7)
LONGEST_PAUSE_SECONDS = 3600
MOST_DOUBLINGS = 12
# An address that Meta refuses is asked for again; after so many tries the file is gone.
MOST_REFUSALS = 4
MOST_AT_ONCE = 200
MOST_BYTES = media_rules("document").max_bytes
GONE = "WhatsApp no longer has this file. Ask the customer to send it again."
TOO_LARGE = "This file has more than 100 MB and was not fetched. Ask the customer for a smaller one."
DAMAGED = "This file arrived damaged again and again. Ask the customer to send it again."
Status = Attachment.Status


class Unfetchable(Exception):
    """Another try is of no use; the words say why and what to do."""


class Damaged(Exception):
    """The bytes are not those that the customer sent."""


def fetch(attachment_id):
    """Fetch a pending file of a customer from Meta: stored, failed with a sentence, or due again later."""
    if not _claim(attachment_id):
        return
    attachment = Attachment.objects.select_related("message__thread__number__account").get(pk=attachment_id)
    try:
        with tempfile.TemporaryFile() as file:
            mime_type, digest = _download(attachment, file)
            _store(attachment, file, mime_type, digest)
    except Unfetchable as error:
        _fail(attachment, str(error))
    except Damaged:
        _retry_or_fail(attachment, DAMAGED, attachment.attempts < MOST_REFUSALS)
    except Refused as error:
        logger.info("Attachment %s: refused %s", attachment_id, error.code)
        _retry_or_fail(attachment, GONE, attachment.attempts < MOST_REFUSALS)
    except GraphError as error:
        logger.info("Attachment %s: %s %s", attachment_id, type(error).__name__, error.code)
        _retry_or_fail(attachment, GONE, timezone.now() - attachment.created_at < KEPT_AT_META)


def sweep():
    """Wake what is due and nobody is at."""
    due = _free().filter(Q(retry_at=None) | Q(retry_at__lte=Now() - timedelta(seconds=2)))
    for attachment_id in due.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE]:
        wake("inbox.tasks.fetch_attachment", attachment_id)


def _free():
    free = Q(claimed_until=None) | Q(claimed_until__lt=Now())
    return Attachment.objects.filter(free, status=Status.PENDING, message__isnull=False)


def _claim(attachment_id):
    due = _free().filter(Q(retry_at=None) | Q(retry_at__lte=Now()), pk=attachment_id)
    return due.update(claimed_until=Now() + LEASE, attempts=F("attempts") + 1)


def _download(attachment, file):
    """Stream the bytes into `file`; (MIME type, SHA-256 in hex). Raises GraphError, Unfetchable, Damaged."""
    client = GraphClient(attachment.message.thread.number.account.access_token)
    info = client.media(attachment.media_id)
    if info.size_bytes and info.size_bytes > MOST_BYTES:
        raise Unfetchable(TOO_LARGE)
    digest = hashlib.sha256()
    with client.download(info.url) as chunks:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
            if file.tell() > MOST_BYTES:
                raise Unfetchable(TOO_LARGE)
    for told in (attachment.sha256, info.sha256):
        if told and not _same(told, digest):
            raise Damaged
    return info.mime_type, digest.hexdigest()


def _same(told, digest):
    """Webhooks tell a hash in base64, the media call in hex. What is neither says nothing."""
    if told.lower() == digest.hexdigest():
        return True
    try:
        return base64.b64decode(told, validate=True) == digest.digest()
    except (binascii.Error, ValueError):
        return False


def _store(attachment, file, mime_type, digest):
    size_bytes = file.tell()
    picture = pictures.look_at(file) if attachment.kind in ("image", "sticker") else None
    file.seek(0)
    attachment.file.save("fetched", File(file), save=False)
    attachment.status = Status.STORED
    attachment.mime_type = (attachment.mime_type or mime_type)[:150]
    attachment.sha256, attachment.size_bytes = digest, size_bytes
    attachment.width, attachment.height = (picture.width, picture.height) if picture else (None, None)
    attachment.error_text = ""
    _show(attachment)


def _fail(attachment, words):
    attachment.status, attachment.error_text = Status.FAILED, words
    _show(attachment)


def _retry_or_fail(attachment, words, is_worth_it):
    if not is_worth_it:
        return _fail(attachment, words)
    pause = min(2 ** min(attachment.attempts, MOST_DOUBLINGS), LONGEST_PAUSE_SECONDS)
    row = Attachment.objects.filter(pk=attachment.pk, status=Status.PENDING)
    row.update(claimed_until=None, retry_at=Now() + timedelta(seconds=pause))
    return None


def _show(attachment):
    """Save the row and tell the screens."""
    attachment.claimed_until = attachment.retry_at = None
    with change_thread_of(Message.objects.filter(pk=attachment.message_id).get) as (change, message):
        attachment.save()
        change.save(message)
