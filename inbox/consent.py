"""Keep what customers want: one way to refuse a channel, one to agree to it again, whoever tells us of it.

    refuse(contact, Channel.EMAIL, Said(Source.LINK))
    agree(contact, Channel.WHATSAPP, Said(Source.AGENT, by=agent))

The contact's field is what the sending rights ask (`whatsapp_optout`: "all" blocks whatever we start, S3-53, S3-54);
the rows of Consent say how it came to be. What a customer said themselves earlier than what they said last is kept, and
changes nothing: words arrive in any order.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from inbox import feed
from inbox.acting import program_named
from inbox.changes import change_thread
from inbox.models import Agent, Consent, Contact, Event
from inbox.rules.consent import ALL, FIELDS, NOTHING, STRENGTH, after_refusal
from whatsapp.processing import is_in_the_way

Channel, Source, State = Consent.Channel, Consent.Source, Consent.State

# Where another transaction was in the way.
TRIES = 3


@dataclass(frozen=True)
class Said:
    """How we know: a Consent.Source, the agent who did it where one did, and when it was said (None: now)."""

    source: str
    by: Agent | None = None
    at: datetime | None = None


def refuse(contact, channel, said, what=ALL, within=None):
    """The contact wants nothing of this channel any more that we start; `what`: "all", or "marketing" alone.

    It never lowers what was refused before. `within`: the Change of their thread that this is a part of; without one,
    each of their threads gets a line. Programs hear of it either way. Returns whether anything changed.
    """
    return _choose(contact, channel, said, State(what), within)


def agree(contact, channel, said, within=None):
    """The contact takes back what they refused on this channel, or agrees in so many words. Returns whether that was
    new."""
    return _choose(contact, channel, said, State.OPTED_IN, within)


def choose(contact, channel, wanted, said):
    """Make `wanted` ("", "marketing" or "all") what is in force: agreed first where it is milder than what is."""
    was = stored(contact, channel)
    if STRENGTH[wanted] < STRENGTH[was]:
        agree(contact, channel, said)
    if wanted != NOTHING:
        refuse(contact, channel, said, wanted)


def stored(contact, channel):
    """What is in force: "", "marketing" or "all"."""
    return getattr(contact, FIELDS[Channel(channel)])


def newest(contact, channel):
    """The newest Consent of a contact on a channel, None where they never said anything."""
    return Consent.objects.filter(contact=contact, channel=channel).order_by("-at", "-pk").first()


def _choose(contact, channel, said, state, within):
    if within is not None:
        return _keep(contact, channel, said, state, [within])
    for _ in range(TRIES - 1):
        try:
            return _choose_alone(contact, channel, said, state)
        except OperationalError as error:
            if connection.in_atomic_block or not is_in_the_way(error):
                raise
    return _choose_alone(contact, channel, said, state)


def _choose_alone(contact, channel, said, state):
    """Threads first, as words do; a merge and a new profile name take the contact first, and may be in the way."""
    with transaction.atomic(), ExitStack() as locked:
        thread_ids = list(contact.threads.order_by("pk").values_list("pk", flat=True))
        if not _is_new(contact, channel, state):
            return False
        changes = [locked.enter_context(change_thread(thread_id)) for thread_id in thread_ids]
        return _keep(contact, channel, said, state, changes)


def _keep(contact, channel, said, state, changes):
    """Under the contact's lock: the row, the contact's field, a line in each thread that is being changed."""
    Contact.objects.select_for_update(no_key=True).values_list("pk").get(pk=contact.pk)
    contact.refresh_from_db(fields=[FIELDS[channel]])
    if not _is_new(contact, channel, state):
        return False
    at = said.at or (changes[0].now if changes else timezone.now())
    is_overtaken = _said_later(contact, channel, said, at)
    Consent.objects.create(contact=contact, channel=channel, state=state, source=said.source, by=said.by, at=at)
    if is_overtaken:
        return False
    _set(contact, channel, state)
    line = _line(channel, said, state)
    for change in changes:
        _show(change, contact, channel, line, at)
    if not changes:
        feed.tell_of_contact(line, contact)
    return True


def _is_new(contact, channel, state):
    """Refusing what is refused is nothing new; agreeing is, until they have agreed in so many words."""
    now = stored(contact, channel)
    if state != State.OPTED_IN:
        return after_refusal(now, state) != now
    last = newest(contact, channel)
    return now != NOTHING or last is None or last.state != State.OPTED_IN


def _said_later(contact, channel, said, at):
    if said.source not in Consent.OWN:
        return False
    theirs = Consent.objects.filter(contact=contact, channel=channel, source__in=Consent.OWN)
    return theirs.filter(at__gt=at).exists()


def _set(contact, channel, state):
    becomes = NOTHING if state == State.OPTED_IN else after_refusal(stored(contact, channel), state)
    setattr(contact, FIELDS[channel], becomes)
    contact.save(update_fields=[FIELDS[channel]])


def _line(channel, said, state):
    kind = Event.Kind.OPTED_IN if state == State.OPTED_IN else Event.Kind.OPTED_OUT
    told = {"channel": str(channel), "state": str(state), "source": str(said.source)}
    who = {"by": str(said.by)} if said.by else program_named()
    return Event(kind=kind, actor=said.by, data={**told, **who})


def _show(change, contact, channel, line, at):
    """The line, and the contact as the change's thread has it at hand."""
    setattr(change.thread.contact, FIELDS[channel], stored(contact, channel))
    change.record(line.kind, actor=line.actor, at=at, **line.data)
