"""Which message of ours a customer's word answers: the quoted one, else the one that offered what was tapped."""

from inbox.models import Message
from inbox.rules.taps import INTERACTIONS, OFFERS, ids_offered, tapped

# A tap without a quoted id is looked for among so many of the thread's newest offers.
OFFERS_LOOKED_AT = 50


def answered_message(thread, event):
    """The Message, or None. Only this thread is looked at: nobody answers for another customer by a made-up id."""
    return _quoted(thread, event.quoted_wamid) or _offering(thread, tapped(event.kind, event.content))


def spoken_to(thread, quoted):
    """Our message that a conversation begins with: the quoted one, else the thread's newest where that is a
    broadcast's, since most people answer without quoting. None where the customer speaks by themselves."""
    if quoted is not None or not thread.version:
        return quoted
    newest = Message.objects.filter(thread=thread).order_by("-at", "-pk").first()
    return newest if newest is not None and newest.author_kind == Message.Author.BROADCAST else None


def end_awaiting(thread, event, quoted):
    """The customer has written: nobody waits for the next message any more. Returns the message of ours that theirs
    answers: the one that awaited it, else the quoted one."""
    if thread.awaited_id is None:
        return quoted
    awaited, thread.awaited = thread.awaited, None
    return quoted if event.kind in INTERACTIONS else awaited


def _quoted(thread, wamid):
    return Message.objects.filter(wamid=wamid, thread=thread).first() if wamid else None


def _offering(thread, tapped_id):
    """A phone may leave the quoted id out, and ours may not know Meta's id (the connection broke after it accepted)."""
    if not tapped_id:
        return None
    ours = Message.objects.filter(thread=thread, kind__in=OFFERS).exclude(author_kind=Message.Author.CUSTOMER)
    newest = ours.exclude(on_answer={}).order_by("-at", "-pk")[:OFFERS_LOOKED_AT]
    return next((one for one in newest if tapped_id in ids_offered(one.kind, one.content)), None)
