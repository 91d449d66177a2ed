"""New conversation: number, customer, message template (S4-12 to S4-16)."""

from dataclasses import replace

import phonenumbers
from django.conf import settings
from django.db import IntegrityError, transaction

from inbox import moves
from inbox.actions.assignment import claim_within
from inbox.actions.identities import contact_for
from inbox.actions.refusals import NotAllowed, Refusal
from inbox.actions.sending.drafts import Draft, put, sent_before
from inbox.actions.sending.files import header_file
from inbox.changes import change_thread
from inbox.models import Contact, Conversation, Event, Identity, Thread
from inbox.queries import can_serve
from whatsapp.inbound import Sender

Status = Conversation.Status


def start_conversation(number, customer, template, by, client_id=None, attachment_ids=(), now=None):
    """Send `template` (whatsapp.content.Template) to `customer` (a Contact, or a phone as typed); returns its Message.

    `by` gets the conversation. One that is open already is used under the rules for writing: a waiting one is claimed,
    one that waits for the customer is taken, a colleague's is refused, naming who serves. `attachment_ids` is empty or
    names the file of the template's header. Raises Refusal.
    """
    if not can_serve(by, number.pk):
        raise NotAllowed(f"You do not serve {number.name}. Choose a number that you serve.")
    try:
        return _start(number, customer, Draft(template, by, client_id), attachment_ids, now)
    except IntegrityError:
        # Somebody else made the same contact or thread a moment ago: now it is found.
        return _start(number, customer, Draft(template, by, client_id), attachment_ids, now)


@transaction.atomic
def _start(number, customer, draft, attachment_ids, now):
    message = sent_before(draft.author, draft.client_id)
    if message:
        return message
    contact = customer if isinstance(customer, Contact) else _contact(customer, number, now)
    with change_thread(thread_of(contact, number).pk, now) as change:
        message = sent_before(draft.author, draft.client_id)
        if message:
            return message
        _take(change, draft.author)
        file = header_file(draft.content, attachment_ids, {"uploaded_by": draft.author})
        return put(change, replace(draft, attachment=file))


def valid_phone(typed, number=None):
    """E.164 ("+4915...") of a phone as a person types it; without a country code the number's own country is meant.

    Raises Refusal for one that is no valid phone number (S4-15).
    """
    try:
        parsed = phonenumbers.parse(typed, _region(number))
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        words = "This is not a valid phone number. Type it with its country code, for example +49 30 901820."
        raise Refusal("phone_invalid", words, "phone", 400)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _region(number):
    """The country of our number, where it can be told; else the installation's."""
    try:
        found = number and phonenumbers.region_code_for_number(phonenumbers.parse(number.display_phone_number))
    except phonenumbers.NumberParseException:
        found = None
    return found or settings.DEFAULT_PHONE_REGION


def _contact(typed, number, now):
    phone = valid_phone(typed, number)
    contact, _ = contact_for(Sender(phone=phone, wa_id=phone.removeprefix("+")), number, now)
    return contact


def thread_of(contact, number):
    thread, _ = Thread.objects.get_or_create(contact=contact, number=number)
    if thread.reply_identity_id is None:
        scopes = ("", number.account.identity_scope)
        known = contact.identities.filter(scope__in=scopes).order_by("-kind", "-pk")
        identity = known.filter(kind=Identity.Kind.WA_ID).first() or known.first()
        Thread.objects.filter(pk=thread.pk, reply_identity=None).update(reply_identity=identity)
    return thread


def _take(change, by):
    """Make the thread's open conversation, or a new one, the one that `by` serves."""
    conversation = change.conversation
    if conversation is None:
        _open(change, by)
    elif conversation.is_waiting:
        claim_within(change, by)
    elif conversation.status == Status.PENDING:
        moves.give_to(change, by)
        moves.write_line(change, Event.Kind.ASSIGNED, by, **moves.named(by))
    elif conversation.assignee_id != by.pk:
        server = conversation.assignee or conversation.bot
        raise Refusal("served_by_other", f"{server} is serving this customer already. Take the conversation over.")


def _open(change, by):
    change.look_at(Conversation(thread=change.thread, started_by=by, opened_at=change.now, bumped_at=change.now))
    moves.give_to(change, by)
    moves.write_line(change, Event.Kind.OPENED, by, **moves.named(by))
