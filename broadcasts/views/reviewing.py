"""Step four of the wizard: everything on one page, a test to oneself, then now or later (S4-42, S4-43)."""

from datetime import timedelta

from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from broadcasts import actions
from broadcasts.drafts import trials
from broadcasts.drafts.files import file_above_text, files_of
from broadcasts.drafts.previews import preview_of, template_of, values_for
from broadcasts.drafts.reach import reach_of
from broadcasts.drafts.steps import CHECKS
from broadcasts.forms.plan import LATER, PlanForm
from broadcasts.models import Broadcast
from broadcasts.sms.segments import segments
from broadcasts.views.wizard import part_of_step, saved, show, step_page
from inbox.actions.refusals import Refusal
from inbox.models import Group
from inbox.queries import contacts_for, number_in

Channel = Broadcast.Channel
# WhatsApp keeps a file for 30 days.
FILE_KEPT = timedelta(days=29)


@step_page("review")
def review(request, broadcast):
    """Step four. With HX-Request it saves the plan as far as it makes sense; a POST sends or schedules."""
    form = PlanForm(request.POST or None, instance=broadcast)
    if request.method != "POST":
        return show(request, "review", broadcast, _context(request, broadcast, form))
    is_valid = form.is_valid()
    if is_valid:
        form.save()
    else:
        broadcast.refresh_from_db()
    if request.htmx:
        return saved(request, broadcast, "review", "broadcasts/wizard/_plan.html", _context(request, broadcast, form))
    try:
        if is_valid:
            return _launch(broadcast)
        problem = None
    except Refusal as refusal:
        problem = refusal
    context = _context(request, broadcast, form) | {"problem": problem}
    return show(request, "review", broadcast, context, status=400)


def _launch(broadcast):
    """Every step is asked once more: much may have changed since it was done. Raises Refusal."""
    for check in CHECKS.values():
        check(broadcast)
    _check_file(broadcast)
    if not reach_of(broadcast).gets:
        raise Refusal("nobody", "Nobody of the chosen ones would get it. Choose other recipients.", "recipients", 400)
    actions.launch(broadcast.pk)
    return redirect("broadcast", broadcast.pk)


def _check_file(broadcast):
    kept = file_above_text(broadcast) if broadcast.channel == Channel.WHATSAPP else None
    leaves_at = broadcast.scheduled_at or timezone.now()
    if kept and kept.created_at + FILE_KEPT < leaves_at:
        words = "WhatsApp keeps the file above the text for 30 days only. Choose it anew, or an earlier time."
        raise Refusal("file_too_old", words, "day_and_time", 400)


def _context(request, broadcast, form):
    reach = reach_of(broadcast)
    shown = preview_of(broadcast, _values(request, broadcast))
    return {
        "form": form,
        "reach": reach,
        "preview": shown,
        **files_of(broadcast),
        "template": template_of(broadcast) if broadcast.channel == Channel.WHATSAPP else None,
        "sms_each": segments(shown.body).count if broadcast.channel == Channel.SMS else 0,
        "chosen_groups": list(Group.objects.filter(pk__in=broadcast.audience.get("groups", ())).defer("filter")),
        "ticked": len(broadcast.audience.get("contacts", ())),
        "listed": broadcast.recipients.count(),
        "is_later": (form.data.get("when") if form.is_bound else form.initial["when"]) == LATER,
        "trials": trials.of(broadcast),
        "own_address": _own_address(request, broadcast),
    }


def _values(request, broadcast):
    contact = _somebody(request)
    return values_for(broadcast, contact) if contact else None


def _somebody(request):
    asked = number_in(request.POST.get("preview_for", ""))
    seen = contacts_for(request.user)
    return (seen.filter(pk=asked).first() if asked else None) or seen.order_by("-pk").first()


def _own_address(request, broadcast):
    """Where the agent's last test went; for email their own address."""
    kept = request.session.get(f"test_{broadcast.channel}", "")
    return kept or (request.user.email if broadcast.channel == Channel.EMAIL else "")


@require_POST
@part_of_step
def test(request, broadcast):
    """Send it to one `address`, filled as for somebody among the customers."""
    address, refused = request.POST.get("address", "").strip()[:254], ""
    try:
        contact = _somebody(request)
        trials.send(broadcast, address, contact, request.user)
        request.session[f"test_{broadcast.channel}"] = address
    except Refusal as refusal:
        refused = refusal.words
    context = {"trials": trials.of(broadcast), "refused": refused, "own_address": address}
    return saved(request, broadcast, "review", "broadcasts/wizard/_trials.html", context)


@part_of_step
def tests(request, broadcast):
    """What became of the tests, asked while one of them is on its way."""
    context = {"trials": trials.of(broadcast), "own_address": _own_address(request, broadcast)}
    return saved(request, broadcast, "review", "broadcasts/wizard/_trials.html", context)
