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

from django.db.models import prefetch_related_objects
from django.template.loader import render_to_string

from inbox.models import Conversation, Event, Message, Thread
from inbox.queries.sight import with_row
from inbox.queries.threads import items_of_rows, items_of_version
from inbox.queries.whereabouts import standing_of
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


@dataclass(frozen=True)
class News:
    """What a change has to tell: its rows as they were saved.

    `items`: its messages and lines; None where it wrote more than it has in its hands.
    """

    thread: Thread
    conversation: Conversation | None
    before: Whereabouts | None
    version: int
    items: tuple[Message | Event, ...] | None = None

    @property
    def thread_id(self):
        return self.thread.pk

    @property
    def conversation_id(self):
        return self.conversation and self.conversation.pk


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


def change(news):
    """The frame of a thread's change as things stand now, or None when nobody can see the thread (any more).

    What the change has in its hands is what was committed, as long as no later version is: then it is read anew.
    Raises Thread.DoesNotExist when it was deleted.
    """
    standing = standing_of(news.thread_id)
    if standing is None:
        Thread.objects.only("pk").get(pk=news.thread_id)
        return None
    audience = audience_of(standing.places, news.conversation_id, news.before)
    is_newest = news.items is not None and standing.version == news.version
    conversation, items = _in_hand(news, standing) if is_newest else _read_anew(news)
    parts = {"thread": news.thread_id, "version": news.version, "items": render_items(items)}
    return "\n".join(
        [
            _json({"kind": "change", "thread": news.thread_id, "version": news.version, **_routing(audience)}),
            text("change", **parts, **_about(conversation, audience)) if conversation else "",
            text("change", **parts, conversation=None, row="", row_version=0, moved=False),
            text("gone", conversation=news.conversation_id),
        ]
    )


def _in_hand(news, standing):
    """(conversation, items) as the change saved them; its newest message and its tags may have been changed beside."""
    conversation, items = news.conversation, items_of_rows(news.items)
    if conversation:
        conversation.thread = news.thread
        saved = {item.message.pk: item.message for item in items if item.message}
        newest_id = conversation.last_message_id
        conversation.last_message = saved.get(newest_id) or Message.objects.filter(pk=newest_id).first()
        if conversation.pk in standing.tagged_ids:
            prefetch_related_objects([conversation], "tags")
        else:
            conversation.has_no_tags()
    return conversation, items


def _read_anew(news):
    conversation = with_row(Conversation.objects.filter(pk=news.conversation_id)).first()
    thread = conversation.thread if conversation else news.thread
    return conversation, items_of_version(thread, news.version)


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


def audience_of(places, conversation_id=None, before=None):
    """Who sees a thread and, in it, the changed conversation: `places` are the Whereabouts of its conversations."""
    now = next((where for where in places if where.conversation_id == conversation_id), None)
    return Audience(now, before, together([where for where in places if where is not now]))


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
