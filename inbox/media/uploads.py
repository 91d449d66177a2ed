"""Files that agents attach and programs upload: checked against Meta's types and sizes before anything is sent."""

import hashlib
import re
import uuid
from datetime import timedelta
from io import BytesIO
from pathlib import PurePath

from django.core.files import File
from django.db.models.functions import Now

from inbox.media import pictures
from inbox.media.types import real_type
from inbox.models import Attachment
from whatsapp.content import ContentError, check_media, media_rules

FORGOTTEN_AFTER = timedelta(days=1)
NAME_LIMIT = 200
SUFFIX_LIMIT = 16
UNSHOWN = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}


def store_upload(agent, file, *, api_key=None):
    """Keep a file (Django's UploadedFile) of `agent`, or of the program with `api_key`, for a message to come and
    return its Attachment.

    What it is decides its content, not its name. Pictures of other forms, or too large, become JPEG or PNG; a WebP of
    a sticker's sides goes as a sticker; any text goes as a plain text document. Raises ContentError with words for a
    file that WhatsApp does not carry.
    """
    if file.size > media_rules("document").max_bytes:
        raise ContentError("file", "Files may have up to 100 MB on WhatsApp. Send a link instead.")
    if not file.size:
        raise ContentError("file", "This file is empty.")
    attachment = Attachment(
        uploaded_by=agent,
        api_key=api_key,
        token=uuid.uuid4(),
        status=Attachment.Status.STORED,
        filename=shown_name(file.name),
    )
    kept = _describe(attachment, file)
    kept.seek(0)
    attachment.sha256 = hashlib.file_digest(kept, "sha256").hexdigest()
    kept.seek(0)
    attachment.file.save("upload", File(kept), save=False)
    attachment.save()
    return attachment


def shown_name(name):
    """A file's name for people's eyes: no folders, nothing invisible, nothing that turns the text around."""
    last = PurePath((name or "").replace("\\", "/")).name
    clean = UNSHOWN.sub("", last).strip() or "file"
    suffix = PurePath(clean).suffix[:SUFFIX_LIMIT]
    return clean if len(clean) <= NAME_LIMIT else clean[: NAME_LIMIT - len(suffix)] + suffix


def _describe(attachment, file):
    """Fill in kind, type, size and sides; returns the file to keep (a converted picture is another one)."""
    picture = pictures.look_at(file)
    if picture:
        return _describe_picture(attachment, file, picture)
    attachment.mime_type, attachment.size_bytes = real_type(file, attachment.filename), file.size
    attachment.kind = check_media(attachment.mime_type, file.size)
    return file


def _describe_picture(attachment, file, picture):
    if not picture.is_unpackable:
        raise ContentError("file", "This picture has too many pixels. Make it smaller, or send it as a PDF.")
    if pictures.is_sticker(picture, file.size):
        attachment.kind, attachment.mime_type = "sticker", "image/webp"
    elif pictures.is_fit(picture, file.size):
        attachment.kind, attachment.mime_type = "image", pictures.mime_type(picture)
    else:
        return _describe_converted(attachment, file)
    attachment.size_bytes, attachment.width, attachment.height = file.size, picture.width, picture.height
    return file


def _describe_converted(attachment, file):
    made = pictures.converted(file)
    if made is None:
        raise ContentError("file", "This picture is damaged and cannot be sent.")
    data, attachment.mime_type, attachment.width, attachment.height = made
    attachment.size_bytes = len(data)
    attachment.kind = check_media(attachment.mime_type, len(data))
    attachment.filename = str(PurePath(attachment.filename).with_suffix(SUFFIXES[attachment.mime_type]))
    return BytesIO(data)


def forget_unsent():
    """Delete what was uploaded more than a day ago, never sent and is in no settings. Returns how many."""
    old = Attachment.objects.filter(message=None, is_kept=False, created_at__lt=Now() - FORGOTTEN_AFTER)
    count = 0
    for attachment in old.iterator():
        if not Attachment.objects.filter(file=attachment.file.name).exclude(pk=attachment.pk).exists():
            attachment.file.delete(save=False)
        count += Attachment.objects.filter(pk=attachment.pk, message=None).delete()[0]
    return count
