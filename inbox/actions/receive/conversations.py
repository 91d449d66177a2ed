"""What a customer's word does to the conversations of its thread: the rule's facts, and its decision carried out."""

from datetime import timedelta

from inbox import consent, moves
from inbox.actions.assignment import hand_over_within
from inbox.actions.closing import close_within
from inbox.actions.receive.doors import door_of, show_answered
from inbox.assignment import read_servers
from inbox.consent import Channel, Said, Source
from inbox.models import Agent, Conversation, Event, Message, Reception
from inbox.queries import can_serve
from inbox.rules import arrival
from inbox.rules.arrival import Act
from inbox.rules.assignment import is_eligible
from inbox.rules.consent import OPT_OUT, heard_in
from inbox.rules.taps import INTERACTIONS, is_recorded_only

Status = Conversation.Status
# A line that a word caused stands just above that word.
JUST_BEFORE = timedelta(microseconds=1)
# And what it says of consent just below.
JUST_AFTER = timedelta(microseconds=1)


def decision_on(change, number, event, quoted):
    return arrival.decide(facts(change, number, event, quoted))


def facts(change, number, event, quoted):
    reception = Reception.of(number)
    known = {
        "wrote_at": event.sent_at,
        "consent": heard_in(event.kind, event.content, quoted.kind if quoted else "", reception.consent_words),
        "record_only": quoted is not None and is_recorded_only(quoted.on_answer, event.kind),
        "follow_up": timedelta(minutes=reception.follow_up_minutes),
        **facts_of_answer(change.thread, event, quoted),
    }
    if change.conversation:
        waiting_agent = change.conversation.handover_to
        return arrival.Arrival(
            open_status=change.conversation.status,
            has_handover_agent=waiting_agent is not None and can_serve(waiting_agent, number.pk),
            handover_on=change.conversation.handover_on,
            **known,
        )
    closed = newest_closed(change.thread)
    known["bot_is_on"] = door_of(change, number, quoted).bot is not None
    return arrival.Arrival(**known, **facts_of_closed(closed, number, change.now) if closed else {})


def facts_of_answer(thread, event, quoted):
    """What the sender of the answered message said of an interaction with it (S0-15, S0-17), or of the next message."""
    if event.kind not in INTERACTIONS:
        return {"is_awaited": thread.awaited_id is not None}
    if quoted is None:
        return {}
    said = quoted.on_answer
    return {
        "is_tap": True,
        "answers_silently": said.get("bump") is False,
        "is_for_workflow": bool(said.get("relay")),
    }


def facts_of_closed(closed, number, now):
    return {
        "closed_at": closed.closed_at,
        "last_agent_can_serve": closed.assignee_id is not None and has_place(closed, number, now),
    }


def newest_closed(thread):
    return thread.conversations.select_related("assignee").order_by("-pk").first()


def has_place(closed, number, now):
    """Its agent is available, eligible, below the limit. Locks the agent: no other door fills the place meanwhile."""
    agent_id = closed.assignee_id
    list(Agent.objects.select_for_update(no_key=True).filter(pk=agent_id).values_list("pk"))
    server = read_servers(now, [agent_id]).get(agent_id)
    return server is not None and server.has_place and is_eligible(server, number.pk, closed.team_id, None)


def act(change, decision, number, at):
    """Carry the decision out for a word of the time `at`. Returns its conversation, None when it is only recorded."""
    if decision.consent:
        keep_consent(change, decision, at)
    if decision.act == Act.RECORD:
        return None
    DOINGS[decision.act](change, decision, number, at)
    return change.conversation


def keep_consent(change, decision, at):
    """What they said is in force from here on, before anything else is asked (S3-53, S3-54)."""
    keep = consent.refuse if decision.consent == OPT_OUT else consent.agree
    keep(change.thread.contact, Channel.WHATSAPP, Said(Source.WORD, at=at + JUST_AFTER), within=change)


def open_new(change, decision, number, at):
    door = door_of(change, number, None)
    conversation = Conversation(thread=change.thread, team=door.team, opened_at=change.now, unanswered_since=change.now)
    change.look_at(conversation)
    if decision.status == Status.BOT:
        moves.give_to_bot(change, door.bot)
        change.record(Event.Kind.OPENED, at=at - JUST_BEFORE, bot=str(door.bot))
    else:
        moves.put_in_line(change)
        change.record(Event.Kind.OPENED, at=at - JUST_BEFORE)
    show_answered(change, door)


def reopen(change, decision, number, at):
    conversation = change.look_at(newest_closed(change.thread))
    closed_at, agent = conversation.closed_at, conversation.assignee
    conversation.closed_at = conversation.closed_by = None
    conversation.unanswered_since = change.now
    if decision.status == Status.ASSIGNED:
        moves.give_to(change, agent)
    else:
        moves.put_in_line(change)
    change.record(Event.Kind.REOPENED, at=max(closed_at, at - JUST_BEFORE))


def hand_over(change, decision, number, at):
    change.conversation.unanswered_since = change.now
    hand_over_within(change, "response")


def go_on(change, decision, number, at):
    """The conversation stays as it is."""


def stop_waiting(change, decision, number, at):
    close_within(change, by_rule="opt_out")


DOINGS = {
    Act.OPEN: open_new,
    Act.REOPEN: reopen,
    Act.HAND_OVER: hand_over,
    Act.CONTINUE: go_on,
    Act.STAND: go_on,
    Act.CLOSE: stop_waiting,
}


def mark_word(change, message, is_silent=False):
    """Unread, on top of the list, waiting for an answer since it arrived here. A silent one only waits."""
    conversation = change.conversation
    moves.note_word(conversation, message.author_kind, change.now)
    conversation.customer_wrote_at = conversation.customer_wrote_at or change.now
    conversation.unanswered_since = conversation.unanswered_since or change.now
    if not is_silent:
        conversation.bumped_at = change.now
        conversation.last_inbound_id = max(conversation.last_inbound_id, message.pk)
    show_newest(conversation, message)


def show_newest(conversation, message):
    """The list shows the newest word by Meta's time; a late older one does not move it back."""
    shown = Message.objects.filter(pk=conversation.last_message_id).values_list("at", "pk")
    if all(moment <= (message.at, message.pk) for moment in shown):
        conversation.last_message = message
