"""What programs are told of a change: written in its own transaction, as the rows are when it ends.

`inbox.changes` collects (`change.tell`) and calls `write` once; what happens to no thread is told with `tell_beside` or
`tell_of_contact`. Places in the feed and webhooks come after commit (inbox.webhooks).
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from inbox.models import ApiKey, Contact, Conversation, FeedEvent, Message, Subscription, Thread
from inbox.models.feed import FEED_KIND_OF_LINE
from inbox.shapes import ContactSerializer, ConversationSerializer, MessageSerializer, with_shown
from whatsapp.prepared import Place, Prepared
from whatsapp.wake import wake

PUBLISH = "inbox.tasks.publish_events"
# What lines hold for the inbox itself, as `was` for the undoing of a closing, is nobody else's.
DETAILS = (
    "by",
    "by_rule",
    "program",
    "to",
    "to_id",
    "from",
    "team",
    "team_id",
    "why",
    "bot",
    "minutes",
    "pending",
    "waits_for",
    "undone",
    "channel",
    "state",
    "source",
)


@dataclass(frozen=True)
class Telling:
    """Something to be told of a thread. `about` holds a Message as `message`, and other names with JSON."""

    kind: str
    thread: Thread
    conversation: Conversation | None
    at: datetime
    about: dict = field(default_factory=dict)


def somebody_listens(now=None):
    """Whether any program would hear of a change. One query, asked once for each transaction that has news."""
    return bool(LISTENING.all(now=now or timezone.now()))


def _listening():
    unexpired = Q(expires_at=None) | Q(expires_at__gt=Place("now"))
    readers = ApiKey.objects.filter(unexpired, revoked_at=None, scopes__contains=[ApiKey.Scope.EVENTS_READ])
    subscribers = Subscription.objects.filter(is_active=True)
    return subscribers.values("pk").order_by().union(readers.values("pk").order_by(), all=True)[:1]


LISTENING = Prepared(_listening)


def details_of(line):
    """What a line of the thread says, for programs: names and ids, reasons."""
    told = {name: line.data[name] for name in DETAILS if name in line.data}
    return {"line": str(line.kind), "by_id": line.actor_id, **told}


def write(tellings):
    """Store these Tellings as FeedEvents, in their order, and wake the sequencer after commit."""
    conversations = _conversations({telling.conversation.pk for telling in tellings if telling.conversation})
    contacts = _contacts({telling.thread.contact_id for telling in tellings})
    FeedEvent.objects.bulk_create(
        FeedEvent(
            kind=telling.kind,
            account_id=telling.thread.number.account_id,
            number_id=telling.thread.number_id,
            thread=telling.thread,
            conversation_id=telling.conversation and telling.conversation.pk,
            occurred_at=telling.at,
            data={
                "number": telling.thread.number_id,
                "contact": contacts.get(telling.thread.contact_id),
                "conversation": telling.conversation and conversations.get(telling.conversation.pk),
                **{name: _shown(value) for name, value in telling.about.items()},
            },
        )
        for telling in tellings
    )
    wake(PUBLISH)


def tell_beside(kind, account, now=None, **about):
    """Tell of what concerns a whole WhatsApp account (None: none in particular) and no thread, if somebody listens."""
    if somebody_listens(now):
        FeedEvent.objects.create(kind=kind, account=account, occurred_at=now or timezone.now(), data=about)
        wake(PUBLISH)


def tell_of_number(kind, number, now=None, **about):
    """Tell of what concerns one number (None: none at all) and no thread. Asks nobody whether they listen."""
    FeedEvent.objects.create(
        kind=kind,
        account_id=number and number.account_id,
        number=number,
        occurred_at=now or timezone.now(),
        data={"number": number and number.pk, **about},
    )
    wake(PUBLISH)


def tell_of_contact(line, contact):
    """Tell what `line` would tell in a thread, for a contact who has none: one known by mail or SMS only."""
    told = {"number": None, "contact": _contacts([contact.pk])[contact.pk], "conversation": None}
    tell_beside(FEED_KIND_OF_LINE[line.kind], None, **told, details=details_of(line))


def _conversations(ids):
    """Read anew: what others look at in the changing row is left as it is."""
    rows = with_shown(Conversation.objects.filter(pk__in=ids)) if ids else ()
    return {row.pk: ConversationSerializer(row).data for row in rows}


def _contacts(ids):
    rows = Contact.objects.prefetch_related("identities").filter(pk__in=ids)
    return {row.pk: ContactSerializer(row).data for row in rows}


def _shown(value):
    return MessageSerializer(value).data if isinstance(value, Message) else value
