"""What every action asks first: may this agent (or this program's key) do it, and does the conversation's status allow
it."""

from inbox.actions.refusals import AlreadyClaimed, NotAllowed, Refusal
from inbox.models import ApiKey
from inbox.queries import can_serve, viewer
from inbox.rules import transitions
from inbox.rules.visibility import may_act, may_see

TEMPLATES_ONLY = "This key sends message templates only. Give it the scope messages:free-form for anything else."


def ask_to_act(change, by):
    """Raise NotAllowed unless `by` may change this conversation; None is a rule or a program and may."""
    if by and not may_act(viewer(by), change.before):
        raise NotAllowed(f"{change.conversation.assignee or 'A colleague'} is serving this conversation. Take it over.")


def ask_to_see(change, by):
    """Raise NotAllowed unless `by` sees this conversation."""
    if not may_see(viewer(by), change.before):
        raise NotAllowed("This conversation is not yours to see.")


def ask_to_serve(agent, number, field):
    """Raise Refusal (400) for an agent who does not serve this number; `field` named them."""
    if not can_serve(agent, number.pk):
        words = f"{agent} does not serve {number.name}. Choose somebody who does."
        raise Refusal("cannot_serve", words, field=field, status_code=400)


def ask_for_scope(key, scope):
    """Raise NotAllowed (`templates_only` or `scope_missing`) for what a program's key may not do."""
    if scope in key.scopes:
        return
    if scope == ApiKey.Scope.MESSAGES_FREE_FORM:
        raise NotAllowed(TEMPLATES_ONLY, "templates_only")
    raise NotAllowed(f"This key lacks the scope {scope}.", "scope_missing")


def ask_for_move(change, move):
    """Raise Refusal when the status does not allow the move; AlreadyClaimed where somebody was faster."""
    conversation = change.conversation
    if move == transitions.CLAIM and conversation.assignee_id and conversation.is_open:
        raise AlreadyClaimed(conversation.assignee)
    if impossible := transitions.why_not(conversation.status, move):
        raise Refusal(impossible.code, impossible.words)
