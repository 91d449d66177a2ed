"""What stands above the text of a message template: one file for all of a broadcast, or a recipient's own.

A file is an inbox.Attachment that is kept for the broadcast. Each message gets a row of its own with the same bytes, so
that the thread shows it; WhatsApp gets the bytes once, right before the first message with them leaves.
"""

from collections import defaultdict

from broadcasts.models import Recipient
from broadcasts.rules.template_values import header_links, is_file
from inbox import media
from inbox.actions.refusals import refusing_content
from inbox.actions.sending import with_header
from inbox.models import Attachment
from whatsapp.content.media import check_link
from whatsapp.errors import GraphError
from whatsapp.message_templates import variables
from whatsapp.models import Number

WHERE = "header parameter 1"


def shared_by(broadcast):
    """The Attachment above everybody's text, None where there is none."""
    file_id = broadcast.content.get("header_file")
    return Attachment.objects.filter(pk=file_id).first() if file_id else None


def uploads_of(recipients):
    """{id: Attachment} of their own files."""
    wanted = {file_id for recipient in recipients for file_id in recipient.files}
    return Attachment.objects.in_bulk(wanted) if wanted else {}


def whole(broadcast, template, components):
    """The send components as they are with a file above the text, wherever that comes from."""
    brings_file = broadcast.content.get("header_file") or broadcast.content.get("has_own_files")
    wanted = next((one.kind for one in variables(template.components) if is_file(one)), None)
    return with_header(components, wanted) if brings_file and wanted else components


def check_links(components):
    """WhatsApp fetches a linked file itself. Raises Refusal for what it could not."""
    with refusing_content():
        for link in header_links(components):
            check_link(WHERE, link)


def bring_together(message_ids):
    """Bring the files of these messages to WhatsApp, each once. Returns those that may leave: where another worker
    brings the file just now, its messages come later."""
    wanting = Attachment.objects.filter(message__in=message_ids, media_id="")
    bare = set(wanting.values_list("message", flat=True))
    waiting = set()
    for origin, number, of_origin in _by_origin(bare) if bare else ():
        if not _brought(origin, number, of_origin):
            waiting |= set(of_origin)
    return [message_id for message_id in message_ids if message_id not in waiting]


def _by_origin(message_ids):
    """[(the kept Attachment, Number, ids of the messages with its bytes)]"""
    rows = Recipient.objects.filter(message__in=message_ids)
    told = rows.values_list("files", "broadcast__content__header_file", "broadcast__number", "message")
    alike = defaultdict(list)
    for own, shared, number_id, message_id in told:
        alike[own[0] if own else shared, number_id].append(message_id)
    kept = Attachment.objects.in_bulk([file_id for file_id, _ in alike])
    numbers = Number.objects.select_related("account").in_bulk([number_id for _, number_id in alike])
    return [
        (kept[file_id], numbers[number_id], of_origin)
        for (file_id, number_id), of_origin in alike.items()
        if file_id in kept
    ]


def _brought(origin, number, message_ids):
    try:
        is_there = media.bring(origin, number)
    except (GraphError, media.FileMissing):
        return True  # each of the messages meets the same as it leaves, and says so
    if is_there:
        told = {"media_id": origin.media_id, "uploaded_at": origin.uploaded_at}
        Attachment.objects.filter(message__in=message_ids).update(**told)
    return is_there
