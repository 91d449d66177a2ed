"""Whom a draft goes to: contacts that were ticked, groups, a filter, a pasted list. Changed under a lock."""

from django.db import transaction
from django.utils import timezone

from broadcasts import ledger
from broadcasts.channels import channel_of
from broadcasts.drafts.files import left_for_own_bytes
from broadcasts.drafts.previews import link_tag
from broadcasts.models import Broadcast, Recipient, Tally
from broadcasts.queries import draft_to_change
from broadcasts.rules.pasted import File, NotUsable, read_list, with_files, with_links
from inbox.actions.refusals import Refusal
from inbox.models import Contact, Group
from inbox.queries import contacts_for

MOST_TICKED = 10_000
TO_LEDGER = 2000


def tick(broadcast_id, contact_ids, is_on, by):
    """Put contacts into the audience, as far as `by` sees them, or take them out. Returns the Broadcast."""

    def change(audience):
        chosen = set(audience.get("contacts", ()))
        if is_on:
            chosen |= set(contacts_for(by).filter(pk__in=contact_ids).values_list("pk", flat=True))
        else:
            chosen -= set(contact_ids)
        if len(chosen) > MOST_TICKED:
            words = f"Up to {MOST_TICKED:,} customers can be ticked one by one. Use a filter or a group for more."
            raise Refusal("too_many_chosen", words, "contacts", 400)
        audience["contacts"] = sorted(chosen)

    return _changed(broadcast_id, change)


def untick_all(broadcast_id):
    return _changed(broadcast_id, lambda audience: audience.pop("contacts", None))


def put_group(broadcast_id, group_id, is_on):
    """Put a group into the audience or take it out; who is in it is asked when the broadcast begins."""
    if is_on and not Group.objects.filter(pk=group_id).exists():
        raise Refusal("group_unknown", "This group is not there any more. Choose another one.", "group", 400)

    def change(audience):
        chosen = set(audience.get("groups", ())) - {group_id}
        audience["groups"] = sorted(chosen | {group_id} if is_on else chosen)

    return _changed(broadcast_id, change)


def put_filter(broadcast_id, asked):
    """Whoever fits an inbox.rules.audience.Audience when the broadcast begins; None takes the filter out."""
    if asked is not None and asked.is_empty:
        raise Refusal("filter_empty", "Say first whom you mean: choose at least one thing.", "filter", 400)

    def change(audience):
        audience["filter"] = asked.as_dict() if asked else {}

    return _changed(broadcast_id, change)


@transaction.atomic
def _changed(broadcast_id, change):
    broadcast = draft_to_change(broadcast_id)
    audience = dict(broadcast.audience)
    change(audience)
    broadcast.audience = {name: value for name, value in audience.items() if value}
    broadcast.save(update_fields=["audience"])
    return broadcast


# --- A pasted list ---------------------------------------------------------------------------------------------------


def read(broadcast, text):
    """The broadcasts.rules.pasted.Pasted of a text, with addresses of the draft's channel. Raises Refusal."""
    channel = channel_of(broadcast)

    def address_of(typed):
        try:
            return channel.address(typed, broadcast)
        except Refusal as refusal:
            raise NotUsable(refusal.words) from refusal

    try:
        found = read_list(text, address_of)
    except NotUsable as error:
        raise Refusal("list_unreadable", str(error), "text", 400) from error
    if broadcast.channel == Broadcast.Channel.EMAIL:
        return with_files(found, _own_files(broadcast), left_for_own_bytes(broadcast))
    tag = link_tag(broadcast)
    return with_links(found, tag) if tag else found


def _own_files(broadcast):
    kept = broadcast.files.filter(is_personal=True)
    return [File(*row) for row in kept.values_list("pk", "name", "size_bytes")]


@transaction.atomic
def put_list(broadcast, pasted, now=None):
    """Make the lines of a Pasted the draft's list, in place of an earlier one. Returns how many there are. Raises
    Refusal."""
    draft_to_change(broadcast.pk)
    forget_list(broadcast)
    known = _known(broadcast, [line.address for line in pasted.lines])
    entries = [
        ledger.Entry(line.address, known.get(line.address), line.params, files=line.files) for line in pasted.lines
    ]
    now = now or timezone.now()
    for start in range(0, len(entries), TO_LEDGER):
        ledger.add(broadcast, entries[start : start + TO_LEDGER], now)
    return len(entries)


def forget_list(broadcast):
    """The people of a pasted list go: their addresses are of another channel, or the list was a wrong one."""
    with transaction.atomic():
        Recipient.objects.filter(broadcast=broadcast).delete()
        Tally.objects.filter(broadcast=broadcast).delete()


def _known(broadcast, addresses):
    """{address: contact id} of contacts who have these addresses; the oldest where there are several."""
    field = "email" if broadcast.channel == Broadcast.Channel.EMAIL else "phone"
    rows = Contact.objects.filter(merged_into=None, **{f"{field}__in": addresses}).order_by("-pk")
    return dict(rows.values_list(field, "pk"))
