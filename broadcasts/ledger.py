"""The ledger: rows are added and moved here only, and every move is counted with it.

Whoever moves recipients holds their rows locked, and moves them inside the transaction that makes it true.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.db.models import F, Q, Sum

from broadcasts import people
from broadcasts.models import SHARDS, Recipient, Tally
from broadcasts.rules.forward import UNCONFIRMED
from whatsapp.prepared import prepared, run

Status = Recipient.Status
# Neighbours are counted together, so that a batch touches one or two counts.
NEIGHBOURS = 500
# Advisory locks of contacts whose cap is looked at.
CAP_LOCK = 7_340_052
LARGEST_KEY = 2**31

ADD = """
    WITH added AS (
        INSERT INTO broadcasts_recipient
            (broadcast_id, shard, contact_id, address, params, files, status, reason, words, due_at, moved_at,
             attempts, external_id)
        SELECT %(broadcast)s, (%(before)s + place) / %(neighbours)s %% %(shards)s, contact, address, params::jsonb,
            files::jsonb, status, reason, words, %(now)s, %(now)s, 0, ''
        FROM unnest(%(contacts)s::bigint[], %(addresses)s::text[], %(params)s::text[], %(files)s::text[],
            %(statuses)s::text[], %(reasons)s::text[], %(words)s::text[])
            WITH ORDINALITY AS given(contact, address, params, files, status, reason, words, place)
        ON CONFLICT DO NOTHING
        RETURNING shard, status
    )
    SELECT shard, status, count(*) FROM added GROUP BY shard, status
"""
MOVE_ALL = """
    WITH moved AS (
        UPDATE broadcasts_recipient SET status = %(to)s, reason = %(reason)s, words = %(words)s, due_at = %(now)s,
            moved_at = %(now)s, attempts = 0
        WHERE broadcast_id = %(broadcast)s AND status = %(from)s AND NOT reason = ANY(%(but)s)
        RETURNING shard
    )
    SELECT shard, count(*) FROM moved GROUP BY shard
"""
ENTER = """
    UPDATE broadcasts_recipient SET status = 'sending', message_id = pair.message_id, contact_id = pair.contact_id,
        moved_at = %(now)s, reason = '', words = ''
    FROM unnest(%(recipients)s::bigint[], %(messages)s::bigint[], %(contacts)s::bigint[])
        AS pair(recipient_id, message_id, contact_id)
    WHERE broadcasts_recipient.id = pair.recipient_id
"""


@dataclass(frozen=True)
class Entry:
    """A recipient to be: skipped from the beginning where there is a reason. `files` are ids (Recipient.files)."""

    address: str
    contact_id: int | None = None
    params: dict = field(default_factory=dict)
    reason: str = ""
    words: str = ""
    files: tuple[int, ...] = ()

    @property
    def status(self):
        return Status.SKIPPED if self.reason else Status.QUEUED


def add(broadcast, entries, now):
    """Write these Entries down. One whose address stands in the broadcast already is left out. Returns how many were
    added."""
    Tally.objects.bulk_create(
        [Tally(broadcast=broadcast, shard=shard) for shard in range(SHARDS)], ignore_conflicts=True
    )
    told = {
        "broadcast": broadcast.pk,
        "before": sum(totals(broadcast).values()),
        "neighbours": NEIGHBOURS,
        "shards": SHARDS,
        "now": now,
        "contacts": [entry.contact_id for entry in entries],
        "addresses": [entry.address for entry in entries],
        "params": [json.dumps(entry.params) for entry in entries],
        "files": [json.dumps(entry.files) for entry in entries],
        "statuses": [entry.status for entry in entries],
        "reasons": [entry.reason for entry in entries],
        "words": [entry.words for entry in entries],
    }
    with prepared(ADD, told) as cursor:
        added = cursor.fetchall()
    gained = defaultdict(Counter)
    for shard, status, count in added:
        gained[broadcast.pk, shard][status] = count
    _count(gained)
    return sum(count for _, _, count in added)


def totals(broadcast):
    """{status: how many} of a broadcast, as kept."""
    sums = Tally.objects.filter(broadcast=broadcast).aggregate(
        **{f"{status}_sum": Sum(status, default=0) for status in Status.values}
    )
    return {status: sums[f"{status}_sum"] for status in Status.values}


def sums(tallies):
    """The same of Tally rows at hand."""
    rows = list(tallies)
    return {status: sum(getattr(row, status) for row in rows) for status in Status.values}


def move(recipients: Iterable[Recipient], status, now, **fields):
    """Move recipients that are at hand and locked; those that stand there already only get the `fields`."""
    moved = list(recipients)
    Recipient.objects.filter(pk__in=[recipient.pk for recipient in moved]).update(status=status, moved_at=now, **fields)
    _count(_deltas((recipient, status) for recipient in moved))
    for recipient in moved:
        recipient.status = status


def move_all(broadcast, before, after, now, *, reason="", words="", but=()):
    """Move all of a broadcast's recipients in one status to another one, but for those with one of these reasons.
    Returns how many."""
    told = {"broadcast": broadcast.pk, "from": before, "to": after, "reason": reason, "words": words, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(MOVE_ALL, {**told, "but": list(but)})
        moved = cursor.fetchall()
    _count({(broadcast.pk, shard): Counter({str(after): count, str(before): -count}) for shard, count in moved})
    return sum(count for _, count in moved)


def enter(pairs, now):
    """[(recipient, message)]: these have become messages of their threads."""
    told = {
        "recipients": [recipient.pk for recipient, _ in pairs],
        "messages": [message.pk for _, message in pairs],
        "contacts": [message.thread.contact_id for _, message in pairs],
        "now": now,
    }
    run(ENTER, told)
    _count(_deltas((recipient, Status.SENDING) for recipient, _ in pairs))


def _deltas(moves):
    """{(broadcast, shard): {status: by how much}} of [(recipient as it stood, status it gets)]."""
    deltas = defaultdict(Counter)
    for recipient, status in moves:
        if recipient.status != status:
            deltas[recipient.broadcast_id, recipient.shard].update({str(status): 1, str(recipient.status): -1})
    return deltas


def _count(deltas):
    """Always in the same order: two workers who count in the same rows wait for one another, and never in a circle."""
    for (broadcast_id, shard), by_status in sorted(deltas.items()):
        changed = {status: F(status) + by for status, by in by_status.items() if by}
        Tally.objects.filter(broadcast=broadcast_id, shard=shard).update(**changed)


def take_next(broadcast, count, now):
    """Up to `count` queued recipients that are due, locked; those whom another worker holds are passed over."""
    queued = Recipient.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        broadcast=broadcast, status=Status.QUEUED, due_at__lte=now
    )
    return list(queued.order_by("due_at", "pk")[:count])


def skip(fates, now, status=Status.SKIPPED):
    """[(recipient, reason, words)]: they get no message, and the ledger says why."""
    alike = defaultdict(list)
    for recipient, reason, words in fates:
        alike[reason, words].append(recipient)
    for (reason, words), recipients in alike.items():
        move(recipients, status, now, reason=reason, words=words)


def put_off(waiting, now):
    """[(recipient, until)]: still queued, not before `until`."""
    alike = defaultdict(list)
    for recipient, until in waiting:
        alike[until].append(recipient)
    for until, recipients in alike.items():
        move(recipients, Status.QUEUED, now, due_at=until)


def over_cap(broadcast, contact_ids, now):
    """Ids of those of these contacts who have had as many broadcasts lately as this one allows. What is on its way
    counts, what failed does not. Until this transaction ends no other broadcast looks at them: two that reach for the
    same person at once keep to the cap together."""
    _one_at_a_time(contact_ids)
    if broadcast.cap_count is None:
        return frozenset()
    who = people.joined_to(contact_ids)
    got = counted_for_cap(broadcast, now).filter(contact__in=who)
    times = Counter(who[contact_id] for contact_id in got.values_list("contact", flat=True))
    return frozenset(contact_id for contact_id, count in times.items() if count >= broadcast.cap_count)


def counted_for_cap(broadcast, now):
    """The recipients of other broadcasts that its cap counts."""
    since = now - timedelta(days=broadcast.cap_days)
    others = Recipient.objects.exclude(broadcast=broadcast)
    return others.filter(Q(sent_at__gt=since) & ~Q(status=Status.FAILED) | Q(status=Status.SENDING))


def _one_at_a_time(contact_ids):
    """Only those who ask for the cap wait for one another, always in the same order."""
    keys = sorted({contact_id % LARGEST_KEY for contact_id in contact_ids})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, key) FROM unnest(%s::int[]) AS asked(key)", [CAP_LOCK, keys])


def reached(broadcast, contact_ids):
    """Ids of those of these contacts who have this broadcast already, or may have it: by a recipient who has turned out
    to be the same person."""
    who = people.joined_to(contact_ids)
    left = Q(status__in=(Status.SENDING, Status.SENT, Status.DELIVERED, Status.READ)) | Q(reason=UNCONFIRMED)
    rows = Recipient.objects.filter(left, broadcast=broadcast, contact__in=who)
    return {who[contact_id] for contact_id in rows.values_list("contact", flat=True)}
