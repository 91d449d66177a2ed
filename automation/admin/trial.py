"""Sending what is typed to a phone of one's own, before anybody else gets it."""

from automation.admin.previews import survey_content
from automation.models import Automation
from inbox.actions.refusals import Refusal, refusing_content
from inbox.actions.sending import valid_phone
from inbox.actions.sending.drafts import Draft, put
from inbox.actions.sending.files import copy_of
from inbox.changes import change_thread
from inbox.models import Message, Thread
from inbox.rules.taps import RECORD_TAPS
from whatsapp import content as contents

# Nothing to send: WhatsApp shows the one by itself, the other only closes.
WITHOUT_MESSAGE = (Automation.Kind.ICE_BREAKERS, Automation.Kind.AUTO_CLOSE)


def send(kind, form, number, typed):
    """Queue the panel's message, as typed, to the phone `typed`. Raises Refusal; answers with the phone.

    The phone must have written to the number within 24 hours, as every free-form message wants it.
    """
    content, attachment = _content(kind, form)
    if not typed.strip():
        raise Refusal("phone", "To which phone? Enter its number in the field beside “Save”.", "phone", 400)
    phone = valid_phone(typed, number)
    thread = _thread(number, phone)
    with change_thread(thread.pk) as change:
        if thread.window_until is None or thread.window_until <= change.now:
            raise write_first(number, phone)
        on_answer = RECORD_TAPS if kind == Automation.Kind.SURVEY else {}
        file = copy_of(attachment) if attachment else None
        author = Message.Author.AUTOMATION
        put(change, Draft(content, author_kind=author, attachment=file, bump=False, on_answer=on_answer))
    return phone


def _content(kind, form):
    """What is typed as content of WhatsApp's, with its file. Raises Refusal for what the panel marks."""
    if kind == Automation.Kind.SURVEY:
        with refusing_content():
            return contents.load("list", survey_content(form, "test:{}".format)), None
    if not form.is_valid():
        words = next(iter(form.errors.values()))[0]
        raise Refusal("content", f"Not sent. {words}", status_code=400)
    if not form.content[0]:
        raise Refusal("content", "Not sent. The message is empty.", "text", 400)
    with refusing_content():
        return contents.load(*form.content), form.attachment


def _thread(number, phone):
    """The thread of that phone on this number; it wrote itself, or nothing may be sent."""
    digits = phone.removeprefix("+")
    named = Thread.objects.filter(number=number, contact__identities__value=digits)
    thread = (named | Thread.objects.filter(number=number, contact__phone=phone)).distinct().first()
    if thread is None:
        raise write_first(number, phone)
    return thread


def write_first(number, phone):
    """The refusal that says what to do about a closed window."""
    named = number.display_phone_number or number.name
    words = (
        f"WhatsApp delivers this only within 24 hours after {phone} wrote. Write anything to {named} from that phone, "
    )
    return Refusal("window_closed", f"{words}then press the button again.", "phone")
