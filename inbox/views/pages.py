"""The inbox page and its fragments. Everything is looked up through what the agent may see: the rest is 404."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from inbox import queries
from inbox.models import Conversation
from inbox.views import panes
from inbox.views.panes import Place


def seen_conversation(request, conversation_id):
    """The conversation if this agent sees it, else 404."""
    try:
        return queries.conversation_for(request.user, conversation_id)
    except Conversation.DoesNotExist as error:
        raise Http404("No such conversation") from error


def page_of_inbox(view):
    """A GET page or fragment for an agent who has logged in; never kept by a cache."""
    return login_required(never_cache(require_GET(view)))


def ask_for_supervisor(agent):
    """Raise PermissionDenied for whoever is neither supervisor nor admin."""
    if not agent.is_supervisor:
        raise PermissionDenied("Only supervisors and admins see this page.")


def page_for_supervisors(view):
    """A page of the inbox for supervisors and admins: 403 for agents."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        ask_for_supervisor(request.user)
        return view(request, *args, **kwargs)

    return page_of_inbox(guarded)


@page_of_inbox
def inbox(request):
    place = Place.read(request)
    return render(request, "inbox/page.html", _page(request, place))


@page_of_inbox
def conversation(request, conversation_id):
    """The whole page, or with HX-Request the thread and its details."""
    found = seen_conversation(request, conversation_id)
    context = panes.thread_context(request.user, found) | {"place": Place.read(request)}
    if request.htmx:
        return render(request, "inbox/_conversation.html", context)
    return render(request, "inbox/page.html", _page(request, context["place"]) | context | {"open_id": found.pk})


def _page(request, place):
    agent = request.user
    return panes.folders_context(agent, place) | panes.list_context(request, place) | panes.filters_context(agent)


@page_of_inbox
def conversation_list(request):
    """A folder's tabs and rows; with a cursor only the following rows; with `rows` only the list."""
    place = Place.read(request)
    context = panes.list_context(request, place)
    if request.GET.get("cursor"):
        return render(request, "inbox/_rows.html", context)
    if "rows" in request.GET:
        return render(request, "inbox/_list.html", context)
    around = panes.folders_context(request.user, place) | panes.filters_context(request.user)
    return render(request, "inbox/_folder.html", context | around)


@page_of_inbox
def counts(request):
    return JsonResponse(queries.counts(request.user))


@page_of_inbox
def row(request, conversation_id):
    return render(request, "inbox/_row.html", {"conversation": seen_conversation(request, conversation_id)})


@page_of_inbox
def head(request, conversation_id):
    """Head and details as they are now."""
    context = panes.head_context(request.user, seen_conversation(request, conversation_id))
    return render(request, "inbox/_head_and_details.html", context)


@page_of_inbox
def items(request, conversation_id):
    """Older items {html, earlier, version} before a cursor, or changes {html, version, is_complete} since a version."""
    thread = seen_conversation(request, conversation_id).thread
    if "since" in request.GET:
        return _changes(request, thread)
    page = queries.thread_page(thread, before=request.GET.get("before") or None, limit=panes.ITEMS)
    return JsonResponse({"html": _written(request, page.items), "earlier": page.earlier, "version": page.version})


def _changes(request, thread):
    changes = queries.thread_changes(thread, queries.number_in(request.GET["since"]) or 0)
    html = _written(request, changes.items)
    return JsonResponse({"html": html, "version": changes.version, "is_complete": changes.is_complete})


def _written(request, shown):
    return render_to_string("inbox/_items.html", {"items": shown}, request)
