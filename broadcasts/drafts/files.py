"""Files that go with a message: attachments of an email, and what stands above the text of a WhatsApp template."""

import mimetypes

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from broadcasts.drafts.previews import template_of
from broadcasts.models import Broadcast, BroadcastFile
from broadcasts.queries import draft_to_change
from broadcasts.rules.template_values import components_of, is_file, values_of
from inbox.actions.refusals import Refusal
from inbox.media import store_upload
from inbox.media.uploads import shown_name
from inbox.models import Attachment
from whatsapp.client import GraphClient
from whatsapp.content import ContentError
from whatsapp.errors import GraphError, sentence
from whatsapp.message_templates import variables

MIB = 1024 * 1024
# Encoded for mail a file grows by a third, and many servers take no more than 20 to 25 MB.
MOST_IN_EMAIL = 15 * MIB
MOST_FILES = 10
MOST_PERSONAL, MOST_PERSONAL_BYTES = 500, 200 * MIB


def attach(broadcast, uploads):
    """Add uploaded files to every email of a draft. Raises Refusal, and keeps none of them then."""
    if _size_of(broadcast, uploads, is_personal=False) > MOST_IN_EMAIL - most_own_bytes(broadcast):
        words = "Attachments of an email may have 15 MB in all. Send a link to the larger ones."
        raise Refusal("files_too_large", words, "files", 413)
    if broadcast.files.filter(is_personal=False).count() + len(uploads) > MOST_FILES:
        raise Refusal("too_many_files", f"An email takes up to {MOST_FILES} files.", "files", 400)
    _add(broadcast, uploads, is_personal=False)


def attach_personal(broadcast, uploads):
    """Add files that only those get whose line in the list names them. A name stands for the newest one."""
    if any(upload.size > MOST_IN_EMAIL for upload in uploads):
        raise Refusal("files_too_large", "One of the files is too large for an email: up to 15 MB.", "files", 413)
    if _size_of(broadcast, uploads, is_personal=True) > MOST_PERSONAL_BYTES:
        raise Refusal("files_too_large", "The files of single recipients may have 200 MB in all.", "files", 413)
    if broadcast.files.filter(is_personal=True).count() + len(uploads) > MOST_PERSONAL:
        words = f"Up to {MOST_PERSONAL} files can be for single recipients."
        raise Refusal("too_many_files", words, "files", 400)
    _add(broadcast, uploads, is_personal=True)


def most_own_bytes(broadcast):
    """How large the own files of one recipient are at most, of those who are in the list already."""
    sizes = dict(broadcast.files.filter(is_personal=True).values_list("pk", "size_bytes"))
    named = broadcast.recipients.exclude(files=[]).values_list("files", flat=True) if sizes else ()
    return max((sum(sizes.get(file_id, 0) for file_id in files) for files in named), default=0)


def left_for_own_bytes(broadcast):
    """How large the own files of one recipient may be, beside those that everybody gets."""
    return MOST_IN_EMAIL - _size_of(broadcast, (), is_personal=False)


def _size_of(broadcast, uploads, **which):
    before = broadcast.files.filter(**which).aggregate(size=Sum("size_bytes", default=0))["size"]
    return before + sum(upload.size for upload in uploads)


def _add(broadcast, uploads, **how):
    if any(not upload.size for upload in uploads):
        raise Refusal("file_empty", "One of the files is empty.", "files", 400)
    for upload in uploads:
        name = shown_name(upload.name)
        mime_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        broadcast.files.create(file=upload, name=name, mime_type=mime_type, size_bytes=upload.size, **how)


def take_out(broadcast, file_id):
    """A file goes, unless the draft's list says that somebody gets it. Raises Refusal."""
    named = broadcast.recipients.filter(files__contains=[file_id]).count() if file_id else 0
    if named:
        who = "One line names" if named == 1 else f"{named:,} lines name"
        raise Refusal("file_named", f"{who} this file. Remove the list in step three first.", "files", 400)
    broadcast.files.filter(pk=file_id).delete()


def forget_files(broadcast):
    """The bytes that only this broadcast has go with it; those that others share stay."""
    for file in broadcast.files.all():
        if not BroadcastFile.objects.filter(file=file.file.name).exclude(pk=file.pk).exists():
            file.file.delete(save=False)
    kept = broadcast.content.get("header_file")
    others = Broadcast.objects.filter(content__header_file=kept).exclude(pk=broadcast.pk)
    if kept and not others.exists():
        Attachment.objects.filter(pk=kept).update(is_kept=False)


def files_of(broadcast):
    """{"files": everybody's, "own_files": those of single recipients}, lists of BroadcastFile."""
    kept = list(broadcast.files.all())
    return {
        "files": [file for file in kept if not file.is_personal],
        "own_files": [file for file in kept if file.is_personal],
    }


def put_above_text(broadcast, upload, by):
    """Bring a file to WhatsApp, to stand above the text of the draft's template. Slow: not inside a transaction.

    WhatsApp keeps it for 30 days; our copy (`content["header_file"]`) shows what was chosen. Returns the draft as it is
    then. Raises Refusal.
    """
    template = template_of(broadcast)
    wanted = next((each for each in variables(template.components) if is_file(each)), None) if template else None
    if wanted is None:
        raise Refusal("no_place", "This template has no place for a file.", "file", 400)
    kept = _kept(upload, by, wanted.kind)
    media_id = _brought(kept, broadcast.number)
    Attachment.objects.filter(pk=kept.pk).update(media_id=media_id, uploaded_at=timezone.now())
    place = {"id": media_id} | ({"filename": kept.filename} if wanted.kind == "document" else {})
    return _put_in(broadcast.pk, template, {wanted.key: place}, kept)


@transaction.atomic
def _put_in(broadcast_id, template, value, kept):
    """Into the draft as it is now: it may have been changed, or have begun, while the file was on its way."""
    draft = draft_to_change(broadcast_id)
    values = values_of(template.components, draft.content.get("components", [])) | value
    components = components_of(template.components, values)
    draft.content = draft.content | {"components": components, "header_file": kept.pk}
    draft.save(update_fields=["content"])
    return draft


def file_above_text(broadcast):
    """Our copy of the file above the text, None where there is none."""
    return Attachment.objects.filter(pk=broadcast.content.get("header_file")).first()


def _kept(upload, by, kind):
    try:
        kept = store_upload(by, upload)
    except ContentError as error:
        raise Refusal("file", error.message, "file", 400) from error
    if kept.kind != kind:
        kept.delete()
        raise Refusal("wrong_kind", f"This place takes a file of the kind {kind}. Choose another one.", "file", 400)
    kept.is_kept = True
    kept.save(update_fields=["is_kept"])
    return kept


def _brought(kept, number):
    try:
        with kept.file.open("rb") as file:
            client = GraphClient(number.account.access_token)
            return client.upload_media(number.phone_number_id, file, kept.mime_type, kept.filename or "file")
    except GraphError as error:
        words = f"WhatsApp did not take the file. {sentence(error.code, error.details)}"
        raise Refusal("not_taken", words, "file", 502) from error
