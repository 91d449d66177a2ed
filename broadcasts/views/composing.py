"""Step two of the wizard: the message, its tags and defaults, and how it looks for a real recipient (S4-38, S4-39)."""

from django.shortcuts import redirect, render

from broadcasts.drafts.files import file_above_text, files_of
from broadcasts.drafts.previews import preview_of, tags_used, template_of, values_for
from broadcasts.drafts.steps import problem_of
from broadcasts.forms.message import read_message
from broadcasts.models import Broadcast
from broadcasts.rules.template_values import is_file, values_of
from broadcasts.sms.segments import segments
from broadcasts.views.guards import page, seen_broadcast
from broadcasts.views.tags import tags_for
from broadcasts.views.wizard import go_on, saved, show, step_page
from inbox.queries import contacts_for, number_in
from inbox.queries.folders import contacts_like
from inbox.views.picking import language_name, template_choices
from whatsapp.message_templates import variables
from whatsapp.models import MessageTemplate

Channel = Broadcast.Channel
MOST_FOUND = 8


@step_page("message")
def message(request, broadcast):
    """Step two. A WhatsApp broadcast without a template shows the templates; with HX-Request it only saves."""
    if broadcast.channel == Channel.WHATSAPP and (template_of(broadcast) is None or "choose" in request.GET):
        return _choose(request, broadcast)
    problem = None
    if request.method == "POST":
        read_message(broadcast, request.POST)
        broadcast.save(update_fields=["content", "params"])
        if request.htmx:
            return _looks(request, broadcast)
        problem = problem_of(broadcast, "message")
        if problem is None:
            return go_on(broadcast, "message")
    context = _context(request, broadcast) | {"problem": problem}
    return show(request, "message", broadcast, context, status=400 if problem else 200)


def _choose(request, broadcast):
    if request.method == "POST" and (taken := _taken(request, broadcast)):
        if (taken.name, taken.language) != (broadcast.content.get("name"), broadcast.content.get("language")):
            broadcast.content = {"name": taken.name, "language": taken.language, "components": []}
            broadcast.save(update_fields=["content"])
        return redirect("broadcast_message", broadcast.pk)
    return show(request, "message", broadcast, {"is_choosing": True, **template_choices(broadcast.number)})


def _taken(request, broadcast):
    template_id = number_in(request.POST.get("template", ""))
    return MessageTemplate.objects.filter(account=broadcast.number.account_id, pk=template_id).first()


def _context(request, broadcast):
    used = tags_used(broadcast)
    return {
        "tags": tags_for(request.user),
        "defaults": [(name, broadcast.params.get(name, "")) for name in used],
        **_filled_in(fields_of(broadcast)),
        **_template(broadcast),
        **_preview(request, broadcast),
    }


def _template(broadcast):
    template = template_of(broadcast) if broadcast.channel == Channel.WHATSAPP else None
    if template is None:
        return {}
    named = {"template": template, "language_name": language_name(template.language)}
    return named | {"header_file": file_above_text(broadcast)}


def _filled_in(fields):
    """The fields of a template, and whether a written one is still empty: the field says so itself then."""
    written = [field for field in fields if not field["is_file"] and field["variable"].kind != "location"]
    return {"fields": fields, "lacks_values": any(not field["value"] for field in written)}


def fields_of(broadcast):
    """[{variable, value}] of a template, in reading order."""
    template = template_of(broadcast) if broadcast.channel == Channel.WHATSAPP else None
    if template is None:
        return []
    given = values_of(template.components, broadcast.content.get("components", []))
    wanted = [variable for variable in variables(template.components) if not variable.optional]
    return [{"variable": one, "value": given.get(one.key, ""), "is_file": is_file(one)} for one in wanted]


def _preview(request, broadcast):
    """How it looks for `preview_for` (a contact that the agent sees), else for the newest one."""
    contact = _somebody(request)
    values = values_for(broadcast, contact) if contact else None
    shown = preview_of(broadcast, values)
    return {
        "preview": shown,
        "preview_for": contact,
        "segments": segments(shown.body) if broadcast.channel == Channel.SMS else None,
        **files_of(broadcast),
    }


def _somebody(request):
    asked = number_in(request.POST.get("preview_for", "") or request.GET.get("preview_for", ""))
    seen = contacts_for(request.user)
    return (seen.filter(pk=asked).first() if asked else None) or seen.order_by("-pk").first()


def _looks(request, broadcast):
    """The answer while one writes: the preview anew, and the defaults where another tag is used now."""
    used = tags_used(broadcast)
    context = {"defaults": [(name, broadcast.params.get(name, "")) for name in used]}
    context["has_other_tags"] = request.POST.get("tags_shown", "") != " ".join(used)
    return saved(request, broadcast, "message", "broadcasts/wizard/_looks.html", context | _preview(request, broadcast))


@page
def people(request, broadcast_id):
    """Contacts by name, phone or email, to preview for."""
    broadcast = seen_broadcast(request, broadcast_id)
    words = request.GET.get("who", "").replace("\x00", "").strip()[:100]
    found = contacts_for(request.user).order_by("-pk")
    found = found.filter(pk__in=contacts_like(words)) if words else found
    context = {"found": found[:MOST_FOUND], "broadcast": broadcast}
    return render(request, "broadcasts/wizard/_people.html", context)
