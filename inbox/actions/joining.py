"""Two contacts turn out to be one person: join them, with their open conversations, in a way that can be undone."""

from contextlib import contextmanager

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from inbox import consent, feed, moves
from inbox.actions.assignment import hand_over_within
from inbox.changes import change_thread
from inbox.models import (
    Consent,
    Contact,
    ContactMerge,
    Conversation,
    Event,
    FeedEvent,
    Identity,
    Message,
    Thread,
    WebhookDelivery,
)
from inbox.rules.consent import NOTHING, stricter
from inbox.timers import move_timers
from whatsapp import window

Status = Conversation.Status
FILLED_FROM_OTHER = ("name", "profile_name", "username", "phone", "email", "owner_id")
OPTOUTS = tuple(consent.FIELDS.values())
# Screens that show the kept thread get the newest of what it gained; older words come with its earlier pages.
SHOWN_AT_ONCE = 40


def join_contacts(keep_id, absorb_id, now=None):
    """Join two that a send answer has shown to be one; None when one of them was joined already."""
    with transaction.atomic():
        found = Contact.objects.select_for_update().filter(merged_into=None).in_bulk([keep_id, absorb_id])
        if len(found) < 2:
            return None
        return join(found[keep_id], found[absorb_id], now or timezone.now())


@transaction.atomic
def join(keep, absorb, now):
    """Make `absorb` a part of `keep`. Returns the ContactMerge. Both contacts' identities and threads are locked."""
    both = Identity.objects.filter(contact__in=[keep, absorb]).order_by("pk")
    list(both.select_for_update(no_key=True).values_list("pk"))
    for contact in (keep, absorb):
        contact.refresh_from_db(from_queryset=Contact.objects.select_for_update())
    threads = Thread.objects.select_for_update().filter(contact__in=[keep, absorb]).order_by("pk")
    by_number = {(thread.contact_id, thread.number_id): thread for thread in threads}
    identities = list(Identity.objects.filter(contact=absorb).values_list("pk", flat=True))
    moved = {"identities": identities, "threads": [], "merged": [], "kept_before": fields_of(keep)}
    for (contact_id, number_id), thread in by_number.items():
        if contact_id == absorb.pk:
            move_thread(thread, by_number.get((keep.pk, number_id)), keep, moved, now)
    Identity.objects.filter(pk__in=identities).update(contact=keep)
    fill(keep, absorb, now)
    keep.groups.add(*absorb.groups.all())
    Contact.objects.filter(pk=absorb.pk).update(merged_into=keep)
    moved["kept_after"] = fields_of(keep)
    return ContactMerge.objects.create(kept=keep, absorbed=absorb, moved=moved, merged_at=now)


def fields_of(contact):
    return {field: getattr(contact, field) for field in (*FILLED_FROM_OTHER, *OPTOUTS, "notes", "attributes")}


def fill(keep, absorb, now):
    """What the kept contact lacks comes from the other; the stricter opt-out of each channel wins."""
    for field in FILLED_FROM_OTHER:
        setattr(keep, field, getattr(keep, field) or getattr(absorb, field))
    keep.notes = "\n\n".join(filter(None, [keep.notes, absorb.notes]))
    keep.attributes = absorb.attributes | keep.attributes
    before = {channel: getattr(keep, field) for channel, field in consent.FIELDS.items()}
    for field in OPTOUTS:
        setattr(keep, field, stricter(getattr(keep, field), getattr(absorb, field)))
    keep.save()
    for channel, stood in before.items():
        note_optout(keep, channel, stood, now)


def note_optout(contact, channel, before, now):
    """The registry tells why what is in force is another now."""
    becomes = consent.stored(contact, channel)
    if becomes != before:
        state = Consent.State.OPTED_IN if becomes == NOTHING else becomes
        contact.consents.create(channel=channel, state=state, source=Consent.Source.MERGE, at=now)
        kind = Event.Kind.OPTED_IN if state == Consent.State.OPTED_IN else Event.Kind.OPTED_OUT
        tell_of_optout(contact, Event(kind=kind, data={"channel": channel, "state": state, "source": "merge"}), now)


def tell_of_optout(contact, line, now):
    """A line in each of their threads, of which programs hear; of a contact without any they hear beside."""
    thread_ids = list(contact.threads.order_by("pk").values_list("pk", flat=True))
    for thread_id in thread_ids:
        with change_to_join(thread_id, now) as change:
            change.record(line.kind, **line.data)
    if not thread_ids:
        feed.tell_of_contact(line, contact)


@contextmanager
def change_to_join(thread_id, now):
    """A change that shows more than its own rows: names and rows come from the other contact, before and after it."""
    with change_thread(thread_id, now) as change:
        change.shows_more()
        yield change


def move_thread(thread, kept, keep, moved, now):
    """The whole thread changes hands where the kept contact has none on this number; else its rows do."""
    if kept is None:
        Thread.objects.filter(pk=thread.pk).update(contact=keep)
        moved["threads"].append(thread.pk)
        with change_to_join(thread.pk, now) as change:
            change.record(Event.Kind.JOINED)
        return
    loser = close_one_of_two(thread, kept, now)
    moved["merged"].append(move_rows(thread, kept, loser, now))


def close_one_of_two(thread, kept, now):
    """One open conversation per contact and number: the assigned, else the older one, goes on. Returns the other."""
    both = list(Conversation.objects.filter(thread__in=[thread, kept]).exclude(status=Status.CLOSED))
    if len(both) < 2:
        return None
    goes_on, loser = sorted(both, key=lambda one: (one.status != Status.ASSIGNED, one.pk))
    inherited = {field: getattr(loser, field) for field in ("unanswered_since", "customer_wrote_at", "waiting_since")}
    with change_to_join(loser.thread_id, now) as change:
        moves.shut(change)
        change.record(Event.Kind.CLOSED, by_rule="merged")
    with change_to_join(goes_on.thread_id, now) as change:
        inherit(change.conversation, loser, inherited)
        if change.conversation.status == Status.PENDING and loser.customer_wrote_at:
            hand_over_within(change, "response")
    return loser


def inherit(conversation, loser, inherited):
    """The customer's unanswered word does not lose its place because its conversation did."""
    for field, theirs in inherited.items():
        ours = getattr(conversation, field)
        if field != "waiting_since" or ours:
            setattr(conversation, field, min(filter(None, [ours, theirs]), default=None))
    conversation.bumped_at = max(conversation.bumped_at, loser.bumped_at)
    conversation.last_inbound_id = max(conversation.last_inbound_id, loser.last_inbound_id)
    conversation.tags.add(*loser.tags.all())


def move_rows(thread, kept, loser, now):
    """Messages, lines and conversations go to the kept thread. Returns their ids, as the merge keeps them."""
    rows = {
        "from": thread.pk,
        "to": kept.pk,
        "messages": ids(thread.messages),
        "events": ids(thread.events),
        "conversations": ids(thread.conversations),
        "closed": loser.pk if loser else None,
    }
    with change_to_join(kept.pk, now) as change:
        # Both threads counted versions of their own: go on above both.
        thread.refresh_from_db()
        change.version = max(change.version, thread.version + 1)
        goes_on = thread.conversations.exclude(status=Status.CLOSED).first()
        if goes_on:
            change.look_at(goes_on)
        adopt(change, thread)
        if change.conversation:
            show_newest_of(change.conversation, change.thread)
        change.record(Event.Kind.JOINED)
    return rows


def adopt(change, thread):
    """Move the rows under the change's lock; the later writer's identity gets the answers, and the message of ours that
    awaits the customer's next one awaits it still."""
    newest = list(thread.messages.order_by("-at", "-pk").values_list("pk", flat=True)[:SHOWN_AT_ONCE])
    keep_one_in_flight(change.thread, thread)
    Conversation.objects.filter(thread=thread).update(thread=change.thread, updated_at=change.now)
    move_timers(thread.pk, change.thread.pk)
    Event.objects.filter(thread=thread).update(thread=change.thread, version=0)
    Message.objects.filter(thread=thread).update(thread=change.thread, version=0)
    Message.objects.filter(pk__in=newest).update(version=change.version)
    move_webhooks(thread, change.thread)
    ours, theirs = change.thread.window_until, thread.window_until
    if theirs and (ours is None or theirs > ours):
        change.thread.window_until, change.thread.reply_identity = theirs, thread.reply_identity
    change.thread.awaited_id = max(filter(None, [change.thread.awaited_id, thread.awaited_id]), default=None)
    Thread.objects.filter(pk=thread.pk).update(awaited=None)


def move_webhooks(thread, kept):
    """What programs were not told yet of these conversations comes before what happens to them from now on."""
    FeedEvent.objects.filter(thread=thread, position=None).update(thread=kept)
    WebhookDelivery.objects.filter(thread=thread, status=WebhookDelivery.Status.PENDING).update(thread=kept)


def keep_one_in_flight(kept, thread):
    """Two messages on their way at this very moment, one per thread: of one of them only Meta's receipt will tell."""
    in_flight = Message.objects.filter(thread=kept, status=Message.Status.SENDING)
    if in_flight.exists():
        theirs = Message.objects.filter(thread=thread, status=Message.Status.SENDING)
        theirs.update(status=Message.Status.UNCONFIRMED)


def show_newest_of(conversation, thread):
    """The list shows the newest of the thread's words that stand in conversations."""
    words = Message.objects.filter(thread=thread, conversation__isnull=False)
    conversation.last_message = words.exclude(kind__in=Message.ANNOTATIONS).order_by("-at", "-pk").first()


def ids(rows):
    return list(rows.values_list("pk", flat=True))


@transaction.atomic
def undo_join(merge_id, now):
    """Take a merge back: what it moved returns, with what has been said in those conversations since; a conversation
    that it closed stays closed. Returns the ContactMerge; raises ContactMerge.DoesNotExist when undone already."""
    merge = ContactMerge.objects.select_for_update().get(pk=merge_id, undone_at=None)
    kept, absorbed, moved = merge.kept, merge.absorbed, merge.moved
    list(Thread.objects.select_for_update().filter(contact__in=[kept, absorbed]).order_by("pk"))
    Contact.objects.filter(pk=absorbed.pk).update(merged_into=None)
    Identity.objects.filter(pk__in=moved["identities"], contact=kept).update(contact=absorbed)
    Thread.objects.filter(pk__in=moved["threads"], contact=kept).update(contact=absorbed)
    for rows in moved["merged"]:
        return_rows(rows, kept, now)
    unfill(kept, merge, now)
    merge.undone_at = now
    merge.save(update_fields=["undone_at"])
    return merge


def unfill(kept, merge, now):
    """What the merge changed on the contact goes back, unless somebody has changed it since."""
    before, after = merge.moved["kept_before"], merge.moved["kept_after"]
    said = kept.consents.filter(at__gt=merge.merged_at).values_list("channel", flat=True)
    stays = {consent.FIELDS[channel] for channel in said}
    for field in after.keys() - stays:
        if getattr(kept, field) == after[field]:
            setattr(kept, field, before[field])
    kept.save()
    for channel, field in consent.FIELDS.items():
        note_optout(kept, channel, after.get(field, NOTHING) if field not in stays else getattr(kept, field), now)


def return_rows(rows, kept, now):
    """Each side gets its rows in a change of its own, so that open pages learn of both."""
    with change_to_join(rows["to"], now) as change:
        send_back(rows, change.thread)
        awaited = give_up_awaited(rows, change.thread)
        if change.conversation and change.conversation.pk in rows["conversations"]:
            change.conversation = None
        settle(change, kept)
        highest = change.version
    with change_to_join(rows["from"], now) as change:
        change.version = max(change.version, highest + 1)
        change.thread.awaited = awaited or change.thread.awaited
        settle(change, change.thread.contact)


def give_up_awaited(rows, thread):
    """The message that awaits an answer where it has been sent back, or None."""
    awaited = Message.objects.filter(pk=thread.awaited_id, thread=rows["from"]).first()
    if awaited:
        thread.awaited = None
    return awaited


def send_back(rows, thread):
    """What came with the merge, and what has been said since in the conversations that came with it."""
    conversations = rows["conversations"]
    Conversation.objects.filter(pk__in=conversations, thread=thread).update(thread=rows["from"])
    move_timers(thread.pk, rows["from"], conversations)
    for model, key in ((Event, "events"), (Message, "messages")):
        theirs = Q(pk__in=rows[key]) | Q(conversation__in=conversations)
        model.objects.filter(theirs, thread=thread).update(thread=rows["from"])
    send_back_webhooks(thread, rows["from"], conversations)


def send_back_webhooks(thread, home_id, conversations):
    """What programs were not told yet of these conversations comes before what happens to them from now on."""
    theirs = {"thread": thread, "conversation__in": conversations}
    FeedEvent.objects.filter(**theirs, position=None).update(thread=home_id)
    waiting = WebhookDelivery.objects.filter(status=WebhookDelivery.Status.PENDING)
    waiting.filter(thread=thread, event__conversation__in=conversations).update(thread=home_id)
    waiting.filter(thread__in=[thread.pk, home_id]).let_first_go()


def settle(change, contact):
    """Preview, address and window follow from what the thread holds now."""
    thread = change.thread
    if change.conversation:
        show_newest_of(change.conversation, thread)
    own = Identity.objects.filter(contact=contact)
    if not own.filter(pk=thread.reply_identity_id).exists():
        thread.reply_identity = own.order_by("-pk").first()
    thread.window_until = last_window(thread)


def last_window(thread):
    words = Message.objects.filter(thread=thread, author_kind=Message.Author.CUSTOMER)
    newest = words.exclude(kind__in=Message.ANNOTATIONS).order_by("-at").values_list("at", flat=True).first()
    return newest and window.closes_at(newest)
