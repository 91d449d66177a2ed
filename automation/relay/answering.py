"""What a program answers is done, once: nothing, words, over to people, or the end of the conversation.

The scopes of its key hold, as if it had called for each of it. What is refused leaves nothing behind.
"""

from automation import outgoing
from automation.bots import endings
from automation.models import Relay
from automation.relay import bots, failing
from automation.relay.changing import opened
from automation.rules.relays import Action, Answer
from automation.rules.scripts import Why
from inbox import acting
from inbox.actions import closing
from inbox.actions.assignment import hand_over_within
from inbox.actions.naming import agent_named, team_named
from inbox.actions.permission import ask_for_scope, ask_to_serve
from inbox.actions.refusals import Refusal
from inbox.actions.sending.drafts import Draft, put
from inbox.actions.sending.entering import ask_not_closed
from inbox.models import ApiKey, Conversation, Event, Message
from inbox.moves import write_line

Scope = ApiKey.Scope
RULE = "workflow"


def answer(relay_id, said: Answer, now=None):
    """Do what a program said, and return the Relay: answered, or failed where two machines were talking.

    Raises Refusal: relay_answered and relay_failed for one that is settled, whatever the actions refuse otherwise.
    """
    with opened(relay_id, now) as (change, relay):
        _ask_for_open(relay)
        carry_out(change, relay, said)
    return relay


def carry_out(change, relay, said):
    """The same as a part of a larger change."""
    with acting.as_program(str(relay.api_key)):
        _carry_out(change, relay, said)


def _carry_out(change, relay, said):
    _ask_for_scopes(relay.api_key, said)
    if said.action == Action.LATER and relay.spoke_freely:
        said = Answer(Action.NONE, told=Relay.FREE)
    relay.answer = said.told or {"action": str(said.action)}
    take(change, relay)
    if said.action == Action.LATER:
        return
    for words in said.words:
        if outgoing.is_among_machines(change):
            failing.fail_among_machines(change, relay)
            return
        _say(change, relay, words)
    relay.settle(Relay.Status.ANSWERED, change.now)
    if not relay.is_for_bot:
        write_line(change, Event.Kind.RELAY_ANSWERED, did=str(said.action), messages=len(said.words), relay=relay.pk)
    bots.dealt_with(change, relay)
    DOINGS.get(said.action, _nothing)(change, relay, said)


def take(change, relay):
    """The workflow has it: that counts as an answer to the customer, as long as it answers indeed."""
    relay.status, relay.claimed_until = Relay.Status.TAKEN, None
    if relay.taken_at is not None:
        return
    relay.taken_at = change.now
    if relay.message and not relay.is_for_bot:
        change.conversation.unanswered_since = _unanswered_besides(change.conversation, relay)


def _unanswered_besides(conversation, relay):
    """Since when the customer is unanswered, this word not counted: an older one still is, or a later one."""
    since, word = conversation.unanswered_since, relay.message
    if since is None or since < word.created_at:
        return since
    words = Message.objects.filter(conversation=conversation, author_kind=Message.Author.CUSTOMER, pk__gt=word.pk)
    words = words.exclude(kind__in=Message.ANNOTATIONS).exclude(relays__taken_at__isnull=False)
    return words.order_by("pk").values_list("created_at", flat=True).first()


def _ask_for_open(relay):
    if relay.status == Relay.Status.ANSWERED:
        raise Refusal("relay_answered", "This relay was answered already.")
    if relay.status == Relay.Status.FAILED:
        raise Refusal("relay_failed", f"It is too late for an answer. {relay.failure}")


def _ask_for_scopes(key, said):
    """Raise NotAllowed for what the key may not do by itself."""
    is_template = [words.content.kind == "template" for words in said.words]
    needed = {
        Scope.MESSAGES_TEMPLATES: any(is_template),
        Scope.MESSAGES_FREE_FORM: not all(is_template),
        Scope.CONVERSATIONS_WRITE: said.action in (Action.HAND_OVER, Action.COMPLETE),
    }
    for scope, is_needed in needed.items():
        if is_needed:
            ask_for_scope(key, scope)


def _say(change, relay, words):
    ask_not_closed(change.conversation)
    conversation = change.conversation
    as_agent = words.as_agent and conversation.status == Conversation.Status.ASSIGNED
    put(
        change,
        Draft(
            words.content,
            conversation.assignee if as_agent else None,
            author_kind=Message.Author.AGENT if as_agent else Message.Author.INTEGRATION,
            bump=words.bump,
            on_answer=words.on_answer or {},
            api_key=relay.api_key,
            context={"relay": relay.pk},
        ),
    )


def _nothing(change, relay, said):
    """The words were all, or there is nothing to do."""


def _hand_over(change, relay, said):
    conversation = change.conversation
    team, agent = _named(said, relay.api_key.number_id)
    if agent:
        ask_to_serve(agent, change.thread.number, field="agent")
    if conversation.status == Conversation.Status.BOT:
        endings.hand_over(change, Why.SCRIPT, said.team_id, said.agent_id)
        return
    conversation.team = team or conversation.team
    conversation.handover_to = agent or conversation.handover_to
    hand_over_within(change, RULE, **({"team": team.name} if team else {}))


def _named(said, number_id):
    """(team, agent) or None in their places, as far as a key of this number (None: any) reaches them."""
    team = None if said.team_id is None else team_named(said.team_id, number_id)
    agent = None if said.agent_id is None else agent_named(said.agent_id, number_id)
    return team, agent


def _complete(change, relay, said):
    """S0-33: what the workflow has to say never takes a conversation away from an agent."""
    conversation = change.conversation
    if conversation.status == Conversation.Status.ASSIGNED:
        raise Refusal("agent_serves", f"{conversation.assignee} is serving this conversation, and closes it.")
    if conversation.status == Conversation.Status.BOT:
        endings.complete(change)
    else:
        closing.close_within(change, by_rule=RULE)


DOINGS = {Action.HAND_OVER: _hand_over, Action.COMPLETE: _complete}
