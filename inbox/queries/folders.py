"""The folders of the inbox page: what stands in them, filters, order, counts."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from inbox.models import Contact, Conversation, Participant
from inbox.queries.sight import seen_with, sight_of, unread_by, with_row
from inbox.rules.line import WAITING

Status = Conversation.Status
OPEN = ~Q(status=Status.CLOSED)
WAITS = Q(status__in=WAITING)


def _window_open(now):
    return Q(thread__window_until__gt=now)


def _window_closed(now):
    return Q(thread__window_until=None) | Q(thread__window_until__lte=now)


def _followed(agent_id):
    return Q(
        Exists(Participant.objects.filter(conversation=OuterRef("pk"), agent=agent_id, is_following=True)),
    )


# name -> (what stands in it, the statuses shown while no other is asked for)
FOLDERS = {
    "mine": (lambda agent_id, now: Q(assignee=agent_id), Q(status=Status.ASSIGNED)),
    "following": (lambda agent_id, now: _followed(agent_id), OPEN),
    "queue": (lambda agent_id, now: Q(status=Status.QUEUED) & _window_open(now), Q()),
    "unassigned": (lambda agent_id, now: Q(status=Status.UNASSIGNED) & _window_open(now), Q()),
    "window_closed": (lambda agent_id, now: WAITS & _window_closed(now), Q()),
    "bot": (lambda agent_id, now: Q(status=Status.BOT), Q()),
    "all": (lambda agent_id, now: Q(), OPEN),
}
ORDERS = {
    "": ("-bumped_at", "-id"),
    "waiting": ("waiting_since", "id"),
    "closes_soon": ("thread__window_until", "id"),
}


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to (S4-31). `q` is a part of the customer's name or phone."""

    q: str = ""
    tag: int | None = None
    number: int | None = None
    status: str = ""
    unread: bool = False
    sort: str = ""

    @classmethod
    def read(cls, query):
        """From a request's GET; values that make no sense filter nothing."""
        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:100],
            tag=number_in(query.get("tag", "")),
            number=number_in(query.get("number", "")),
            status=query.get("status", "") if query.get("status", "") in Status.values else "",
            unread=query.get("unread", "") in ("1", "true", "on"),
            sort=query.get("sort", "") if query.get("sort", "") in ORDERS else "",
        )


def number_in(text):
    """A row's id or a version out of an address, None for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def folder(agent, name, filters=None, now=None):
    """The conversations of one of FOLDERS as rows in order, each with `unread`; give it to `page`.

    `filters.status` shows that status instead of the open ones: closed (mine, following, all) and, for supervisors,
    pending. Sorting by `closes_soon` leaves out conversations whose window is closed; `waiting` shows the line's order.
    """
    filters, now = filters or Filters(), now or timezone.now()
    inside, usual_statuses = FOLDERS[name]
    conversations = seen_with(sight_of(agent.pk)).filter(inside(agent.pk, now))
    conversations = conversations.filter(Q(status=filters.status) if filters.status else usual_statuses)
    conversations = _narrow(with_row(conversations, agent.pk), filters)
    return _ordered(conversations, filters.sort, now)


def _narrow(conversations, filters):
    if filters.number:
        conversations = conversations.filter(thread__number=filters.number)
    if filters.tag:
        tagged = Conversation.tags.through.objects.filter(conversation=OuterRef("pk"), tag=filters.tag)
        conversations = conversations.filter(Exists(tagged))
    if filters.unread:
        conversations = conversations.filter(unread=True)
    if filters.q:
        conversations = conversations.filter(thread__contact__in=contacts_like(filters.q))
    return conversations


def contacts_like(words):
    """Contacts by a part of the name, the name on WhatsApp, or the phone however it was typed."""
    matches = Q(name__icontains=words) | Q(profile_name__icontains=words)
    digits = "".join(character for character in words if character.isdecimal())
    if digits and not any(character.isalpha() for character in words):
        matches |= Q(phone__icontains=digits.lstrip("0") or digits)
    return Contact.objects.filter(matches).values("pk")


def _ordered(conversations, sort, now):
    if sort == "closes_soon":
        conversations = conversations.filter(_window_open(now))
    if sort == "waiting":
        # As the index of the line says it.
        conversations = conversations.filter(waiting_since__isnull=False)
    return conversations.order_by(*ORDERS[sort])


def counts(agent, now=None):
    """{folder: n, ..., "unread_mine": n, "in_queue": n, "load": n, "limit": n or None} in two queries.

    Only open conversations are counted, through their partial indexes: the closed ones, however many, cost nothing.
    """
    now = now or timezone.now()
    mine = Q(assignee=agent.pk)
    numbers = {
        name: Count("pk", filter=inside(agent.pk, now)) for name, (inside, _) in FOLDERS.items() if name != "all"
    }
    sight = sight_of(agent.pk)
    found = (
        seen_with(sight)
        .filter(OPEN)
        .aggregate(
            **numbers,
            all=Count("pk"),
            unread_mine=Count("pk", filter=mine & Q(unread_by(agent.pk))),
        )
    )
    return {
        **found,
        "in_queue": found["queue"],
        "load": sight.load,
        "limit": sight.limit,
    }
