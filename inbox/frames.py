"""What travels on the wire: a routing line for the web processes, then the texts that browsers get.

    {"kind": "change", "thread": 7, "version": 3, "now": {...}, "before": {...}, "others": [{...}]}
    {"type": "change", ..., "row": "<li ...>"}      for those who see the conversation
    {"type": "change", ..., "row": ""}              for those who see only the thread, through another conversation
    {"type": "gone", "conversation": 9}             for those who saw the conversation before and do not now

Texts are JSON without line breaks, made once, and go to the sockets unread.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, fields

from django.template.loader import render_to_string

from inbox.models import Conversation, Thread
from inbox.queries.sight import with_row
from inbox.queries.threads import items_of_version
from inbox.queries.whereabouts import whereabouts_of
from inbox.rules.visibility import Whereabouts, may_see


@dataclass(frozen=True)
class Audience:
    """Where a changed conversation is and was, and the thread's other conversations: who sees what of the change."""

    now: Whereabouts | None
    before: Whereabouts | None = None
    others: tuple[Whereabouts, ...] = ()

    @property
    def number_ids(self):
        return {where.number_id for where in (self.now, self.before, *self.others) if where}

    def sees_conversation(self, viewer):
        return self.now is not None and may_see(viewer, self.now)

    def sees_thread(self, viewer):
        return self.sees_conversation(viewer) or sees_any(viewer, self.others)

    def saw_conversation(self, viewer):
        return self.before is not None and may_see(viewer, self.before)


def whole(kind, text, **routing):
    """A frame of one text: the routing line, then the text."""
    return "\n".join([_json({"kind": kind, **routing}), text])


def split(frame):
    """(routing dict, list of texts) of what came over the wire."""
    routing, *texts = frame.split("\n")
    return json.loads(routing), texts


def text(kind, **content):
    """What a browser gets: one JSON object named by its type."""
    return _json({"type": kind, **content})


def digest(session_key):
    """A session by a name that opens nothing."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def _json(content):
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def change(thread_id, conversation_id, before, version):
    """The frame of a thread's change as things stand now, or None when nobody can see the thread (any more).

    Raises Thread.DoesNotExist when it was deleted.
    """
    conversation = with_row(Conversation.objects.filter(pk=conversation_id)).first() if conversation_id else None
    thread = (
        conversation.thread if conversation else Thread.objects.select_related("contact", "number").get(pk=thread_id)
    )
    audience = audience_of(thread_id, conversation, before)
    if audience.now is None and not audience.others:
        return None
    items = render_items(items_of_version(thread, version))
    parts = {"thread": thread_id, "version": version, "items": items}
    return "\n".join(
        [
            _json({"kind": "change", "thread": thread_id, "version": version, **_routing(audience)}),
            text("change", **parts, **_about(conversation, audience)) if conversation else "",
            text("change", **parts, conversation=None, row="", row_version=0, moved=False),
            text("gone", conversation=conversation_id),
        ]
    )


def _about(conversation, audience):
    return {
        "conversation": conversation.pk,
        "row": render_row(conversation),
        "row_version": conversation.thread.version,
        "moved": has_moved(audience.before, audience.now),
        "status": conversation.status,
        "assignee": conversation.assignee_id,
        "last_inbound": conversation.last_inbound_id,
    }


def has_moved(before, now):
    """True when folders and counts may differ: new, or another status, assignee, team or participant."""
    return before is None or before != now


def render_row(conversation):
    return render_to_string("inbox/_row.html", {"conversation": conversation}).strip()


def render_items(items):
    """The items as the page shows them, one after another."""
    return "".join(_render_item(item) for item in items)


def _render_item(item):
    if item.message:
        return render_to_string("inbox/_message.html", {"message": item.message}).strip()
    return render_to_string("inbox/_event.html", {"event": item.event}).strip()


def audience_of(thread_id, conversation=None, before=None):
    """Read who sees a thread and, in it, the changed conversation, in one query."""
    found = whereabouts_of([thread_id]).get(thread_id, [])
    now = next((where for where in found if conversation and where.conversation_id == conversation.pk), None)
    return Audience(now, before, together([where for where in found if where is not now]))


def together(found):
    """Whereabouts of one thread with all its closed conversations as one: however long its history, few remain."""
    closed = [where for where in found if where.status == Conversation.Status.CLOSED]
    if not closed:
        return tuple(found)
    served = frozenset().union(*(where.participant_ids | {where.assignee_id} for where in closed)) - {None}
    past = Whereabouts(closed[0].conversation_id, closed[0].number_id, "closed", None, None, served, False)
    return (*(where for where in found if where.status != Conversation.Status.CLOSED), past)


def texts_for(viewer, audience, texts):
    """Which of a change frame's texts this viewer gets, in order."""
    for_conversation, for_thread, gone = texts
    if audience.sees_conversation(viewer):
        return [for_conversation]
    told = [gone] if audience.saw_conversation(viewer) else []
    return [*told, for_thread] if audience.sees_thread(viewer) else told


def sees_any(viewer, found):
    """True when the viewer sees one of these whereabouts."""
    return any(may_see(viewer, where) for where in found)


def _routing(audience):
    return {
        "now": _plain(audience.now),
        "before": _plain(audience.before),
        "others": [_plain(where) for where in audience.others],
    }


def _plain(where):
    return where and {**asdict(where), "participant_ids": sorted(where.participant_ids)}


def read_audience(routing):
    """The Audience of a change frame's routing line."""
    others = tuple(_where(plain) for plain in routing["others"])
    return Audience(_where(routing["now"]), _where(routing["before"]), others)


def _where(plain):
    if plain is None:
        return None
    values = {field.name: plain[field.name] for field in fields(Whereabouts)}
    return Whereabouts(**{**values, "participant_ids": frozenset(values["participant_ids"])})
