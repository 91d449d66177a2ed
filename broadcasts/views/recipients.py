"""Step three of the wizard: customers, the target audience, a pasted list, and who of them gets it (S4-40, S4-41)."""

from django.shortcuts import render
from django.views.decorators.http import require_POST

from broadcasts.drafts import choosing
from broadcasts.drafts.reach import reach_of
from broadcasts.drafts.steps import problem_of
from broadcasts.views.wizard import go_on, part_of_step, saved, show, step_page
from inbox.actions.refusals import Refusal
from inbox.models import Agent, Group, Tag
from inbox.queries import contacts_for, contacts_of, members, number_in, numbers_of
from inbox.queries import page as page_of_rows
from inbox.rules.audience import CONSENTS, Audience, address, read, read_address

TABS = (("customers", "Customers"), ("audience", "Target audience"), ("list", "Paste a list"))
ROWS = 25
LIST_SHOWN, PROBLEMS_SHOWN = 5, 50
MOST_BYTES = 5 * 1024 * 1024


@step_page("recipients")
def recipients(request, broadcast):
    """Step three, by tab; with a cursor only the following customers. POST goes on where somebody is chosen."""
    if request.method == "POST":
        problem = problem_of(broadcast, "recipients")
        if problem is None:
            return go_on(broadcast, "recipients")
        return show(request, "recipients", broadcast, _context(request, broadcast) | {"problem": problem}, status=400)
    if request.GET.get("cursor"):
        return render(request, "broadcasts/wizard/_customers.html", _customers(request, broadcast))
    return show(request, "recipients", broadcast, _context(request, broadcast))


def _context(request, broadcast):
    tab = request.GET.get("tab", "")
    tab = tab if tab in dict(TABS) else _first_tab(broadcast)
    return {"tab": tab, "tabs": TABS, **SHOWN[tab](request, broadcast), **_chosen(broadcast)}


def _first_tab(broadcast):
    """Where something is chosen already."""
    meant = broadcast.audience
    if not meant.get("contacts") and (meant.get("groups") or meant.get("filter")):
        return "audience"
    return "list" if not meant and broadcast.recipients.exists() else "customers"


def _chosen(broadcast):
    """What is chosen by now, and who gets it."""
    return {
        "broadcast": broadcast,
        "reach": reach_of(broadcast),
        "ticked": len(broadcast.audience.get("contacts", ())),
        "chosen_groups": list(Group.objects.filter(pk__in=broadcast.audience.get("groups", ())).defer("filter")),
        "has_filter": bool(broadcast.audience.get("filter")),
        "listed": broadcast.recipients.count(),
    }


def _customers(request, broadcast):
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = contacts_of(Audience(words=words), contacts_for(request.user)).order_by("-id")
    page = page_of_rows(found, request.GET.get("cursor", ""), limit=ROWS)
    chosen = set(broadcast.audience.get("contacts", ()))
    return {"broadcast": broadcast, "page": page, "words": words, "chosen_ids": chosen}


def _audience(request, broadcast):
    seen, groups = contacts_for(request.user), list(Group.objects.all())
    chosen = set(broadcast.audience.get("groups", ()))
    asked = _asked(broadcast)
    return {
        "groups": [(group, group.pk in chosen, _count(group, seen)) for group in groups],
        "told": address(asked),
        "consents": CONSENTS,
        "tags": Tag.objects.all(),
        "numbers": numbers_of(request.user),
        "agents": Agent.objects.filter(is_active=True),
    }


def _asked(broadcast):
    try:
        return read(broadcast.audience.get("filter") or {})
    except Refusal:
        return Audience()


def _count(group, seen):
    """How many are in it now, None where the filter is none any more."""
    try:
        return members(group, seen).count()
    except Refusal:
        return None


def _list(request, broadcast):
    return {"first_listed": list(broadcast.recipients.order_by("id")[:LIST_SHOWN]), "list_shown": LIST_SHOWN}


SHOWN = {"customers": _customers, "audience": _audience, "list": _list}


# --- Choosing --------------------------------------------------------------------------------------------------------


@require_POST
@part_of_step
def tick(request, broadcast):
    """`contact` (repeated) with `on` or without; `all` ticks everybody found by `q`; `none` takes all out."""
    ids = [pk for pk in (number_in(text) for text in request.POST.getlist("contact")) if pk]
    if "none" in request.POST:
        return _answer(request, choosing.untick_all(broadcast.pk), is_redrawn=True)
    if "all" in request.POST:
        found = contacts_of(Audience(words=request.POST.get("q", "").strip()[:100]), contacts_for(request.user))
        ids = list(found.values_list("pk", flat=True)[: choosing.MOST_TICKED + 1])
    return _tried(request, broadcast, lambda: choosing.tick(broadcast.pk, ids, _is_on(request), request.user))


@require_POST
@part_of_step
def group(request, broadcast):
    """`group` with `on` or without."""
    group_id = number_in(request.POST.get("group", "")) or 0
    return _tried(request, broadcast, lambda: choosing.put_group(broadcast.pk, group_id, _is_on(request)))


@require_POST
@part_of_step
def narrow(request, broadcast):
    """The filter's fields, or `remove`."""

    def put():
        return choosing.put_filter(broadcast.pk, None if "remove" in request.POST else read_address(request.POST))

    return _tried(request, broadcast, put)


def _is_on(request):
    return "on" in request.POST or "all" in request.POST


def _tried(request, broadcast, change):
    try:
        changed = change()
    except Refusal as refusal:
        return _answer(request, broadcast, refused=refusal.words, is_redrawn="all" in request.POST)
    return _answer(request, changed, is_redrawn="all" in request.POST)


def _answer(request, broadcast, refused="", is_redrawn=False):
    """What is chosen now; where many ticks changed at once, the customers anew."""
    context = _chosen(broadcast) | {"refused": refused, "is_redrawn": is_redrawn}
    if is_redrawn:
        context |= _customers(request, broadcast)
    return saved(request, broadcast, "recipients", "broadcasts/wizard/_chosen.html", context)


# --- The list --------------------------------------------------------------------------------------------------------


@require_POST
@part_of_step
def pasted(request, broadcast):
    """`text` or a `file`: `add` makes it the draft's list, else it is only read; `remove` takes the list out."""
    if "remove" in request.POST:
        choosing.forget_list(broadcast)
        return _list_answer(request, broadcast)
    try:
        found = choosing.read(broadcast, _text(request))
    except Refusal as refusal:
        return _list_answer(request, broadcast, refused=refusal.words)
    if "add" in request.POST and found.lines and not found.is_too_long:
        choosing.put_list(broadcast, found)
        return _list_answer(request, broadcast, is_added=True)
    return _list_answer(request, broadcast, found=found, problems=found.problems[:PROBLEMS_SHOWN])


def _text(request):
    """The file's text, else the typed one. Raises Refusal."""
    upload = request.FILES.get("file")
    if upload is None:
        return request.POST.get("text", "")
    if upload.size > MOST_BYTES:
        raise Refusal("list_too_large", "This file is too large for ten thousand lines.", "file", 413)
    return _decoded(upload.read())


def _decoded(data):
    """UTF-8, else what spreadsheets on Windows write."""
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("list_not_text", "This is no table of text. Save it as CSV first.", "file", 400)


def _list_answer(request, broadcast, **context):
    shared = _chosen(broadcast) | _list(request, broadcast)
    return saved(request, broadcast, "recipients", "broadcasts/wizard/_list_read.html", shared | context)
