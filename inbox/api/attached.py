"""Uploads that go with a message: as the message itself, or as the header of a template or of buttons."""

from rest_framework import serializers

from inbox.actions.refusals import Refusal, refusing_content
from inbox.actions.sending import TO_COME, send_files, send_message
from inbox.models import Attachment
from whatsapp import content as contents

WITH_HEADER = ("buttons", "link")
# Kinds of which a file is the message: a text that comes with it is its caption.
ALONE = ("text", *contents.MEDIA_KINDS)


class Attachments(serializers.ListField):
    """Ids of this key's uploads (POST media/)."""

    def __init__(self, help_text):
        super().__init__(child=serializers.IntegerField(), required=False, max_length=1, help_text=help_text)


def upload_of(key, asked):
    """The upload that a body names in `attachments`, or None. Raises Refusal for one that is not there (any more)."""
    if not asked.get("attachments"):
        return None
    upload = Attachment.objects.filter(pk=asked["attachments"][0], api_key=key, message=None).first()
    if upload is None:
        words = "There is no such upload of this key that was not sent yet. Upload the file again."
        raise Refusal("attachment_gone", words, "attachments", 400)
    return upload


def send_with_file(conversation, asked, upload, **how):
    """Send what a FreeForm body asks for together with an upload; returns the Message. Raises Refusal."""
    kind, content = asked["kind"], asked["content"]
    if kind in ALONE:
        return send_files(conversation, [upload.pk], caption=caption_of(upload, content), **how)[0]
    if kind not in WITH_HEADER:
        raise Refusal("header_file", "This kind of message takes no file. Send the file by itself.", "attachments", 400)
    header = {"type": upload.kind, "media_id": TO_COME}
    with refusing_content():
        loaded = contents.load(kind, {**content, "header": header})
    return send_message(conversation, loaded, attachment_ids=[upload.pk], **how)


def caption_of(upload, content):
    words = content.get("text") or content.get("caption")
    if not words:
        return None
    if upload.kind not in contents.WITH_CAPTION:
        raise Refusal(
            "content", f"A file of the kind {upload.kind} has no caption. Send the words by themselves.", "content", 400
        )
    with refusing_content():
        return contents.load("text", {"text": words})
