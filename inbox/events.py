"""News for the screens: composed once after commit, sent by the wire, handed to the sockets that may see it.

A frame that is lost costs nothing but time: every web process finds changes that it was not told (inbox.live.pump).
"""

import logging
from collections import defaultdict

from django.db import DatabaseError, transaction
from django.template import TemplateDoesNotExist, TemplateSyntaxError

from inbox import frames, wire
from inbox.models import Agent, Thread
from inbox.queries.sight import sight_of

logger = logging.getLogger(__name__)

# A frame is dear (a row and its items are rendered); a list that looks again shows any number of changes at once.
MOST_FRAMES = 5


def publish(thread, conversation, before, version):
    """Tell every screen that may see it what changed in `thread` at `version`, after this transaction commits."""
    thread_id, number_id, conversation_id = thread.pk, thread.number_id, conversation and conversation.pk

    def tell_change():
        frame = _composed(thread_id, number_id, conversation_id, before, version)
        if frame:
            wire.send(frame)

    transaction.on_commit(tell_change, robust=True)


def publish_all(changes):
    """Tell the screens of changes of one transaction: [(thread, conversation, before, version)].

    Where many of a number changed, its screens look again instead of being told of each.
    """
    by_number = defaultdict(list)
    for change in changes:
        by_number[change[0].number_id].append(change)
    for number_id, news in by_number.items():
        if len(news) > MOST_FRAMES:
            _refresh(number_id, {thread.pk: version for thread, _, _, version in news})
        else:
            for change in news:
                publish(*change)


def _refresh(number_id, versions):
    told = list(versions.items())
    _send_after_commit(frames.whole("refresh", frames.text("refresh"), numbers=[number_id], told=told))


def _composed(thread_id, number_id, conversation_id, before, version):
    try:
        return frames.change(thread_id, conversation_id, before, version)
    except Thread.DoesNotExist:
        return frames.whole("refresh", frames.text("refresh"), numbers=[number_id])
    except (DatabaseError, TemplateDoesNotExist, TemplateSyntaxError) as error:
        logger.error("No frame for thread %s version %s: %s", thread_id, version, type(error).__name__)
        return None


def agent_changed(agent):
    """Tell the agent and the supervisors of the same numbers about availability, load and limit, after commit."""
    agent_id = agent.pk

    def tell_agent():
        frame = _agent_frame(agent_id)
        if frame:
            wire.send(frame)

    transaction.on_commit(tell_agent, robust=True)


def _agent_frame(agent_id):
    row = Agent.objects.filter(pk=agent_id).values("name", "availability").first()
    if row is None:
        return None
    sight = sight_of(agent_id)
    about = {"agent": agent_id, **row, "load": sight.load, "limit": sight.limit}
    return frames.whole("agent", frames.text("agent", **about), agent=agent_id, numbers=sorted(sight.viewer.number_ids))


def read_changed(agent_id, conversation_id, message_id):
    """Tell the agent's other tabs how far a conversation is read (0: marked as unread), after commit."""
    text = frames.text("read", conversation=conversation_id, message=message_id)
    _send_after_commit(frames.whole("read", text, agent=agent_id))


def viewers_changed(agent_ids=None, number_id=None):
    """Make the web processes read anew who these agents are; all who see the number look again at their lists.

    `agent_ids` None: every connected agent. Sent after commit.
    """
    _send_after_commit(
        frames.whole("viewers", frames.text("refresh"), agents=agent_ids and sorted(agent_ids), number=number_id)
    )


def session_ended(session_key):
    """Close the sockets of a browser that logged out. The key itself does not travel."""
    _send_after_commit(
        frames.whole("session", frames.text("bye", why="logged_out"), session=frames.digest(session_key))
    )


def _send_after_commit(frame):
    transaction.on_commit(lambda: wire.send(frame), robust=True)
