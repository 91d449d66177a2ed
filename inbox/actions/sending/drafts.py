"""From a draft to a queued message, inside a Change whose thread is locked."""

from dataclasses import dataclass, field, replace

from inbox import moves, sending_rights, signals
from inbox.actions.refusals import Refusal
from inbox.models import Agent, ApiKey, Attachment, FeedKind, Message
from inbox.rules.search_text import searchable
from whatsapp.content import Content, Reaction
from whatsapp.models import MessageTemplate
from whatsapp.wake import wake, wake_for

CLIENT_ID_LIMIT = 64


@dataclass(frozen=True)
class Composed:
    """What somebody has composed: the words, whose they are, and how they are to go out.

    `by` is None for automations, bots and integrations; then an `author_kind` other than agent is needed. The same
    `client_id` of the same agent again stands for the message that was sent before. `attachment_ids` names uploads: of
    `by`, or with `api_key` those of that program. `as_helper` writes into a colleague's or a bot's conversation without
    taking it. `on_answer` says what an answer to this very message may do (Message.on_answer). `template` is the stored
    one that content names, where the caller has just read it.
    """

    content: Content | None
    by: Agent | None = None
    client_id: str | None = None
    quoted_id: int | None = None
    attachment_ids: tuple | list = ()
    api_key: ApiKey | None = None
    bump: bool = True
    on_answer: dict | None = None
    as_helper: bool = False
    author_kind: str = Message.Author.AGENT
    template: MessageTemplate | None = None

    @property
    def owner(self):
        """Whose uploads are meant."""
        return {"api_key": self.api_key} if self.api_key else {"uploaded_by": self.by, "api_key": None}

    def draft(self, content, **found):
        """The Draft of one of its messages; `found` are rows that its ids name."""
        how = {"bump": self.bump, "on_answer": self.on_answer or {}, "author_kind": self.author_kind}
        how |= {"api_key": self.api_key, "template": self.template}
        return Draft(content, self.by, **{"client_id": self.client_id, **how, **found})


@dataclass(frozen=True)
class Draft:
    """What is to be sent, before it is a message. `author` is None for automations, bots and integrations."""

    content: Content
    author: Agent | None = None
    client_id: str | None = None
    author_kind: str = Message.Author.AGENT
    quoted: Message | None = None
    attachment: Attachment | None = None
    retry_of: Message | None = None
    bump: bool = True
    on_answer: dict = field(default_factory=dict)
    # The program that sends it, and {"relay": id} where it is a workflow's answer.
    api_key: ApiKey | None = None
    context: dict = field(default_factory=dict)
    # The stored one that content names, where it has just been read.
    template: MessageTemplate | None = None

    @property
    def is_answer(self):
        """A person's message, message template or reaction answers; automations, bots and broadcasts never do."""
        return self.author_kind == Message.Author.AGENT

    @property
    def is_reaction(self):
        return isinstance(self.content, Reaction)


def sent_before(author, client_id):
    """The message that this author named so already, or None: a repeat is recognised, never sent twice."""
    if not client_id:
        return None
    if len(client_id) > CLIENT_ID_LIMIT:
        raise Refusal("client_id", f"A client id has up to {CLIENT_ID_LIMIT} characters.", "client_id", 400)
    return Message.objects.filter(author=author, client_id=client_id).first() if author else None


def put(change, draft):
    """Ask the four rights and insert the message as queued (held, while its number is on hold). Raises Refusal."""
    stored = sending_rights.as_stored(change.thread)
    reason = sending_rights.refusal(stored, draft.content, change.now, draft.template)
    if reason:
        raise Refusal(reason.code, reason.words, reason.field)
    conversation = change.conversation
    draft = replace(draft, author_kind=voice(draft, conversation))
    message = row_of(change, draft, stored.number)
    if conversation:
        _mark(conversation, draft, message, change.now)
    change.save(message)
    _attach(draft.attachment, message)
    if conversation and not draft.is_reaction:
        conversation.last_message = message
    if draft.on_answer.get("next_message"):
        change.thread.awaited = message
    change.tell(FeedKind.MESSAGE_CREATED, message=message)
    signals.message_queued.send(Message, message=message, change=change)
    wake_for(moves.DELIVER, change.thread.pk)
    return message


def voice(draft, conversation):
    """As whom it is said: a program speaks as the bot where the conversation is with a bot that it is."""
    is_program = draft.author_kind == Message.Author.INTEGRATION and draft.api_key and conversation
    return Message.Author.BOT if is_program and conversation.is_with_bot_of(draft.api_key) else draft.author_kind


def row_of(change, draft, number):
    """The Message of a Draft, not saved: queued, or held while its number is on hold."""
    stored = draft.content.as_dict()
    return Message(
        conversation=change.conversation,
        author_kind=draft.author_kind,
        author=draft.author,
        kind=draft.content.kind,
        content=stored,
        text=searchable(draft.content.kind, stored),
        status=Message.Status.HELD if number.is_on_hold else Message.Status.QUEUED,
        error_text=number.held_reason if number.is_on_hold else "",
        at=change.now,
        created_at=change.now,
        client_id=draft.client_id,
        quoted=draft.quoted,
        quoted_wamid=(draft.quoted.wamid or "") if draft.quoted else "",
        retry_of=draft.retry_of,
        on_answer=draft.on_answer,
        api_key=draft.api_key,
        context=draft.context or _program_of(draft),
    )


def _program_of(draft):
    """Its name stands above what an integration says."""
    is_named = draft.author_kind == Message.Author.INTEGRATION and draft.api_key
    return {"program": str(draft.api_key)} if is_named else {}


def _mark(conversation, draft, message, now):
    """What a message does to its conversation."""
    if draft.is_answer and conversation.unanswered_since:
        message.answered_since, conversation.unanswered_since = conversation.unanswered_since, None
        wake("inbox.tasks.show_read", conversation.pk)
    if not draft.is_reaction:
        moves.note_word(conversation, draft.author_kind, now)
        if draft.bump:
            conversation.bumped_at = now
    if draft.author and draft.is_answer:
        moves.take_part(conversation, draft.author)


def _attach(attachment, message):
    if attachment is None:
        message.has_no_files()
        return
    attachment.message = message
    attachment.save(update_fields=["message"])
