"""Make the row that a program is told by, inside the change that received the word."""

from datetime import timedelta

from automation.models import Relay
from inbox.models import Event
from inbox.moves import write_line
from whatsapp.wake import wake

SEND = "automation.tasks.send_relays"
# A bot's customer waits for it right now.
BOT_PATIENCE = timedelta(seconds=30)
Kind = Relay.Kind


def relay_response(change, kind, asked, message=None, **line):
    """What the customer answered to `asked`, a message of ours sent for a workflow, goes to that workflow."""
    key = asked.api_key
    patience = timedelta(minutes=key.relay_patience_minutes if key else 0)
    relay = Relay(
        kind=kind,
        asked=asked,
        message=message,
        api_key=key,
        url=asked.on_answer.get("callback") or (key.relay_url if key else ""),
        correlation=asked.on_answer.get("correlation"),
        deadline_at=change.now + patience,
    )
    write_line(change, Event.Kind.RELAYED, what=str(kind), **program_of(key), **line)
    return _put(change, relay)


def program_of(key):
    """Whose workflow it is, as lines keep it."""
    return {"program": str(key)} if key else {}


def relay_to_bot(change, message):
    """A customer's word goes to the program of the bot that serves."""
    bot = change.conversation.bot
    return _put(
        change,
        Relay(
            kind=Kind.BOT,
            message=message,
            api_key=bot.api_key,
            url=bot.endpoint_url,
            deadline_at=message.created_at + BOT_PATIENCE,
        ),
    )


def _put(change, relay):
    relay.conversation = change.conversation
    relay.created_at = relay.retry_at = change.now
    relay.save()
    wake(SEND, change.thread.pk, queue="bulk")
    return relay
