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


def publish(news):
    """Tell every screen that may see it what changed in a thread (frames.News), after this transaction commits."""

    def tell_change():
        frame = _composed(news) if wire.is_heard() else None
        if frame:
            wire.send(frame)

    transaction.on_commit(tell_change, robust=True)


def publish_all(all_news):
    """Tell the screens of changes of one transaction.

    Where many of a number changed, its screens look again instead of being told of each.
    """
    by_number = defaultdict(list)
    for news in all_news:
        by_number[news.thread.number_id].append(news)
    for number_id, of_number in by_number.items():
        if len(of_number) > MOST_FRAMES:
            _refresh(number_id, {news.thread_id: news.version for news in of_number})
        else:
            for news in of_number:
                publish(news)


def _refresh(number_id, versions):
    told = list(versions.items())
    _send_after_commit(frames.whole("refresh", frames.text("refresh"), numbers=[number_id], told=told))


def _composed(news):
    try:
        return frames.change(news)
    except Thread.DoesNotExist:
        return frames.whole("refresh", frames.text("refresh"), numbers=[news.thread.number_id])
    except (DatabaseError, TemplateDoesNotExist, TemplateSyntaxError) as error:
        logger.error("No frame for thread %s version %s: %s", news.thread_id, news.version, type(error).__name__)
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
