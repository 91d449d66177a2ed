"""Reports: how satisfied customers are, as a page and as a table to take away; and beside a thread."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from automation import charts
from automation.models import Survey, SurveyAnswer
from automation.reports import Report, zone_of
from automation.rules.periods import PRESETS
from inbox import queries
from inbox.models import Contact, Tag
from inbox.panels import panels
from inbox.views.pages import page_for_supervisors, page_of_inbox, seen_conversation
from inbox.views.tables import MARK, download, written

ON_PAGE = 25
AT_ONCE = 500
BESIDE_THREAD = 4
NEWEST = ("-answered_at", "-id")
FILTERS = ("period", "from", "to", "number", "agent", "team", "tag")
CONTACT = "conversation__thread__contact__"
NAMES = ("name", "profile_name", "phone", "username")
# What a line of the table is made of: whole rows would take ten times as long.
COLUMNS = (
    "id",
    "answered_at",
    "score",
    "comment",
    "conversation_id",
    "number_id",
    "number__name",
    "agent__name",
    "agent__email",
    *(f"{CONTACT}{name}" for name in NAMES),
    "tags",
)
TAGS = Tag.objects.filter(conversations=OuterRef("conversation")).order_by("name").values("name")
HEAD = ("Answered", "Score", "Meaning", "Comment", "Agent", "Number", "Customer", "Phone", "Tags", "Conversation")


@page_for_supervisors
def reports(request):
    """The first report."""
    return redirect(panels("reports", request.user)[0].url_name)


@page_for_supervisors
def satisfaction(request):
    """The whole report; with a cursor the answers after it."""
    report = Report.read(request.user, request.GET, timezone.now())
    if request.GET.get("cursor"):
        return render(request, "reports/_answers.html", _answers(request, report))
    chart = charts.columns(report.over_time)
    context = _answers(request, report) | {"report": report, "chart": chart, "presets": PRESETS}
    return render(request, "reports/satisfaction.html", context)


def _answers(request, report):
    """A page of answers, newest first, and the address of the next one."""
    rows = report.answers().select_related("conversation__thread__contact", "number", "agent").order_by(*NEWEST)
    page = queries.page(rows, request.GET.get("cursor", ""), limit=ON_PAGE)
    asked = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    return {
        "page": page,
        "query": urlencode(asked),
        "next_page": f"{reverse('satisfaction')}?{urlencode(asked | {'cursor': page.cursor})}" if page.cursor else "",
    }


@page_of_inbox
def panel(request, conversation_id):
    """Beside a thread: the answer to this conversation's survey, and those to earlier ones. Nothing where none went."""
    conversation = seen_conversation(request, conversation_id)
    answers = SurveyAnswer.objects.filter(conversation__thread=conversation.thread_id).order_by(*NEWEST)
    answers = list(answers.select_related("agent")[:BESIDE_THREAD])
    own = next((one for one in answers if one.conversation_id == conversation.pk), None)
    context = {
        "own": own,
        "earlier": [one for one in answers if one is not own],
        "survey": None if own else Survey.objects.filter(conversation=conversation).select_related("message").first(),
    }
    return render(request, "reports/_panel.html", context)


# --- The table to take away ------------------------------------------------------------------------------------------


@page_for_supervisors
def satisfaction_csv(request):
    """The answers of the report, newest first, streamed. Times are those of the number's zone."""
    report = Report.read(request.user, request.GET, timezone.now())
    address = request.build_absolute_uri(reverse("conversation", args=[0]))
    name = f"satisfaction {report.period.first} to {report.period.last}.csv"
    return download(request, name, _pages(report, address.replace("/0/", "/{}/")))


def _pages(report, address):
    """Text of the table, piece by piece."""
    yield MARK + written([HEAD])
    zones = {number.pk: zone_of(number.pk) for number in report.numbers}
    rows = report.answers().order_by(*NEWEST).annotate(tags=ArraySubquery(TAGS)).values_list(*COLUMNS, named=True)
    cursor = ""
    while True:
        page = queries.page(rows, cursor, limit=AT_ONCE)
        yield written(_cells(answer, zones[answer.number_id], address) for answer in page.rows)
        cursor = page.cursor
        if not cursor:
            return


def _cells(answer, zone, address):
    contact = Contact(**{name: getattr(answer, f"{CONTACT}{name}") for name in NAMES})
    return (
        answer.answered_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        answer.score,
        SurveyAnswer.Score(answer.score).label,
        answer.comment,
        answer.agent__name or answer.agent__email or "",
        answer.number__name,
        contact.display_name,
        contact.phone,
        ", ".join(answer.tags),
        address.format(answer.conversation_id),
    )
