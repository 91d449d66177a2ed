"""WhatsApp: a message template per recipient, as a message of the contact's thread."""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, Max, OuterRef, Q

from broadcasts import audience, ledger
from broadcasts.channels import base, headers
from broadcasts.channels.base import Channel, Obstacle
from broadcasts.models import Broadcast, Recipient
from broadcasts.rules.personalise import ValueMissing, Values, personalised
from broadcasts.rules.retrying import HOPELESS, reason_of
from inbox import delivery
from inbox.actions.addressing import Addressee, threads_of
from inbox.actions.refusals import Refusal, refusing_content
from inbox.actions.sending import twin_of, valid_phone, with_header
from inbox.actions.sending.drafts import Draft
from inbox.actions.sending.together import put_together, writing_together
from inbox.models import Message
from whatsapp import message_templates
from whatsapp.content import Template
from whatsapp.models import MessageTemplate, Number
from whatsapp.number_states import CUT_OFF

PREFIX = "whatsapp:"
# Refusals of the sending rights that are the recipient's own.
SKIPPED = ("opted_out", "opted_out_of_marketing", "no_address")
# What was left behind: younger ones are still on their courier's way, on a busy machine too.
LEFT_AFTER = timedelta(seconds=5)
LONGEST_LEAVING_SECONDS = 3.0


@dataclass(frozen=True)
class Refused:
    """Why a recipient gets no message: a stable word and a sentence. `is_skip`: it is the recipient's own reason, or we
    spare them; anything else is a failure."""

    reason: str
    words: str
    is_skip: bool = True


GONE = Refused("contact_gone", "This contact was deleted or has no WhatsApp number.")
SERVED = Refused(*base.SERVED)
TWICE = Refused(Recipient.DUPLICATE, "This person stands in the broadcast with another address, too.")
CAPPED = Refused(*base.CAPPED)
FILE_GONE = Refused("file_gone", "The file for this recipient is not here any more.", is_skip=False)


class WhatsApp(Channel):
    kind = Broadcast.Channel.WHATSAPP
    hopeless = frozenset(reason_of(code) for code in HOPELESS)

    def lane(self, broadcast):
        return f"{PREFIX}{broadcast.number_id}"

    def address(self, typed, broadcast):
        return valid_phone(typed, broadcast.number)

    def address_of(self, contact):
        return contact.phone or next((identity.value for identity in contact.identities.all()), "")

    def check(self, broadcast):
        """Template and language exist and are approved (S3-46, S3-49); the components match its structure (S3-47,
        S3-48), whatever the placeholders will hold."""
        content = broadcast.content
        template = _template(broadcast)
        if template is None:
            shown = f"“{content.get('name')}” ({content.get('language')})"
            words = f"There is no message template {shown} in the account of {broadcast.number.name}."
            raise Refusal("template_unknown", words, "template", 400)
        problem = message_templates.problem(template.status)
        if problem:
            raise Refusal("template_not_approved", problem, "template", 400)
        with refusing_content():
            Template(content["name"], content["language"], tuple(content["components"]))
            structure = headers.whole(broadcast, template, content["components"])
            message_templates.check(template.components, personalised(structure, Anything()))

    def check_values(self, broadcast, own, upload=None):
        _letter(broadcast).check(Values(own, broadcast.params), upload)

    def obstacle(self, broadcast):
        if broadcast.number.status in CUT_OFF:
            return Obstacle("number_not_connected", "This number is not connected to WhatsApp any more.")
        template = _template(broadcast)
        words = message_templates.problem(template.status) if template else "The message template is gone."
        return Obstacle("template_not_approved", words) if words else None

    def is_held(self, broadcast):
        return broadcast.number.is_on_hold

    def enter(self, broadcast, recipients, now):
        number = Number.objects.select_related("account", "reception").get(pk=broadcast.number_id)
        addressees = [Addressee(recipient.address, recipient.contact_id) for recipient in recipients]
        thread_ids = threads_of(addressees, number)
        with writing_together(set(filter(None, thread_ids)), number, now) as changes:
            contact_ids = [each.thread.contact_id for each in changes.values()]
            capped, reached = ledger.over_cap(broadcast, contact_ids, now), ledger.reached(broadcast, contact_ids)
            letter = Letter(broadcast, capped, reached)
            letter.uploads = headers.uploads_of(recipients)
            put = [
                (recipient, letter.put(changes.get(thread_id), recipient))
                for recipient, thread_id in zip(recipients, thread_ids, strict=True)
            ]
        return _written_down(put, now)

    def left_behind(self, lane, count, now):
        queued = Message.objects.filter(
            Q(retry_at__lte=now) | Q(retry_at=None, created_at__lte=now - LEFT_AFTER),
            status=Message.Status.QUEUED,
            author_kind=Message.Author.BROADCAST,
            thread__number=_number_id(lane),
            recipient__broadcast__status=Broadcast.Status.SENDING,
        )
        return list(queued.filter(~Exists(_in_the_way())).order_by("pk").values_list("pk", flat=True)[:count])

    def leave(self, lane, entered):
        """All of them, though each call of `send_many` is a short one; what was paused meanwhile stays behind."""
        entered = headers.bring_together(entered)
        refused, until = [], time.monotonic() + LONGEST_LEAVING_SECONDS
        while entered and time.monotonic() < until:
            run = delivery.send_many(entered, _number_id(lane))
            refused += run.refused_codes
            entered = _may_still_leave(run.not_reached) if run.not_reached else []
        return refused

    def stay(self, entered, now):
        """They are queued messages, which `left_behind` finds."""

    def shown(self, recipient):
        return recipient.message.text if recipient.message else ""

    def used_slots(self, pace, since):
        newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
        unseen = Message.objects.filter(pk__gt=pace.seen_message_id, pk__lte=newest, thread__number=pace.number_id)
        late = unseen.filter(created_at__gt=since)
        ours = late.exclude(author_kind__in=(Message.Author.CUSTOMER, Message.Author.BROADCAST))
        pace.seen_message_id = newest
        return 0 if pace.next_slot_at is None else ours.exclude(status=Message.Status.NOTED).count()


class Letter:
    """The message of a broadcast, to be written for one recipient after another. `capped`: ids of contacts who have had
    enough; `reached`: of those who have this one; `uploads`: recipients' own files above the text, by id."""

    def __init__(self, broadcast, capped=frozenset(), reached=frozenset()):
        self.broadcast = broadcast
        self.capped = capped
        self.reached = set(reached)
        self.template = _template(broadcast)
        self.on_answer = _on_answer(broadcast)
        self.shared = headers.shared_by(broadcast)
        self.uploads = {}

    def written(self, values, upload=None):
        """The Template with these personalise.Values, and with the Attachment `upload` as its header. Raises Refusal
        (400) naming component and parameter."""
        content, components = self.broadcast.content, self._filled(values, upload)
        with refusing_content():
            preview = message_templates.shown(self.template.components, components)
            return Template(content["name"], content["language"], tuple(components), preview)

    def check(self, values, upload=None):
        """Raises what `written` would raise: for thousands of users, and none of them sees it."""
        with refusing_content():
            message_templates.check(self.template.components, self._filled(values, upload or self.shared))

    def _filled(self, values, upload):
        components = self.broadcast.content["components"]
        components = with_header(components, upload.kind) if upload else components
        try:
            filled = [_with_safe_link(part) for part in personalised(components, values)]
        except ValueMissing as error:
            raise Refusal("value_missing", error.words, error.place.where, 400) from error
        headers.check_links(filled)
        return filled

    def put(self, change, recipient):
        """The Message for this recipient, or why there is none (Refused)."""
        refused = self._refused(change)
        if refused:
            return refused
        upload = self._upload(recipient)
        if recipient.files and not upload:
            return FILE_GONE
        try:
            content = self.written(self._values(recipient, change.thread.contact), upload)
        except Refusal as refusal:
            return Refused(refusal.code, refusal.words, is_skip=refusal.code == "value_missing")
        message, reason = put_together(change, self._draft(content, recipient))
        if message:
            self.reached.add(change.thread.contact_id)
            if upload:
                change.add(twin_of(upload, message))
        return message or Refused(reason.code, reason.words, is_skip=reason.code in SKIPPED)

    def _upload(self, recipient):
        """The file above the text: the recipient's own, else everybody's, else None."""
        return self.uploads.get(recipient.files[0]) if recipient.files else self.shared

    def _refused(self, change):
        if change is None:
            return GONE
        if change.thread.contact_id in self.reached:
            return TWICE
        if change.thread.contact_id in self.capped:
            return CAPPED
        is_served = change.conversation is not None
        return SERVED if is_served and self.broadcast.skips_open_conversations else None

    def _values(self, recipient, contact):
        layers = [recipient.params, self.broadcast.params]
        if self.broadcast.fills_from_contacts:
            layers.insert(1, audience.values_of(contact))
        return Values(*layers)

    def _draft(self, content, recipient):
        return Draft(
            content,
            author_kind=Message.Author.BROADCAST,
            retry_of=recipient.message,
            bump=False,
            on_answer=self.on_answer,
        )


def _in_the_way():
    """What a broadcast's message gives way to in its thread (inbox.delivery.bulk)."""
    others = Message.objects.filter(thread=OuterRef("thread")).exclude(pk=OuterRef("pk"))
    replies = Q(status=Message.Status.QUEUED) & ~Q(author_kind=Message.Author.BROADCAST)
    return others.filter(Q(status=Message.Status.SENDING) | replies)


def _may_still_leave(message_ids):
    sending = Message.objects.filter(pk__in=message_ids, recipient__broadcast__status=Broadcast.Status.SENDING)
    return list(sending.values_list("pk", flat=True))


def _written_down(put, now):
    """Enter [(recipient, Message or Refused)] into the ledger. Returns the messages' ids."""
    entered = [(recipient, found) for recipient, found in put if isinstance(found, Message)]
    refused = [(recipient, found) for recipient, found in put if isinstance(found, Refused)]
    ledger.enter(entered, now)
    for is_skip, status in ((True, ledger.Status.SKIPPED), (False, ledger.Status.FAILED)):
        fates = [(one, found.reason, found.words) for one, found in refused if found.is_skip is is_skip]
        ledger.skip(fates, now, status)
    return [message.pk for _, message in entered]


class Anything:
    """Stands for the values of anybody, where only the structure is looked at."""

    def get(self, name):
        return "x"


def _letter(broadcast):
    """The Letter of a broadcast that is checked for one user after another."""
    if not hasattr(broadcast, "letter"):
        broadcast.letter = Letter(broadcast)
    return broadcast.letter


def _template(broadcast):
    content = broadcast.content
    return MessageTemplate.of(broadcast.number.account_id, content.get("name"), content.get("language"))


def _with_safe_link(component):
    """Values in a link's end travel percent-encoded."""
    kind = (str(component.get(name, "")).lower() for name in ("type", "sub_type"))
    if tuple(kind) != ("button", "url"):
        return component
    ends = [
        {**each, "text": message_templates.url_suffix(each["text"])} if isinstance(each.get("text"), str) else each
        for each in component.get("parameters", [])
    ]
    return {**component, "parameters": ends}


def _on_answer(broadcast):
    """What an answer to its messages may do (Message.on_answer), and what the thread calls them."""
    to = broadcast.AnswersTo
    told = {
        to.TEAM: {"team": broadcast.answers_team_id},
        to.BOT: {"bot": broadcast.answers_bot_id},
        to.RECORD: {"record_only": True},
    }
    named = {"broadcast": broadcast.pk, "broadcast_name": broadcast.name}
    return {**named, **told.get(broadcast.answers_to, {})}


def _number_id(lane):
    return int(lane.removeprefix(PREFIX))
