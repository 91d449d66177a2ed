"""Files of messages, only for those who see the conversation; shown inside the page only where that is harmless."""

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from inbox import queries
from inbox.media import thumbnail
from inbox.media.serving import HARMLESS, guarded, serve, whole
from inbox.models import Attachment


@login_required
@require_safe
def file(request, token):
    """The stored file, whole or a range of it (players ask for ranges); ?thumb: a small picture of a picture."""
    attachment = _seen(request, token)
    try:
        return guarded(_answer(request, attachment), attachment)
    except FileNotFoundError as error:
        raise Http404("This file is not here") from error


def _answer(request, attachment):
    if "thumb" in request.GET and attachment.mime_type in HARMLESS and attachment.kind == "image":
        return _thumbnail(attachment)
    return serve(attachment, request.headers.get("Range", ""))


def _seen(request, token):
    try:
        attachment = queries.attachment_for(request.user, token)
    except Attachment.DoesNotExist as error:
        raise Http404("No such file") from error
    if attachment.status != Attachment.Status.STORED or not attachment.file:
        raise Http404("This file is not here")
    return attachment


def _thumbnail(attachment):
    name = thumbnail(attachment)
    if not name:
        return whole(attachment)
    with default_storage.open(name) as stored:
        return HttpResponse(stored.read(), content_type="image/webp")
