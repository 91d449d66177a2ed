"""Open a conversation for a program: with its agent from the start, or waiting for the customer's response."""

from dataclasses import dataclass

from inbox import moves
from inbox.actions.refusals import Refusal
from inbox.actions.sending.starting import thread_of
from inbox.changes import change_thread
from inbox.models import Agent, Conversation, Event, Participant, Team
from inbox.queries import can_serve

Status = Conversation.Status


@dataclass(frozen=True)
class Wanted:
    """Who takes part (S0-6), and when the agent comes in (S0-24). Without `agent` and `team` the number decides."""

    agent: Agent | None = None
    followers: tuple[Agent, ...] = ()
    team: Team | None = None
    assign_on_handover: bool = False
    handover_on: str = Conversation.HandoverOn.RESPONSE


def open_conversation(contact, number, wanted, now=None):
    """Open a conversation of a contact on a number; returns (Conversation, is it new).

    Where one is open already it is returned unchanged (S0-24: the flag is then not applied). Raises Refusal for an
    agent who does not serve the number.
    """
    _ask_to_serve(wanted, number)
    with change_thread(thread_of(contact, number).pk, now) as change:
        if change.conversation:
            return change.conversation, False
        change.look_at(Conversation(thread=change.thread, team=wanted.team, opened_at=change.now))
        _begin(change, wanted)
        _let_follow(change.conversation, wanted.followers)
    return change.conversation, True


def _ask_to_serve(wanted, number):
    for agent in filter(None, (wanted.agent, *wanted.followers)):
        if not can_serve(agent, number.pk):
            words = f"{agent} does not serve {number.name}. Choose somebody who does."
            raise Refusal("cannot_serve", words, field="participants", status_code=400)


def _begin(change, wanted):
    if wanted.assign_on_handover:
        _wait_for_customer(change, wanted)
    elif wanted.agent:
        moves.give_to(change, wanted.agent)
        moves.write_line(change, Event.Kind.OPENED, **moves.named(wanted.agent))
    else:
        moves.put_in_line(change)
        moves.write_line(change, Event.Kind.OPENED)


def _wait_for_customer(change, wanted):
    """S0-25: nobody takes part yet, so it stands in nobody's list."""
    conversation = change.conversation
    conversation.status = Status.PENDING
    conversation.handover_to, conversation.handover_on = wanted.agent, wanted.handover_on
    conversation.save()
    waits_for = {"waits_for": str(wanted.agent)} if wanted.agent else {}
    moves.write_line(change, Event.Kind.OPENED, pending=True, **waits_for)


def _let_follow(conversation, agents):
    Participant.objects.bulk_create(
        [Participant(conversation=conversation, agent=agent, is_following=True) for agent in agents],
        ignore_conflicts=True,
    )
