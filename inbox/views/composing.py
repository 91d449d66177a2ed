"""What the composer sends: messages, notes, reactions, files. Each view only translates: the actions ask and decide."""

import re
from functools import cache

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from inbox import queries
from inbox.actions import sending
from inbox.actions.refusals import Refusal
from inbox.actions.sending.entering import load
from inbox.emoji_palette import palette
from inbox.media import store_upload
from inbox.models import CannedReply, Message
from inbox.views import panes
from inbox.views.pages import page_of_inbox, seen_conversation
from inbox.views.picking import chosen_template
from inbox.views.posted import action, sent_data, sent_id
from whatsapp.content import ContentError, media_rules

TOO_LARGE = 413
WITH_HEADER_FILE = ("template", "buttons", "link")
DAY_SECONDS = 24 * 3600
BUILT = {
    "buttons": "Reply buttons",
    "list": "List of choices",
    "link": "Link button",
    "location": "Location",
    "location-request": "Ask for the location",
    "contacts": "Contact card",
}
# Room is left for the places of several files and for a prefix of our own.
CLIENT_ID = re.compile(r"[A-Za-z0-9-]{1,60}")


@page_of_inbox
def state(request, conversation_id):
    """The line above the composer: who serves, what writing here does, what is to be done first."""
    context = panes.head_context(request.user, seen_conversation(request, conversation_id))
    return render(request, "inbox/composer/_state.html", context)


@action
def send(request, conversation_id):
    """POST {client_id, kind, content, quoted_id?, attachments?: [ids], as_helper?} -> 201 {id, html, ids}.

    kind "template" takes {template: id, values: {key: text | {attachment}}} as its content. The same client_id again
    answers with what was sent the first time.
    """
    conversation = seen_conversation(request, conversation_id)
    data = sent_data(request)
    if data.get("kind") == "template":
        content, files = chosen_template(request.user, conversation.thread.number, data)
    else:
        content, files = _content(data), _ids(data, "attachments")
    messages = _sent(conversation, content, files, request.user, data)
    return _written(messages)


def _sent(conversation, content, files, by, data):
    named = {
        "client_id": client_id_in(data),
        "quoted_id": sent_id(data, "quoted_id"),
        "as_helper": data.get("as_helper") is True,
    }
    if files and (content is None or content.kind == "text"):
        return sending.send_files(conversation.pk, files, by, caption=content, **named)
    if files and content.kind not in WITH_HEADER_FILE:
        raise Refusal("header_file", "This kind of message takes no file. Send the file by itself.", "attachments", 400)
    return [sending.send_message(conversation.pk, content, by, attachment_ids=files, **named)]


def _content(data):
    """The content as posted; None where only files are sent."""
    kind, content = data.get("kind") or "text", data.get("content") or {}
    if data.get("attachments") and not content:
        return None
    return load(kind, content)


@action
def note(request, conversation_id):
    """POST {client_id, text} -> 201 {id, html}: only the team sees it."""
    seen_conversation(request, conversation_id)
    data = sent_data(request)
    written = sending.write_note(conversation_id, data.get("text", ""), request.user, client_id=client_id_in(data))
    return _written([written])


@action
def react(request, message_id):
    """POST {emoji, client_id, as_helper?} -> {id, html} of the message; an empty emoji takes the reaction away."""
    target = _message(request, message_id)
    data = sent_data(request)
    emoji = data.get("emoji") if isinstance(data.get("emoji"), str) else ""
    as_helper = data.get("as_helper") is True
    sending.react(target.pk, emoji, request.user, client_id=client_id_in(data), as_helper=as_helper)
    return _written([target], status=200)


@action
def again(request, message_id):
    """Send a failed message once more -> 201 {id, html} of the new one."""
    return _written([sending.send_again(_message(request, message_id).pk, request.user)])


@action
def upload(request):
    """POST one `file` (multipart) -> 201 {id, kind, name, size, url}; refused in words: 413 too large, else 400."""
    file = request.FILES.get("file")
    if file is None:
        raise Refusal("no_file", "No file has arrived. Attach it again.", "file", 400)
    try:
        kept = store_upload(request.user, file)
    except ContentError as error:
        is_too_large = error.field == "size_bytes" or file.size > media_rules("document").max_bytes
        raise Refusal("file", error.message, "file", TOO_LARGE if is_too_large else 400) from error
    return JsonResponse(_described(kept), status=201)


def _described(attachment):
    return {
        "id": attachment.pk,
        "kind": attachment.kind,
        "name": attachment.filename,
        "size": attachment.size_bytes,
        "url": f"/files/{attachment.token}/",
        "width": attachment.width,
        "height": attachment.height,
    }


@login_required
@require_GET
@cache_control(private=True, max_age=DAY_SECONDS)
def emoji_palette(request):
    """Every emoji in groups; the same for everyone until the next release."""
    return HttpResponse(_palette())


@cache
def _palette():
    return render_to_string("inbox/composer/_emoji.html", {"groups": palette()})


@page_of_inbox
def builder(request, kind):
    """The dialog in which buttons, a list, a link, a place or a contact card are put together."""
    if kind not in BUILT:
        raise Http404("No such kind")
    return render(request, f"inbox/composer/builder/_{kind}.html", {"kind": kind, "title": BUILT[kind]})


@page_of_inbox
def canned(request):
    """All canned replies: {replies: [{shortcut, text}]}; `{{ name }}` is filled in by the page."""
    return JsonResponse({"replies": list(CannedReply.objects.values("shortcut", "text"))})


def _message(request, message_id):
    try:
        return queries.message_for(request.user, message_id)
    except Message.DoesNotExist as error:
        raise Http404("No such message") from error


def _ids(data, name):
    """Row ids out of a posted list."""
    listed = data.get(name) or []
    if not isinstance(listed, list):
        raise Refusal("not_a_list", "The files could not be read. Attach them again.", name, 400)
    return [sent_id({name: value}, name) for value in listed]


def client_id_in(data):
    """What the browser named its message, so that a repeat is recognised."""
    name = data.get("client_id") or None
    if name is not None and not (isinstance(name, str) and CLIENT_ID.fullmatch(name)):
        raise Refusal("client_id", "A client id has up to 64 letters, digits and hyphens.", "client_id", 400)
    return name


def _written(messages, status=201):
    """{id, html, ids}: the messages as every screen shows them."""
    thread = messages[0].thread
    ids = [message.pk for message in messages]
    html = render_to_string("inbox/_items.html", {"items": queries.items_of_messages(thread, ids)})
    return JsonResponse({"id": ids[0], "ids": ids, "html": html}, status=status)
