"""Files of the message in step two: added, taken away, and shown."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_POST

from broadcasts.drafts.files import attach, attach_personal, file_above_text, files_of, put_above_text, take_out
from broadcasts.views.composing import fields_of
from broadcasts.views.guards import page, seen_broadcast
from broadcasts.views.wizard import part_of_step, slow_part_of_step
from inbox.actions.refusals import Refusal
from inbox.media.serving import guarded, serve
from inbox.queries import number_in


@require_POST
@part_of_step
def files(request, broadcast):
    """Attachments of an email: `file` (repeated) is added for everybody, `personal` for those whose line names it,
    `remove` (an id) taken away. Answers with the list."""
    refused = ""
    try:
        take_out(broadcast, number_in(request.POST.get("remove", "")))
        attach(broadcast, request.FILES.getlist("file"))
        attach_personal(broadcast, request.FILES.getlist("personal"))
    except Refusal as refusal:
        refused = refusal.words
    context = {"broadcast": broadcast, "refused": refused} | files_of(broadcast)
    return render(request, "broadcasts/wizard/_files.html", context)


@require_POST
@slow_part_of_step
def above_text(request, broadcast):
    """The file above the text of a template: one `file`. Answers with its field."""
    refused = ""
    try:
        if "file" not in request.FILES:
            raise Refusal("no_file", "No file has arrived. Choose it again.", "file", 400)
        broadcast = put_above_text(broadcast, request.FILES["file"], request.user)
    except Refusal as refusal:
        refused = refusal.words
    field = next((one for one in fields_of(broadcast) if one["is_file"]), None)
    context = {"broadcast": broadcast, "header_file": file_above_text(broadcast), "field": field, "refused": refused}
    return render(request, "broadcasts/wizard/_above_text.html", context)


@page
def picture(request, broadcast_id):
    """Our copy of the file above the text, for everybody who sees the broadcast."""
    kept = file_above_text(seen_broadcast(request, broadcast_id))
    if kept is None or not kept.file:
        raise Http404("No such file")
    try:
        return guarded(serve(kept, request.headers.get("Range", "")), kept)
    except FileNotFoundError as error:
        raise Http404("This file is not here") from error
