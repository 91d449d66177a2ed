"""The live inbox's socket: who may open it, and what a browser may say through it.

browser -> server: {"type": "seen", "conversation": id}     it is open, visible and in focus
                   {"type": "typing", "conversation": id}
                   {"type": "ack", "sent": n}               the answer to {"type": "mark", "sent": n}
                   {"type": "ping"}                         answered with {"type": "pong"}
"""

import json
import logging

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from inbox import frames, queries
from inbox.actions.reading import mark_read
from inbox.live import Allowance, Socket, hub_here
from inbox.live.hub import in_thread
from inbox.live.sockets import AGAIN, LOGGED_OUT, NOT_TEXT, TOO_BIG, TOO_MANY
from inbox.models import Agent, Conversation
from whatsapp.wake import wake

logger = logging.getLogger(__name__)

# The longest thing a browser has to say is under 100 characters.
LONGEST = 1024


class InboxConsumer(AsyncWebsocketConsumer):
    """One per browser tab; everything it receives comes from the Hub of this process."""

    socket = None

    async def connect(self):
        agent = self.scope["user"]
        await self.accept()
        if not agent.is_authenticated:
            await self.close(LOGGED_OUT)
            return
        self.allowance = Allowance()
        self.agent = agent
        self.socket = Socket(agent, self.scope["session"].session_key or "", self._send_text, self.close)
        try:
            await hub_here().join(self.socket)
        except Agent.DoesNotExist:
            await self.close(LOGGED_OUT)
        except DatabaseError as error:
            logger.warning("Live: no socket while the database is away (%s)", type(error).__name__)
            await self.close(AGAIN)

    async def _send_text(self, text):
        await self.base_send({"type": "websocket.send", "text": text})

    async def disconnect(self, code):
        if self.socket:
            hub_here().leave(self.socket)

    async def receive(self, text_data=None, bytes_data=None):
        if self.socket is None or self.socket.is_closing:
            return
        fault = self._fault(text_data)
        if fault:
            self.socket.end(fault)
            return
        await self._obey(_read(text_data))

    def _fault(self, text):
        if text is None:
            return NOT_TEXT
        if len(text) > LONGEST:
            return TOO_BIG
        return 0 if self.allowance.take() else TOO_MANY

    async def _obey(self, frame):
        kind = frame.get("type")
        if kind == "ack":
            self.socket.has_read(frame.get("sent"))
        elif kind == "ping":
            self.socket.offer(frames.text("pong"))
        elif kind in ("seen", "typing") and type(frame.get("conversation")) is int:
            try:
                await in_thread(SAID[kind])(self.agent, frame["conversation"])
            except DatabaseError as error:
                logger.warning("Live: %s was not noted (%s)", kind, type(error).__name__)


def _read(text):
    """The frame as a dict; what is none says nothing."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


def see(agent, conversation_id):
    """Mark a conversation read; only its assignee's looking may tell the customer."""
    try:
        conversation = queries.conversation_for(agent, conversation_id)
    except Conversation.DoesNotExist:
        return
    if conversation.unread:
        mark_read(conversation.pk, agent)
    if conversation.status == Conversation.Status.ASSIGNED and conversation.assignee_id == agent.pk:
        wake("inbox.tasks.show_read", conversation.pk, agent.pk)


def show_typing(agent, conversation_id):
    """The customer sees that their agent writes; whoever else writes is not shown."""
    if queries.visible_to(agent).filter(pk=conversation_id, assignee=agent, status="assigned").exists():
        wake("inbox.tasks.show_typing", conversation_id, agent.pk)


SAID = {"seen": see, "typing": show_typing}
