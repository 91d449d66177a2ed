"""The moves of a conversation, inside a Change whose thread is locked. Actions and fill_places share them.

They set fields and write rows; they ask nobody's permission. The line in the thread is the caller's to write.
"""

from inbox.acting import program_named
from inbox.models import Agent, Conversation, Event, Message, Participant, Reception
from inbox.rules import line
from whatsapp.wake import wake

Status = Conversation.Status

FILL_PLACES = "inbox.tasks.fill_places"
DELIVER = "inbox.tasks.deliver"
# Whose messages are a person's of ours.
PEOPLE = (Message.Author.AGENT, Message.Author.PHONE_APP)


def give_to(change, agent):
    """`agent` serves from now on. It is new for them: to the top of the list, unless they had it already."""
    conversation = change.conversation
    if conversation.assignee_id != agent.pk:
        conversation.bumped_at = change.now
    freed = conversation.assignee_id
    if conversation.status != Status.ASSIGNED:
        conversation.served_since = change.now
    _leave_line(conversation)
    conversation.status = Status.ASSIGNED
    conversation.assignee = conversation.last_agent = agent
    conversation.assigned_at = change.now
    _ensure_saved(conversation)
    take_part(conversation, agent)
    # The row lock makes fill_places count this conversation before it gives the agent another one.
    Agent.objects.filter(pk=agent.pk).update(last_assigned_at=change.now)
    if freed:
        wake(FILL_PLACES)


def give_to_bot(change, bot):
    """`bot` serves from now on; what it says and does is for the layer that runs it."""
    conversation = change.conversation
    freed = conversation.assignee_id
    _leave_line(conversation)
    conversation.status = Status.BOT
    conversation.assignee, conversation.bot = None, bot
    _ensure_saved(conversation)
    if freed:
        wake(FILL_PLACES)


def put_in_line(change, returned_by=None):
    """Nobody serves: into the line at its place. `returned_by` is not handed it again in this waiting episode."""
    conversation = change.conversation
    conversation.waiting_since = line.waiting_since(
        conversation.unanswered_since, conversation.waiting_since, change.now
    )
    conversation.assignee = conversation.bot = conversation.handover_to = None
    conversation.closed_at = conversation.closed_by = None
    conversation.returned_by = returned_by
    conversation.status = line_status(change)
    _ensure_saved(conversation)
    wake(FILL_PLACES)


def return_to_line(change, by, why):
    """Nobody serves any more, with a line. `why`: agent, absent, supervisor, deactivated, api.

    Whoever gave it back is not handed it again while it waits; someone who was absent is, once they are back.
    """
    former = change.conversation.assignee
    put_in_line(change, returned_by=None if why == "absent" else former)
    write_line(change, Event.Kind.RETURNED, by, why=why, **{"from": str(former)})


def line_status(change):
    """Unassigned or queued, as things stand now; fill_places keeps it true as agents come and go."""
    thread, conversation = change.thread, change.conversation
    is_manual = Reception.objects.filter(number=thread.number_id, picking=Reception.Picking.MANUAL).exists()
    available = Agent.objects.available(change.now).filter(receptions__number=thread.number_id)
    if conversation.team_id:
        available = available.filter(teams=conversation.team_id)
    if conversation.returned_by_id:
        available = available.exclude(pk=conversation.returned_by_id)
    return line.status(is_manual, thread.is_window_open(change.now), available.exists())


def shut(change, by=None):
    """Close. What it was is returned, in JSON's types, so that the closing can be undone."""
    conversation = change.conversation
    was = {name: _plain(getattr(conversation, name)) for name in _KEPT_FOR_UNDO}
    _leave_line(conversation)
    conversation.status = Status.CLOSED
    conversation.unanswered_since = None
    conversation.closed_at, conversation.closed_by = change.now, by
    wake(FILL_PLACES)
    return was


def restore(change, was):
    """Undo `shut`: exactly what it was."""
    conversation = change.conversation
    for name, value in was.items():
        field = Conversation._meta.get_field(name.removesuffix("_id"))
        setattr(conversation, name, field.to_python(value))
    conversation.closed_at = conversation.closed_by = None
    if conversation.assignee_id:
        Agent.objects.select_for_update(no_key=True).get(pk=conversation.assignee_id)
    wake(FILL_PLACES)


def take_part(conversation, agent):
    """The agent takes part from now on."""
    Participant.objects.get_or_create(conversation=conversation, agent=agent)


def note_word(conversation, author_kind, now):
    """Somebody wrote: what the deadlines count from. Automations and broadcasts move nothing."""
    if author_kind in PEOPLE:
        conversation.agent_wrote_at = now
    if author_kind == Message.Author.BOT:
        conversation.bot_wrote_at = now
    elif author_kind in (*PEOPLE, Message.Author.CUSTOMER, Message.Author.INTEGRATION):
        conversation.last_word_at = now


def write_line(change, kind, by=None, **data):
    """Record what happened; names are kept as they are now. `by` None: a rule or a program did it."""
    who = {"by": str(by)} if by else program_named()
    return change.record(Event.Kind(kind), actor=by, **{**who, **data})


def note_update(change):
    """Its tags or followers changed, which stand in other tables: programs that ask what changed find it."""
    change.conversation.updated_at = change.now


def named(agent):
    """An agent as lines keep them."""
    return {"to": str(agent), "to_id": agent.pk}


_KEPT_FOR_UNDO = (
    "status",
    "assignee_id",
    "bot_id",
    "team_id",
    "handover_to_id",
    "returned_by_id",
    "unanswered_since",
    "waiting_since",
)


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


def _leave_line(conversation):
    """Whoever waits no longer has no place in line, no bot, and nobody to be handed to."""
    conversation.waiting_since = conversation.returned_by = None
    conversation.bot = conversation.handover_to = None
    conversation.closed_at = conversation.closed_by = None


def _ensure_saved(conversation):
    """Rows that name a new conversation (participants, lines) need it to exist."""
    if conversation._state.adding:
        conversation.save()
