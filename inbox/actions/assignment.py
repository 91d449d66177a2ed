"""Who serves: claim, assign, transfer, take over, give back, hand over.

Automatic assignment is not here: inbox.assignment.fill_places has it to itself.
"""

from inbox import moves
from inbox.actions.permission import ask_for_move, ask_to_act, ask_to_see, ask_to_serve
from inbox.actions.refusals import Refusal
from inbox.changes import change_conversation
from inbox.models import Event
from inbox.queries import can_serve
from inbox.rules import transitions

Kind = Event.Kind


def claim(conversation_id, by, now=None):
    """`by` takes a waiting conversation, at the limit or not. Raises AlreadyClaimed with the winner; twice is once."""
    with change_conversation(conversation_id, now) as change:
        if not _has_it(change, by):
            claim_within(change, by)
    return change.conversation


def claim_within(change, by):
    """Claim as a part of a larger change, for example of writing into a waiting conversation."""
    ask_for_move(change, transitions.CLAIM)
    ask_to_act(change, by)
    moves.give_to(change, by)
    moves.write_line(change, Kind.CLAIMED, by, **moves.named(by))


def assign(conversation_id, to, by=None, now=None):
    """Give a conversation to `to`, whoever has it (S0-28 to S0-31: also one that still waits for the customer)."""
    with change_conversation(conversation_id, now) as change:
        _hand_to_agent(change, to, by, Kind.ASSIGNED)
    return change.conversation


def transfer(conversation_id, by, to_agent=None, to_team=None, now=None):
    """Pass it on: to an agent, also one who is away or at the limit, or into a team's line."""
    with change_conversation(conversation_id, now) as change:
        if to_agent:
            _hand_to_agent(change, to_agent, by, Kind.TRANSFERRED)
        elif to_team:
            _hand_to_team(change, to_team, by)
        else:
            raise Refusal("nobody_named", "Choose an agent or a team.", field="to", status_code=400)
    return change.conversation


def take_over(conversation_id, by, now=None):
    """`by` serves instead of a colleague or a bot: supervisors on their numbers, agents where colleagues' are shown."""
    with change_conversation(conversation_id, now) as change:
        if not _has_it(change, by):
            take_over_within(change, by)
    return change.conversation


def take_over_within(change, by):
    """Take over as a part of a larger change."""
    ask_to_see(change, by)
    ask_for_move(change, transitions.TAKE_OVER)
    former = change.conversation.assignee or change.conversation.bot
    moves.give_to(change, by)
    moves.write_line(change, Kind.TAKEN_OVER, by, **moves.named(by), **({"from": str(former)} if former else {}))


def give_back(conversation_id, by, now=None):
    """Return a conversation to the line; whoever had it is not handed it again in this waiting episode."""
    with change_conversation(conversation_id, now) as change:
        ask_to_act(change, by)
        return_within(change, by, why="agent" if by else "api")
    return change.conversation


def return_within(change, by=None, why="agent"):
    """Return to the line as a part of a larger change; `why` as in moves.return_to_line."""
    ask_for_move(change, transitions.GIVE_BACK)
    moves.return_to_line(change, by, why)


def hand_over(conversation_id, why, now=None):
    """A pending or a bot's conversation goes to people: to the agent who waits for it, else into the line."""
    with change_conversation(conversation_id, now) as change:
        hand_over_within(change, why)
    return change.conversation


def hand_over_within(change, why, **data):
    """Hand over as a part of a larger change, for example of the customer's answer. `why` is one word; `data` goes into
    the line (team)."""
    ask_for_move(change, transitions.HAND_OVER)
    agent = change.conversation.handover_to
    if agent and can_serve(agent, change.thread.number_id):
        moves.give_to(change, agent)
        moves.write_line(change, Kind.HANDED_OVER, why=why, **data, **moves.named(agent))
    else:
        moves.put_in_line(change)
        moves.write_line(change, Kind.HANDED_OVER, why=why, **data)


def assign_to_bot(conversation_id, bot, by=None, now=None):
    """Give an open conversation to a bot, whoever has it; a pending handover is discarded. What the customer is not
    answered yet is the bot's to answer."""
    with change_conversation(conversation_id, now) as change:
        ask_to_act(change, by)
        ask_for_move(change, transitions.GIVE_TO_BOT)
        if not bot.is_active:
            raise Refusal("bot_is_off", f"{bot} is switched off. Choose another bot.", field="bot")
        moves.give_to_bot(change, bot)
        moves.write_line(change, Kind.ASSIGNED, by, to=str(bot), bot=bot.pk)
    return change.conversation


def _has_it(change, agent):
    return change.conversation.is_open and change.conversation.assignee_id == agent.pk


def _hand_to_agent(change, to, by, kind):
    ask_to_act(change, by)
    ask_for_move(change, transitions.TRANSFER)
    if _has_it(change, to):
        raise Refusal("already_there", f"{to} is serving this conversation already.", field="agent")
    ask_to_serve(to, change.thread.number, field="agent")
    former = change.conversation.assignee
    moves.give_to(change, to)
    moves.write_line(change, kind, by, **moves.named(to), **({"from": str(former)} if former else {}))


def _hand_to_team(change, team, by):
    ask_to_act(change, by)
    ask_for_move(change, transitions.TRANSFER_TO_TEAM)
    conversation = change.conversation
    if conversation.is_waiting and conversation.team_id == team.pk:
        raise Refusal("already_there", f"This conversation waits for {team} already.", field="team")
    conversation.team = team
    moves.put_in_line(change, returned_by=conversation.assignee or conversation.returned_by)
    moves.write_line(change, Kind.TRANSFERRED, by, team=str(team), team_id=team.pk)
