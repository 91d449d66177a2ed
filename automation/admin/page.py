"""The page of a number's automations: shown, previewed, tried on one's own phone, saved as a whole."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from automation import ice_breakers
from automation.admin import trial, words
from automation.admin.doors import doors
from automation.admin.previews import screen
from automation.forms.hours import time_zones
from automation.forms.page import AutomationPage
from automation.models import Automation, MetaCopy
from inbox.actions.refusals import Refusal
from inbox.media import store_upload
from inbox.queries import number_in
from whatsapp.content import ContentError, check_media, media_rules
from whatsapp.models import Number

Kind = Automation.Kind
PHONE = "automation_test_phone"
ACCEPT = ",".join(mime for kind in ("image", "video", "document") for mime in media_rules(kind).mime_types)


def page(request, number_id, admin_site):
    """GET shows what is saved; POST judges every panel and saves all of them, or none."""
    number = _number(number_id)
    if request.method == "POST":
        form = AutomationPage(number, request.user, request.POST, request.FILES)
        if form.is_valid():
            form.save()
            messages.success(request, words.saved_notice(form))
            return redirect(address(number))
        # What was uploaded with a page that is refused is kept, and named by its id from now on.
    else:
        form = AutomationPage(number, request.user)
        ice_breakers.want_reading(number.pk)
    context = {**admin_site.each_context(request), **_page_context(request, number, form)}
    return render(request, "admin/automation/page.html", context)


def _page_context(request, number, form):
    return {
        "number": number,
        "title": f"Automation of {number.name}",
        "page": form,
        "panels": [_panel(kind, form) for kind in Kind],
        "doors": doors(number),
        "time_zones": time_zones(),
        "meta": _meta(number),
        "accept": ACCEPT,
        "prices_url": words.PRICES_URL,
        "test_phone": request.POST.get("test_phone", request.session.get(PHONE, "")),
        "count_of_errors": form.count_of_errors,
    }


def _panel(kind, page):
    """What the templates ask of one panel."""
    form = page.panels[kind]
    own = [*form.errors.values(), *(page.hours.errors.values() if kind == Kind.CLOSED_HOURS else [])]
    return {
        "kind": kind.value,
        "words": words.PANELS[kind],
        "form": form,
        "has_errors": bool(own),
        "has_message": kind not in trial.WITHOUT_MESSAGE,
        **_live(kind, page),
    }


def _live(kind, page):
    """The part of a panel that follows what is typed."""
    form = page.panels[kind]
    auto_close = page.panels[Kind.AUTO_CLOSE]
    return {
        "screen": screen(kind, form),
        "summary": words.summary(kind, page),
        "state": words.state(kind, form),
        "is_on": form.is_told("is_on"),
        "is_too_late": kind == Kind.SURVEY and form.is_told("is_on") and auto_close.leaves_no_window,
        "close_waits": auto_close.waits,
    }


@require_POST
def preview(request, number_id, kind):
    """POST the page's fields -> the phone of one panel, with its sentence."""
    number, kind = _number(number_id), _kind(kind)
    form = AutomationPage(number, request.user, request.POST)
    panel = {"kind": kind.value, **_live(kind, form)}
    return render(request, "admin/automation/_live.html", {"panel": panel, "number": number, "is_live": True})


@require_POST
def upload(request, number_id, kind):
    """POST one `file` -> its place in the editor; refused in words, with what was there before left alone."""
    _number(number_id)
    file = request.FILES.get("file")
    context = {"kind": _kind(kind).value}
    try:
        if file is None:
            raise ContentError("file", "No file has arrived. Choose it again.")
        context["file"] = _stored(request.user, file)
    except ContentError as error:
        context["error"] = error.message
    return render(request, "admin/automation/_file.html", context, status=400 if "error" in context else 201)


def _stored(agent, file):
    attachment = store_upload(agent, file)
    check_media(attachment.mime_type, attachment.size_bytes)
    return attachment


@require_POST
def test(request, number_id, kind):
    """POST the page's fields and `test_phone` -> a sentence: on its way, or why not and what to do."""
    number, kind = _number(number_id), _kind(kind)
    if kind in trial.WITHOUT_MESSAGE:
        raise Http404("Nothing to send")
    panel = AutomationPage(number, request.user, request.POST).panels[kind]
    context = {"kind": kind.value, "link": (doors(number) or {}).get("link")}
    try:
        context["phone"] = trial.send(kind, panel, number, request.POST.get("test_phone", ""))
        request.session[PHONE] = context["phone"]
    except Refusal as refusal:
        context["refusal"] = refusal
    return render(request, "admin/automation/_tested.html", context)


@require_GET
def meta(request, number_id):
    """What Meta has, as far as it is known now; asks again by itself while a push is under way."""
    number = _number(number_id)
    return render(request, "admin/automation/_meta.html", {"number": number, "meta": _meta(number)})


@require_POST
def push(request, number_id):
    """Send ours to Meta once more."""
    number = _number(number_id)
    ice_breakers.want_push(number.pk)
    return render(request, "admin/automation/_meta.html", {"number": number, "meta": _meta(number)})


def _meta(number):
    copy = MetaCopy.objects.filter(number=number).first()
    ours = ice_breakers.wanted(number.pk)
    return {
        "copy": copy,
        "ours": ours,
        "differs": ice_breakers.differs(copy),
        "is_waiting": bool(copy and (copy.push_wanted_at or copy.read_at is None)),
    }


def address(number):
    return reverse("admin:whatsapp_number_automation", args=[number.pk])


def _number(number_id):
    return get_object_or_404(Number.objects.select_related("account"), pk=number_in(str(number_id)))


def _kind(kind):
    if kind not in Kind.values:
        raise Http404("No such automation")
    return Kind(kind)
