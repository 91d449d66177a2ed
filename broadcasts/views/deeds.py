"""What is done with a broadcast at one press: paused, resumed, cancelled, retried, duplicated, deleted."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from broadcasts import actions, queries
from broadcasts.drafts import lifecycle
from broadcasts.views.guards import deed, seen_broadcast, step
from inbox.actions.refusals import Refusal


@deed
def act(request, broadcast_id, name):
    """Answers {words, go?}: what was done, and where to go on."""
    broadcast = seen_broadcast(request, broadcast_id)
    if name not in DEEDS:
        raise Http404("No such deed")
    return JsonResponse(DEEDS[name](broadcast, request.user))


def _pause(broadcast, by):
    actions.pause(broadcast.pk)
    return {"words": "Paused. Nothing more leaves until you resume it."}


def _resume(broadcast, by):
    actions.resume(broadcast.pk)
    return {"words": "It goes on."}


def _cancel(broadcast, by):
    actions.cancel(broadcast.pk)
    return {"words": "Cancelled. Whoever had not got it yet will not get it."}


def _retry(broadcast, by):
    retried, left_out = actions.retry_failed(broadcast.pk)
    if not retried:
        words = "Nobody of the failed can get it at another try. The ledger says why for each."
        raise Refusal("nobody_to_retry", words)
    rest = f" {left_out:,} cannot get it at another try." if left_out else ""
    return {"words": f"{retried:,} {'is' if retried == 1 else 'are'} tried again.{rest}"}


def _duplicate(broadcast, by):
    made = lifecycle.duplicate(broadcast, by)
    return {"words": "A new draft.", "go": reverse("broadcast_channel", args=[made.pk])}


def _edit(broadcast, by):
    lifecycle.unschedule(broadcast)
    return {"words": "A draft again.", "go": reverse("broadcast_review", args=[broadcast.pk])}


DEEDS = {
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
    "retry": _retry,
    "duplicate": _duplicate,
    "edit": _edit,
}


@require_POST
@step
def delete(request, broadcast_id):
    """A draft goes, and can be brought back from the list; what has been sent stays."""
    broadcast = seen_broadcast(request, broadcast_id)
    try:
        lifecycle.delete(broadcast)
    except Refusal as refusal:
        messages.error(request, refusal.words)
        return redirect("broadcast", broadcast_id)
    return redirect(f"{reverse('broadcasts')}?deleted={broadcast.pk}")


@require_POST
@step
def restore(request, broadcast_id):
    """Undo the deletion of a draft, and go on where it was left."""
    broadcast = queries.deleted_for(request.user, broadcast_id)
    if broadcast is None:
        messages.error(request, "This draft is gone for good.")
        return redirect("broadcasts")
    lifecycle.restore(broadcast)
    return redirect("broadcast_draft", broadcast_id)
