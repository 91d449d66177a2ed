"""Who sees which broadcasts, and how far each has come. Pages look up through these only."""

from dataclasses import dataclass, fields

from django.db.models import Count, Q, Sum

from broadcasts.models import Broadcast, Recipient, Tally
from inbox.actions.refusals import Refusal
from inbox.queries import numbers_of

Status = Broadcast.Status
Channel = Broadcast.Channel
SHOWN_WITH = ("number", "email_sender", "sms_sender", "created_by", "api_key")
# What the list can be narrowed to, in the order of a broadcast's life: {word in the address: (label, statuses)}.
STATES = {
    "draft": ("Drafts", [Status.DRAFT]),
    "scheduled": ("Scheduled", [Status.SCHEDULED]),
    "under_way": ("Under way", [Status.SENDING]),
    "paused": ("Paused", [Status.PAUSED]),
    "ended": ("Ended", list(Broadcast.ENDED)),
}
LONGEST_SEARCH = 100
# The source of tests that somebody sent to themselves: they stand with their draft, not in the list.
TESTS = "test:"


def visible_to(agent):
    """The broadcasts that an agent sees: supervisors those of their numbers and of the channels that have none, admins
    all, agents nothing. What has no sender yet is its author's."""
    return _of(agent).filter(deleted_at=None)


def deleted_for(agent, broadcast_id):
    """The draft that was deleted and can still be brought back, None where there is none that this agent sees."""
    return _of(agent).filter(pk=broadcast_id).exclude(deleted_at=None).first() if broadcast_id else None


def _of(agent):
    if not agent.is_active or not agent.is_supervisor:
        return Broadcast.objects.none()
    if agent.is_admin:
        return Broadcast.objects.all()
    of_all, own_and_new = ~Q(channel=Channel.WHATSAPP), Q(created_by=agent, number=None)
    return Broadcast.objects.filter(Q(number__in=numbers_of(agent).values("pk")) | of_all | own_and_new)


def broadcast_for(agent, broadcast_id):
    """The broadcast with its number and author. Raises Broadcast.DoesNotExist if unseen."""
    return visible_to(agent).select_related(*SHOWN_WITH).get(pk=broadcast_id)


def draft_to_change(broadcast_id):
    """The draft, to be changed by the transaction that this runs in: it does not begin meanwhile. Raises Refusal."""
    rows = Broadcast.objects.select_for_update(of=("self",)).select_related("number")
    draft = rows.filter(pk=broadcast_id, status=Broadcast.Status.DRAFT, deleted_at=None).first()
    if draft is None:
        raise Refusal("broadcast_started", "This broadcast is no draft any more.")
    return draft


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to."""

    q: str = ""
    channel: str = ""
    state: str = ""

    @classmethod
    def read(cls, data):
        """From the address; what makes no sense is left out."""
        channel, state = data.get("channel", ""), data.get("state", "")
        return cls(
            data.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
            channel if channel in Channel.values else "",
            state if state in STATES else "",
        )

    @property
    def chosen(self):
        """Those that are set, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self) if getattr(self, field.name)}


def listed(agent, filters):
    """The broadcasts of the list, newest first."""
    found = visible_to(agent).select_related(*SHOWN_WITH)
    found = found.filter(Q(audience__source__isnull=True) | ~Q(audience__source__startswith=TESTS))
    if filters.q:
        found = found.filter(name__icontains=filters.q)
    if filters.channel:
        found = found.filter(channel=filters.channel)
    if filters.state:
        found = found.filter(status__in=STATES[filters.state][1])
    return found.order_by("-id")


@dataclass(frozen=True)
class Figures:
    """How many recipients stand in which status."""

    queued: int = 0
    sending: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    skipped: int = 0
    cancelled: int = 0

    @property
    def total(self):
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def waiting(self):
        """Those who still get it."""
        return self.queued + self.sending

    @property
    def has_left(self):
        """Accepted by WhatsApp, the mail server or the gateway, whatever became of it."""
        return self.sent + self.delivered + self.read

    @property
    def has_arrived(self):
        return self.delivered + self.read

    @property
    def done(self):
        return self.total - self.waiting


@dataclass(frozen=True)
class Failures:
    """How many failed for the same reason, in words for people."""

    words: str
    count: int


def failures_of(broadcast, most=5):
    """Why its recipients failed, the commonest reason first."""
    failed = Recipient.objects.filter(broadcast=broadcast, status=Recipient.Status.FAILED).order_by()
    rows = failed.values_list("words").annotate(count=Count("pk")).order_by("-count", "words")
    return [Failures(words, count) for words, count in rows[:most]]


def figures_of(broadcast_ids):
    """{broadcast id: Figures}, in one query."""
    names = [field.name for field in fields(Figures)]
    sums = {name: Sum(name) for name in names}
    rows = Tally.objects.filter(broadcast__in=broadcast_ids).order_by().values("broadcast").annotate(**sums)
    found = {row["broadcast"]: Figures(*(row[name] for name in names)) for row in rows}
    return {broadcast_id: found.get(broadcast_id, Figures()) for broadcast_id in broadcast_ids}
