"""A relay that failed, or was never answered: people get a conversation that waited for its program."""

from automation import outgoing
from automation.bots import endings
from automation.models import Decision, Relay
from automation.relay import making
from automation.relay.changing import opened
from automation.rules.scripts import Why
from inbox.actions.assignment import hand_over_within
from inbox.models import Conversation, Event, FeedKind
from inbox.moves import write_line

Status = Conversation.Status
FAILED = "relay_failed"
KEPT_SILENT = "It did not answer in time."
TWO_MACHINES = "Two machines seem to be talking to each other."


def overdue(relay_id, now=None):
    """Its time is up, unless it was settled meanwhile."""
    with opened(relay_id, now) as (change, relay):
        if relay.is_open and relay.deadline_at <= change.now:
            fail_within(change, relay, KEPT_SILENT, Why.SILENT)


def fail_within(change, relay, words, why=Why.FAILED):
    """The same as a part of a larger change; `why` is what a bot's handover says."""
    relay.settle(Relay.Status.FAILED, change.now, words)
    write_line(change, Event.Kind.RELAY_FAILED, words=words, relay=relay.pk, **making.program_of(relay.api_key))
    about = {"message": relay.message} if relay.message else {}
    change.tell(FeedKind.RELAY_FAILED, **about, relay=_told(relay))
    wait_again(change.conversation, relay)
    to_people(change, why)


def _told(relay):
    about = {"id": relay.pk, "key": relay.api_key_id, "kind": relay.kind}
    return {**about, "correlation": relay.correlation, "failure": relay.failure}


def fail_among_machines(change, relay):
    """Its words would be one too many within ten minutes: two machines are talking."""
    outgoing.stop(change, Decision.BOT if relay.is_for_bot else Decision.RELAY)
    fail_within(change, relay, TWO_MACHINES, Why.TOO_MUCH)


def wait_again(conversation, relay):
    """The customer's word that the workflow took is unanswered again, unless a person has written since."""
    word = relay.message
    if relay.taken_at is None or relay.is_for_bot or word is None or not conversation.is_open:
        return
    if conversation.agent_wrote_at is None or conversation.agent_wrote_at < word.created_at:
        conversation.unanswered_since = min(word.created_at, conversation.unanswered_since or word.created_at)


def to_people(change, why):
    """A conversation that waits for the customer, or is with the bot, is handed over; another one has people."""
    conversation = change.conversation
    if conversation.status == Status.BOT:
        endings.hand_over(change, why)
    elif conversation.status == Status.PENDING:
        hand_over_within(change, FAILED)
