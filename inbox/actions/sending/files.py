"""Files: one message each, in the order given; the words go with the first file that can carry them."""

import uuid

from inbox.actions.refusals import Refusal, refusing_content
from inbox.actions.sending.drafts import Composed, put, sent_before
from inbox.actions.sending.entering import enter, opened, quoted_message
from inbox.models import Attachment
from whatsapp.content import WITH_CAPTION, Media, Template, Text

# Stands in content for Meta's id of a file that is brought there as the message leaves (inbox.delivery.envelope).
TO_COME = "upload"
MOST_FILES = 30
# What two rows of the same bytes have in common.
SHARED = ("uploaded_by", "api_key", "status", "kind", "mime_type", "filename", "size_bytes", "width", "height", "file")
SHARED += ("media_id", "uploaded_at", "sha256")


def send_files(where, attachment_ids, by, *, caption=None, now=None, **how):
    """Queue uploaded files (inbox.media.store_upload) of `by`, or of a program with its `api_key`; return the Messages.

    `caption` is a Text or None; where no file can carry it, it follows as a text message. `how` are fields of Composed;
    repeats with the same `client_id` return what was queued the first time. Raises Refusal.
    """
    composed = Composed(caption, by, attachment_ids=attachment_ids, **how)
    with opened(where, now) as change:
        before = _sent_before(by, composed.client_id)
        if before:
            return before
        enter(change, by, composed.as_helper)
        return [put(change, draft) for draft in _drafts(change, composed)]


def _drafts(change, composed):
    quoted = quoted_message(change.thread, composed.quoted_id)
    contents = _contents(_uploads(composed.attachment_ids, composed.owner), composed.content)
    return [
        composed.draft(
            content,
            client_id=_numbered(composed.client_id, place),
            quoted=None if place else quoted,
            attachment=attachment,
        )
        for place, (content, attachment) in enumerate(contents)
    ]


def header_file(content, attachment_ids, owner):
    """The one uploaded file (of Composed.owner) for a header, or None. Raises Refusal where the header wants another
    kind of file."""
    if not attachment_ids:
        return None
    attachment, *others = _uploads(attachment_ids, owner)
    if others or attachment.kind != _header_kind(content):
        raise Refusal("header_file", "The header takes one file of its own kind. Choose another one.", "header", 400)
    return attachment


def _header_kind(content):
    if not isinstance(content, Template):
        header = getattr(content, "header", None)
        return header.type if header else ""
    headers = [part for part in content.components if str(part.get("type", "")).lower() == "header"]
    parameters = headers[0].get("parameters") if headers else None
    return parameters[0].get("type", "") if parameters else ""


def with_header(components, kind):
    """A template's send components with a file of this kind as their header, to be brought to WhatsApp."""
    others = [part for part in components if str(part.get("type", "")).lower() != "header"]
    return [{"type": "header", "parameters": [{"type": kind, kind: {"id": TO_COME}}]}, *others]


def twin_of(attachment, message):
    """The same bytes as a row of `message`, to be saved with others. What WhatsApp has of them is not brought again."""
    shared = {name: getattr(attachment, name) for name in SHARED}
    return Attachment(token=uuid.uuid4(), message=message, **shared)


def copy_of(attachment):
    """Another row for the same bytes, for a message that is sent again."""
    attachment.pk = None
    attachment._state.adding = True
    attachment.token, attachment.message, attachment.claimed_until = uuid.uuid4(), None, None
    attachment.is_kept = False
    attachment.save()
    return attachment


def _numbered(client_id, place):
    return f"{client_id}.{place}" if client_id and place else client_id


def _sent_before(by, client_id):
    first = sent_before(by, client_id)
    if not first:
        return []
    further = (sent_before(by, _numbered(client_id, place)) for place in range(1, MOST_FILES + 1))
    return [first, *(message for message in further if message)]


def _uploads(attachment_ids, owner):
    if len(attachment_ids) > MOST_FILES:
        raise Refusal("too_many_files", f"Up to {MOST_FILES} files go at once.", "attachments", 400)
    ready = Attachment.objects.select_for_update().filter(message=None, status=Attachment.Status.STORED, **owner)
    found = ready.in_bulk(list(attachment_ids))
    if len(found) != len(set(attachment_ids)):
        raise Refusal("attachment_gone", "A file is no longer here. Attach it again.", "attachments", 400)
    return [found[pk] for pk in dict.fromkeys(attachment_ids)]


def _contents(attachments, caption):
    """[(content, attachment or None)]: the caption on the first file that takes one, else after the files."""
    words = caption.text if isinstance(caption, Text) else ""
    bearer = next((attachment for attachment in attachments if attachment.kind in WITH_CAPTION), None)
    listed = [(_media(file, words if file == bearer else ""), file) for file in attachments]
    return listed if bearer or not words else [*listed, (caption, None)]


def _media(attachment, caption):
    with refusing_content():
        return Media(
            attachment.kind,
            mime_type=attachment.mime_type,
            caption=caption,
            filename=attachment.filename,
            voice=attachment.kind == "audio" and attachment.mime_type.startswith("audio/ogg"),
        )
