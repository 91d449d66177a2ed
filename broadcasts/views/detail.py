"""The page of one broadcast: how far it is, what became of each recipient, and the table to take away."""

from django.db.models import Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from broadcasts import queries
from broadcasts.drafts.previews import preview_of
from broadcasts.models import Broadcast, Recipient
from broadcasts.sentences import LEDGER
from broadcasts.views.guards import page, seen_broadcast
from broadcasts.views.progress import Sample, progress_of
from inbox.queries import number_in
from inbox.queries import page as page_of_rows
from inbox.queries.folders import contacts_like
from inbox.views.tables import MARK, download, written

ROWS = 50
AT_ONCE = 1000
# So many rows of the ledger follow what happens while the page is open.
MOST_FOLLOWED = 200
HEAD = ("Address", "Name", "Status", "Reason", "Details", "Changed (UTC)", "Attempts")


@page
def broadcast(request, broadcast_id):
    """The whole page; with `cursor` or `rows` the ledger's rows. A draft continues where it was left."""
    found = seen_broadcast(request, broadcast_id)
    if found.status == Broadcast.Status.DRAFT:
        return redirect("broadcast_draft", found.pk)
    if request.GET.get("cursor"):
        context = _ledger_page(request, found) | {"broadcast": found}
        return render(request, "broadcasts/_ledger_rows.html", context)
    # The figures first: whoever is counted has a row by then.
    context = _progress(request, found)
    context |= _ledger_page(request, found)
    return render(request, "broadcasts/broadcast.html", context | {"preview": preview_of(found)})


@page
def progress(request, broadcast_id):
    """What moves on its page: state, bar, figures, and of the shown rows (`row`) those that have moved."""
    found = seen_broadcast(request, broadcast_id)
    ids = [number_in(text) for text in request.GET.getlist("row")[:MOST_FOLLOWED]]
    followed = found.recipients.filter(pk__in=[pk for pk in ids if pk])
    context = _progress(request, found) | {
        "followed": followed,
        "is_update": True,
        "has_ledger": "status" in request.GET,
    }
    return render(request, "broadcasts/_progress.html", context)


def _progress(request, found):
    before = Sample.read(request.GET.get("sample", ""))
    (row,), sample = progress_of([found], timezone.now(), before)
    failures = queries.failures_of(found) if row.figures.failed else []
    shown = {"broadcast": found, "row": row, "figures": row.figures, "sample": sample, "ledger_words": LEDGER}
    return shown | {"failures": failures}


# --- The ledger ------------------------------------------------------------------------------------------------------


def _ledger_page(request, found):
    """A page of recipients in the order they were named, what they are narrowed to, and the address of the next one."""
    status, words = request.GET.get("status", ""), request.GET.get("q", "").replace("\x00", "").strip()
    status = status if status in LEDGER else ""
    rows = _narrowed(found, status, words[: queries.LONGEST_SEARCH]).select_related("contact", "message__conversation")
    read = page_of_rows(rows.order_by("id"), request.GET.get("cursor", ""), limit=ROWS)
    asked = {name: value for name, value in {"status": status, "q": words}.items() if value}
    address = reverse("broadcast", args=[found.pk])
    return {
        "recipients": read.rows,
        "status": status,
        "words": words,
        "query": urlencode(asked),
        "next_page": f"{address}?{urlencode(asked | {'cursor': read.cursor})}" if read.cursor else "",
    }


def _narrowed(found, status, words):
    recipients = Recipient.objects.filter(broadcast=found)
    if status:
        recipients = recipients.filter(status=status)
    if words:
        digits = "".join(character for character in words if character.isdecimal())
        typed = digits.lstrip("0") if digits and not any(character.isalpha() for character in words) else words
        recipients = recipients.filter(Q(address__icontains=typed) | Q(contact__in=contacts_like(words)))
    return recipients


@page
def ledger_csv(request, broadcast_id):
    """The ledger as it is narrowed on the page, streamed."""
    found = seen_broadcast(request, broadcast_id)
    status = request.GET.get("status", "")
    rows = _narrowed(found, status if status in LEDGER else "", request.GET.get("q", "").replace("\x00", "").strip())
    return download(request, f"broadcast {found.pk}.csv", _pieces(rows.select_related("contact").order_by("id")))


def _pieces(rows):
    """Text of the table, page by page."""
    yield MARK + written([HEAD])
    cursor = ""
    while True:
        read = page_of_rows(rows, cursor, limit=AT_ONCE)
        yield written(_cells(recipient) for recipient in read.rows)
        cursor = read.cursor
        if not cursor:
            return


def _cells(recipient):
    return (
        recipient.address,
        recipient.contact.display_name if recipient.contact else "",
        LEDGER[recipient.status],
        recipient.reason,
        recipient.words,
        recipient.moved_at.strftime("%Y-%m-%d %H:%M:%S"),
        recipient.attempts,
    )
