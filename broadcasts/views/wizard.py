"""What the four pages of the wizard share: the draft, the step bar, and saving while one writes."""

from functools import wraps

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from broadcasts.drafts.steps import problem_of, steps_of
from broadcasts.models import Broadcast
from broadcasts.views.guards import seen_draft, step

NEXT = {"channel": "message", "message": "recipients", "recipients": "review"}


def in_turn(view):
    """Whoever changes a draft has it alone, and it cannot begin meanwhile. What began a moment before is seen to be
    no draft any more: a page that saves what it read before would make one of it again."""

    @wraps(view)
    def alone(request, broadcast_id, *args, **kwargs):
        if request.method != "POST":
            return view(request, broadcast_id, *args, **kwargs)
        with transaction.atomic():
            Broadcast.objects.select_for_update().filter(pk=broadcast_id).first()
            return view(request, broadcast_id, *args, **kwargs)

    return alone


def step_page(name):
    """A step of a draft: the view gets the broadcast. Steps that are locked lead to the first one that is not done;
    what has been sent already leads to its page."""

    def decorate(view):
        @step
        @in_turn
        @wraps(view)
        def guarded(request, broadcast_id, *args, **kwargs):
            broadcast = seen_draft(request, broadcast_id)
            if broadcast is None:
                return redirect("broadcast", broadcast_id)
            steps = steps_of(broadcast)
            if not next(each for each in steps if each.name == name).is_open:
                return _led_back(request, broadcast, first_open(steps))
            return view(request, broadcast, *args, **kwargs)

        return guarded

    return decorate


def _led_back(request, broadcast, open_step):
    """To the step that comes first, with what it lacks: it may have been done before, and something has changed."""
    problem = problem_of(broadcast, open_step.name)
    if problem:
        messages.warning(request, problem.words)
    return redirect(open_step.url)


def part_of_step(view):
    """A fragment or deed of a draft: 404 once it is none any more."""
    return step(in_turn(_of_draft(view)))


def slow_part_of_step(view):
    """The same for one that asks the far end: it holds no lock, and looks again before it saves."""
    return step(_of_draft(view))


def _of_draft(view):
    @wraps(view)
    def guarded(request, broadcast_id, *args, **kwargs):
        broadcast = seen_draft(request, broadcast_id)
        if broadcast is None:
            raise Http404("No such draft")
        return view(request, broadcast, *args, **kwargs)

    return guarded


def first_open(steps):
    """The step at which a draft is to be continued."""
    return next(each for each in steps if each.is_open and not each.is_done)


def show(request, name, broadcast, context=None, status=200):
    """The page of a step."""
    shared = {"broadcast": broadcast, "step": name, "steps": steps_of(broadcast)}
    return render(request, f"broadcasts/wizard/{name}.html", shared | (context or {}), status=status)


def go_on(broadcast, name):
    return redirect(f"broadcast_{NEXT[name]}", broadcast.pk)


def saved(request, broadcast, name, template="broadcasts/wizard/_saved.html", context=None):
    """The answer to a draft that saved itself in a step: the step bar anew, and what else has changed."""
    shared = {"broadcast": broadcast, "step": name, "steps": steps_of(broadcast)}
    moment = {"saved_at": timezone.now(), "is_update": True}
    return render(request, template, shared | moment | (context or {}))
