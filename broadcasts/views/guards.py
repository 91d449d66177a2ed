"""Who gets in: whoever may not see broadcasts gets 404, as if there were none."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from broadcasts import queries
from broadcasts.models import Broadcast
from inbox.views.posted import action


def page(view):
    """A page or fragment of broadcasts, GET only."""
    return _for_supervisors(require_GET(view))


def step(view):
    """A page of the wizard: GET shows it, POST saves it."""
    return _for_supervisors(view)


def _for_supervisors(view):
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_supervisor:
            raise Http404("No such page")
        return view(request, *args, **kwargs)

    return login_required(never_cache(guarded))


def deed(view):
    """A POST that does something; a Refusal is answered in JSON with its words."""
    return _for_supervisors(require_POST(action(view)))


def seen_broadcast(request, broadcast_id):
    """The broadcast if this agent sees it, else 404."""
    try:
        return queries.broadcast_for(request.user, broadcast_id)
    except Broadcast.DoesNotExist as error:
        raise Http404("No such broadcast") from error


def seen_draft(request, broadcast_id):
    """The broadcast if it is still a draft; None once it has been sent or scheduled."""
    broadcast = seen_broadcast(request, broadcast_id)
    return broadcast if broadcast.status == Broadcast.Status.DRAFT else None
