"""What the panes of the inbox page show: folders with their counts, the list, the thread with its head and details."""

from dataclasses import dataclass, replace

from django.db.models import OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from inbox import queries, timers
from inbox.models import Agent, Conversation, Event, Participant, Tag, Team
from inbox.queries.sight import load_of, sight_of
from inbox.queries.whereabouts import whereabouts
from inbox.rules.offers import Seat, offers
from inbox.rules.visibility import may_act

WAITING_FOLDERS = ("queue", "unassigned", "window_closed")
GROUPS = (
    ("mine", "Mine", (("mine", "Assigned to me"), ("following", "Following"))),
    ("unassigned", "Unassigned", (("queue", "In queue"), ("unassigned", "Others"), ("window_closed", "Window closed"))),
    ("bot", "Bot", ()),
    ("all", "All", ()),
)
ROWS = 30
ITEMS = 40


@dataclass(frozen=True)
class Place:
    """Which folder is looked at and what it is narrowed to; `query` brings it back."""

    folder: str
    filters: queries.Filters
    query: str

    @classmethod
    def read(cls, request):
        """From the address; what makes no sense is the folder Mine without filters."""
        name = request.GET.get("folder", "mine")
        name = name if name in queries.FOLDERS else "mine"
        filters = queries.Filters.read(request.GET)
        chosen = {"q": filters.q, "tag": filters.tag, "number": filters.number, "status": filters.status}
        chosen |= {"unread": "1" if filters.unread else "", "sort": filters.sort}
        query = urlencode({"folder": name} | {key: value for key, value in chosen.items() if value})
        return cls(name, filters, query)

    @property
    def is_filtered(self):
        return self.filters != queries.Filters()

    @property
    def filter_count(self):
        """How many of the drop-down's filters are set (the words of the search are seen anyway)."""
        chosen = self.filters
        return sum(bool(value) for value in (chosen.tag, chosen.number, chosen.status, chosen.unread, chosen.sort))

    @property
    def order(self):
        """Waiting conversations stand in the line's order unless another one was asked for."""
        usual = "waiting" if self.folder in WAITING_FOLDERS else ""
        return self.filters.sort or usual


def list_context(request, place):
    """The rows of a folder: `page` (queries.Page) and the address of the next one."""
    rows = queries.folder(request.user, place.folder, replace(place.filters, sort=place.order))
    page = queries.page(rows, request.GET.get("cursor", ""), limit=ROWS)
    return {
        "place": place,
        "page": page,
        "next_page": f"{reverse('inbox_list')}?{place.query}&{urlencode({'cursor': page.cursor})}"
        if page.cursor
        else "",
        "open_id": queries.number_in(request.GET.get("open", "")),
    }


def folders_context(agent, place):
    """Folder tabs with counts, and the bar over the list of an agent at the limit (S1-29)."""
    counts = queries.counts(agent)
    group = next(name for name, _, inner in GROUPS if place.folder == name or place.folder in dict(inner))
    shown = [(name, label, inner) for name, label, inner in GROUPS if name != "all" or sees_all(agent)]
    return {
        "place": place,
        "counts": counts,
        "groups": [
            {
                "name": name,
                "label": label,
                "count": sum(counts[part] for part in _counted(name)),
                "is_current": name == group,
                "folder": inner[0][0] if inner else name,
            }
            for name, label, inner in shown
        ],
        "inner_folders": [
            {"name": name, "label": label, "count": counts[name], "is_current": name == place.folder}
            for name, label in next(inner for name, _, inner in GROUPS if name == group)
        ],
        "is_at_limit": is_at_limit(counts),
    }


def _counted(group):
    return {"unassigned": ("queue", "unassigned")}.get(group, (group,))


def is_at_limit(counts):
    return counts["limit"] is not None and counts["load"] >= counts["limit"]


def sees_all(agent):
    """The folder All is for supervisors, and for agents who see colleagues' conversations on some number."""
    sight = sight_of(agent.pk)
    return agent.is_supervisor or bool(sight.viewer.number_ids - sight.hiding_number_ids)


def filters_context(agent):
    """What the search bar's drop-down offers (S4-31)."""
    statuses = [("closed", "Closed"), ("assigned", "Assigned")]
    if agent.is_supervisor:
        statuses.append(("pending", "Waits for the customer"))
    return {"all_tags": Tag.objects.all(), "numbers": queries.numbers_of(agent), "statuses": statuses}


def head_context(agent, conversation):
    """Head and details of a thread for one viewer: who has it, what may be done, what is known of the customer."""
    now = timezone.now()
    thread = conversation.thread
    follows = Participant.objects.filter(conversation=conversation, agent=agent, is_following=True).exists()
    where = whereabouts(conversation)
    seat = Seat(
        status=conversation.status,
        is_mine=conversation.status == Conversation.Status.ASSIGNED and conversation.assignee_id == agent.pk,
        is_supervisor=agent.is_supervisor,
        may_act=may_act(queries.viewer(agent), where),
        is_following=follows,
        is_unanswered=conversation.unanswered_since is not None,
    )
    tags = list(conversation.tags.all())
    return {
        "conversation": conversation,
        "thread": thread,
        "contact": thread.contact,
        "number": thread.number,
        "seat": seat,
        "may_act": seat.may_act,
        "offered": offers(seat),
        "tags": tags,
        "tag_ids": {tag.pk for tag in tags},
        "all_tags": Tag.objects.all(),
        "now": now,
        "window_is_open": thread.is_window_open(now),
        "deadline": next(iter(timers.shown_of(conversation)), None),
        "earlier": _earlier(conversation),
        "elsewhere": _elsewhere(agent, thread),
        "happened": _happened(agent, conversation),
    }


def thread_context(agent, conversation):
    """The whole pane: head, details and the newest items."""
    page = queries.thread_page(conversation.thread, limit=ITEMS)
    return head_context(agent, conversation) | {"thread_page": page, "items": page.items}


def _earlier(conversation):
    others = Conversation.objects.filter(thread=conversation.thread_id).exclude(pk=conversation.pk)
    return others.select_related("assignee", "closed_by").order_by("-id")[:10]


def _elsewhere(agent, thread):
    """The same customer's open conversations on our other numbers."""
    seen = queries.visible_to(agent).filter(thread__contact=thread.contact_id).exclude(thread=thread)
    return seen.exclude(status=Conversation.Status.CLOSED).select_related("thread__number", "assignee")[:3]


def _happened(agent, conversation):
    lines = Event.objects.filter(conversation=conversation).select_related("actor")
    if not agent.is_supervisor:
        lines = lines.exclude(kind__in=Event.FOR_SUPERVISORS)
    return lines.order_by("-at", "-id")[:15]


def transfer_context(agent, conversation):
    """Whom it may go to: agents who serve this number with load and availability, and teams."""
    now = timezone.now()
    serving = Agent.objects.filter(is_active=True, receptions__number=conversation.thread.number_id)
    agents = serving.exclude(pk=conversation.assignee_id).annotate(load=load_of(OuterRef("pk"))).order_by("name")
    rows = [{"agent": other, "is_available": other.is_available(now), "load": other.load} for other in agents]
    rows.sort(key=lambda row: (not row["is_available"], row["load"], row["agent"].name))
    return {"conversation": conversation, "rows": rows, "teams": Team.objects.exclude(pk=conversation.team_id)}


def leaving_context(agent):
    """How many conversations an agent would leave behind, and who could take them."""
    now = timezone.now()
    number = Conversation.objects.filter(assignee=agent, status=Conversation.Status.ASSIGNED).count()
    others = Agent.objects.filter(is_active=True, receptions__in=agent.receptions.all()).exclude(pk=agent.pk).distinct()
    present = [other for other in others if other.is_available(now)]
    return {"open_count": number, "colleagues": present}
