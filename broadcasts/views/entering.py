"""The other ways into a new broadcast: from a contact's page, and from those that were selected in the list (S3-3)."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from broadcasts.drafts import lifecycle
from broadcasts.drafts.choosing import MOST_TICKED
from broadcasts.views.guards import step
from inbox.actions.refusals import Refusal
from inbox.views.contacts.choosing import chosen_contacts


@require_POST
@step
def to_contacts(request):
    """Begin a broadcast to the contacts that were ticked in their list, or to all that match its filter."""
    try:
        broadcast = lifecycle.begin(request.user, _ids(chosen_contacts(request)))
    except Refusal as refusal:
        messages.error(request, refusal.words)
        return redirect("contacts")
    return redirect("broadcast_channel", broadcast.pk)


def _ids(contacts):
    ids = list(contacts.order_by("pk").values_list("pk", flat=True)[: MOST_TICKED + 1])
    if len(ids) > MOST_TICKED:
        words = f"These are more than {MOST_TICKED:,}. Save the filter as a group, and choose the group as recipients."
        raise Refusal("too_many_chosen", words, "ids", 400)
    return ids
