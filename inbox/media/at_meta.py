"""Bringing our files to Meta: an upload comes before the message that shows it."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from inbox.models import Attachment
from whatsapp.client import GraphClient

# Meta keeps an uploaded file for 30 days.
KEPT_AT_META = timedelta(days=29)
UPLOAD_LEASE = timedelta(minutes=15)


class FileMissing(Exception):
    """The bytes of an attachment are not where they should be; the words say what to do."""


def bring_to_meta(message):
    """Upload the message's files where Meta lacks them. False when another worker is at it.

    Raises GraphError, FileMissing.
    """
    return all(bring(attachment, message.thread.number) for attachment in message.attachments.all())


def bring(attachment, number):
    """The same of one file."""
    return _is_at_meta(attachment) or _upload(attachment, number)


def _is_at_meta(attachment):
    is_fresh = attachment.uploaded_at is not None and attachment.uploaded_at > timezone.now() - KEPT_AT_META
    return bool(attachment.media_id) and is_fresh


def _upload(attachment, number):
    """True once Meta has the file. The lease keeps two workers from uploading the same 100 MB."""
    row = Attachment.objects.filter(pk=attachment.pk)
    free = Q(claimed_until=None) | Q(claimed_until__lt=Now())
    if not row.filter(free).update(claimed_until=Now() + UPLOAD_LEASE):
        return False
    try:
        media_id = _sent(attachment, number)
    finally:
        row.update(claimed_until=None)
    attachment.media_id, attachment.uploaded_at = media_id, timezone.now()
    row.update(media_id=media_id, uploaded_at=attachment.uploaded_at)
    return True


def _sent(attachment, number):
    with _opened(attachment) as file:
        client = GraphClient(number.account.access_token)
        name = attachment.filename or "file"
        return client.upload_media(number.phone_number_id, file, attachment.mime_type, name)


def _opened(attachment):
    try:
        return attachment.file.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise FileMissing("The file is no longer on the server. Attach it and send it again.") from error
