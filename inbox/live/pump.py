"""Finds changes that this process was not told: frames are hints, the threads' change feed is the truth.

The cursor is PostgreSQL's oldest running transaction (pg_snapshot_xmin): everything older is complete. What is newer
is looked at as well, and once more in the next round: a change that commits late is never skipped, and a transaction
that runs long (in another database too) delays nothing.
"""

from collections import OrderedDict

from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from inbox.models import Agent, Thread

# Remembered versions of threads; one forgotten too early costs a needless refresh.
MEMORY = 50_000


class Pump:
    """Remembers which versions were told; asks the database for those that were not."""

    def __init__(self):
        self._told = OrderedDict()
        self._cursor = None

    def note(self, thread_id, version):
        """A frame of this version has come."""
        self._told[thread_id] = max(version, self._told.get(thread_id, 0))
        self._told.move_to_end(thread_id)
        if len(self._told) > MEMORY:
            self._told.popitem(last=False)

    def untold(self, changed):
        """Of {thread id: version} those whose frame has not come."""
        return {thread_id: version for thread_id, version in changed.items() if self._told.get(thread_id, 0) < version}

    def look(self):
        """{thread id: version} changed since the last look and not told. The first look only sets the cursor."""
        oldest_running = _oldest_running()
        changed = _changed_since(self._cursor) if self._cursor is not None else {}
        self._cursor = oldest_running
        return self.untold(changed)


def _oldest_running():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return cursor.fetchone()[0]


def _changed_since(cursor):
    return dict(Thread.objects.filter(changed_xid__gte=cursor).values_list("pk", "version"))


def standing_of(agent_ids, session_keys):
    """({agent id: (role, may log in, password)}, the session keys still valid): two look-ups by key."""
    agents = {
        pk: (role, is_active, password)
        for pk, role, is_active, password in Agent.objects.filter(pk__in=agent_ids)
        .order_by()
        .values_list("pk", "role", "is_active", "password")
    }
    valid = Session.objects.filter(pk__in=session_keys, expire_date__gt=timezone.now()).values_list("pk", flat=True)
    return agents, set(valid)
