"""Who gets a new conversation: as the number is set, or as the sender of the message that is answered wants it."""

from dataclasses import dataclass

from inbox.actions.receive.answered import spoken_to
from inbox.models import Bot, Message, Reception, Team


@dataclass(frozen=True)
class Door:
    """The team that new conversations go to, the bot that they go to first, and our message that is answered, each None
    where there is none."""

    team: Team | None
    bot: Bot | None
    answered: Message | None = None


def door_of(change, number, quoted):
    """The Door of a word that comes while no conversation is open; looked up once for each change."""
    return change.together.once(("door", change.thread.pk), lambda: _door(change, Reception.of(number), quoted))


def _door(change, reception, quoted):
    answered = spoken_to(change.thread, quoted)
    said = answered.on_answer if answered else {}
    if "team" in said:
        return Door(Team.objects.filter(pk=said["team"]).first() or reception.team, None, answered)
    bot = Bot.objects.filter(pk=said["bot"], is_active=True).first() if "bot" in said else reception.first_bot
    return Door(reception.team, bot, answered)


def show_answered(change, door):
    """A broadcast's message stands in the conversation that its answer opens."""
    message = door.answered
    is_broadcast = message is not None and message.author_kind == Message.Author.BROADCAST
    if is_broadcast and message.conversation_id is None:
        message.conversation = change.conversation
        change.save(message)
