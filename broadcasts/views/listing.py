"""The list of broadcasts, with what moves in it."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from broadcasts import queries
from broadcasts.models import Broadcast
from broadcasts.views.guards import page
from broadcasts.views.progress import Sample, progress_of
from inbox.queries import number_in
from inbox.queries import page as page_of_rows

ROWS = 25


@page
def broadcasts(request):
    """The whole page; with a cursor the rows after it."""
    filters = queries.Filters.read(request.GET)
    found = page_of_rows(queries.listed(request.user, filters), request.GET.get("cursor", ""), limit=ROWS)
    rows, sample = progress_of(found.rows, timezone.now())
    context = {"rows": rows, "sample": sample, "next_page": _address(filters, found.cursor), "filters": filters}
    if request.GET.get("cursor"):
        return render(request, "broadcasts/_rows.html", context)
    choices = {"channels": Broadcast.Channel.choices, "states": queries.STATES}
    deleted = queries.deleted_for(request.user, number_in(request.GET.get("deleted", "")))
    return render(request, "broadcasts/list.html", context | choices | {"deleted": deleted})


@page
def moving(request):
    """The figures of the rows that were moving (`sample`), and the sample for the next time."""
    before = Sample.read(request.GET.get("sample", ""))
    found = queries.visible_to(request.user).select_related("number").filter(pk__in=list(before.done))
    rows, sample = progress_of(list(found), timezone.now(), before)
    if not any(row.is_moving for row in rows):
        sample = Sample()
    return render(request, "broadcasts/_moving.html", {"rows": rows, "sample": sample, "is_update": True})


def _address(filters, cursor):
    return f"{reverse('broadcasts')}?{urlencode(filters.chosen | {'cursor': cursor})}" if cursor else ""
