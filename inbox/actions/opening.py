"""Open a conversation for a program: with its agent from the start, or waiting for the customer's response."""

from dataclasses import dataclass

from inbox import moves
from inbox.actions.permission import ask_to_serve
from inbox.actions.refusals import Refusal
from inbox.actions.sending.starting import thread_of
from inbox.changes import change_thread
from inbox.models import Agent, Conversation, Event, Participant, Reception, Team

Status = Conversation.Status


@dataclass(frozen=True)
class Wanted:
    """Who takes part (S0-6), and when the agent comes in (S0-24). Without `agent` and `team` the number decides: its
    bot where new conversations go to one, else its team, its assignment."""

    agent: Agent | None = None
    followers: tuple[Agent, ...] = ()
    team: Team | None = None
    assign_on_handover: bool = False
    handover_on: str = Conversation.HandoverOn.RESPONSE


def open_conversation(contact, number, wanted, now=None):
    """Open a conversation of a contact on a number; returns (Conversation, is it new).

    Where one is open already it is returned unchanged (S0-24: the flag is then not applied). Raises Refusal for an
    agent who does not serve the number, and for a contact without an address on WhatsApp.
    """
    _ask_to_serve(wanted, number)
    with change_thread(thread_of(contact, number).pk, now) as change:
        if change.conversation:
            return change.conversation, False
        _ask_for_address(change.thread)
        team = wanted.team or Reception.of(number).team
        change.look_at(Conversation(thread=change.thread, team=team, opened_at=change.now))
        _begin(change, wanted)
        _let_follow(change.conversation, wanted.followers)
    return change.conversation, True


def _ask_to_serve(wanted, number):
    for agent in filter(None, (wanted.agent, *wanted.followers)):
        ask_to_serve(agent, number, field="participants")


def _ask_for_address(thread):
    """Raise Refusal for a contact whom nothing could be sent to."""
    if not (thread.reply_identity_id or thread.contact.phone):
        words = "No WhatsApp number of this contact is known. Add a phone number to the contact."
        raise Refusal("no_address", words, field="contact")


def _begin(change, wanted):
    if wanted.assign_on_handover:
        _wait_for_customer(change, wanted)
    elif wanted.agent:
        moves.give_to(change, wanted.agent)
        moves.write_line(change, Event.Kind.OPENED, **moves.named(wanted.agent))
    elif bot := None if wanted.team else Reception.of(change.thread.number).first_bot:
        moves.give_to_bot(change, bot)
        moves.write_line(change, Event.Kind.OPENED, bot=str(bot))
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
