"""Who a draft would reach if it left now, and who not and why: counted in the database, however many they are.

What is decided as it leaves is counted likewise (broadcasts.channels): the first reason that fits is the reason.
"""

from dataclasses import dataclass

from django.db.models import BooleanField, Case, CharField, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Concat, Lower, NullIf
from django.utils import timezone

from broadcasts import audience, ledger
from broadcasts.drafts.previews import tags_used, template_of
from broadcasts.models import Broadcast, Recipient
from inbox.models import Conversation, Identity
from inbox.rules import consent
from inbox.rules.rights import MARKETING, OPTED_OUT_OF_ALL

Channel = Broadcast.Channel
MISSING = "value_missing:"
# Whoever stands in a list has this one: it is their address.
ADDRESS_TAGS = {Channel.WHATSAPP: "phone", Channel.EMAIL: "email", Channel.SMS: "phone"}
WORDS = {
    "no_address": "without an address on this channel",
    "opted_out": "opted out",
    "capped": "with as many broadcasts lately as you allow",
    "conversation_open": "in an open conversation",
    "duplicate": "with the address of somebody who gets it",
}
# What is known of every contact, by tag; anything else is an attribute.
NAMES = {"name": ("name", "profile_name"), "first_name": ("name", "profile_name"), "username": ("username",)}
FIELDS = NAMES | {"phone": ("phone",), "email": ("email",)}
# A contact's attributes, or a recipient's own values, by any case of the name.
HAS_KEY = """EXISTS (SELECT 1 FROM jsonb_each_text({column}) AS own(name, said)
    WHERE lower(own.name) = lower(%s) AND btrim(own.said) <> '')"""
ATTRIBUTES, PARAMS = '"inbox_contact"."attributes"', '"broadcasts_recipient"."params"'


@dataclass(frozen=True)
class Skipped:
    """How many are left out for a reason; `words` go on after the number."""

    reason: str
    words: str
    count: int


@dataclass(frozen=True)
class Reach:
    """`gets`: how many will be written to, as far as it can be told beforehand."""

    gets: int
    skipped: tuple[Skipped, ...]

    @property
    def named(self):
        return self.gets + sum(one.count for one in self.skipped)


def reach_of(broadcast):
    """The Reach of a draft: two queries. Raises Refusal for a filter that is none any more."""
    counts = {}
    for rows in (_of_audience(broadcast), _of_list(broadcast)):
        for reason, count, distinct in rows:
            counts[reason] = counts.get(reason, 0) + (count if reason else distinct)
            counts["duplicate"] = counts.get("duplicate", 0) + (0 if reason else count - distinct)
    skipped = [Skipped(reason, _words(reason), count) for reason, count in counts.items() if reason and count]
    return Reach(counts.get("", 0), tuple(sorted(skipped, key=lambda one: -one.count)))


def _words(reason):
    if reason.startswith(MISSING):
        return f"without a value for “{reason.removeprefix(MISSING).replace('_', ' ')}”"
    return WORDS[reason]


def _of_audience(broadcast):
    """[(reason or "", contacts, different addresses)] of the contacts who are meant."""
    if not audience.has_audience(broadcast):
        return []
    whens = [
        When(_has_no_address(broadcast.channel), then=Value("no_address")),
        When(_has_refused(broadcast), then=Value("opted_out")),
        *_when_capped(broadcast, OuterRef("pk")),
        *_when_served(broadcast, OuterRef("pk")),
        When(Exists(_listed(broadcast)), then=Value("duplicate")),
        *(When(~_has(name), then=Value(f"{MISSING}{name}")) for name in _without_default(broadcast)),
    ]
    contacts = audience.contacts_of(broadcast).order_by().annotate(address=_address(broadcast.channel))
    return _counted(contacts, whens)


def _of_list(broadcast):
    """The same of the people of a pasted list, who have their rows already."""
    recipients = broadcast.recipients.order_by()
    lacking = [
        When(~(_own(name) | _has(name, "contact__")), then=Value(f"{MISSING}{name}"))
        for name in _without_default(broadcast)
        if name.casefold() != ADDRESS_TAGS[broadcast.channel]
    ]
    whens = [
        When(_has_refused(broadcast, "contact__"), then=Value("opted_out")),
        *_when_capped(broadcast, OuterRef("contact")),
        *_when_served(broadcast, OuterRef("contact")),
        *lacking,
    ]
    return _counted(recipients, whens)


def _counted(rows, whens):
    why = Case(*whens, default=Value("")) if whens else Value("")
    told = rows.annotate(why=why).values("why").annotate(n=Count("pk"), different=Count("address", distinct=True))
    return [(row["why"], row["n"], row["different"]) for row in told]


def _address(channel):
    if channel == Channel.EMAIL:
        return Lower("email")
    own = Concat(Value("contact "), Cast("pk", CharField()))
    return Case(When(phone="", then=own), default=F("phone")) if channel == Channel.WHATSAPP else F("phone")


def _has_no_address(channel):
    if channel == Channel.EMAIL:
        return Q(email="")
    unknown = ~Exists(Identity.objects.filter(contact=OuterRef("pk"))) if channel == Channel.WHATSAPP else Q()
    return Q(phone="") & unknown


def _has_refused(broadcast, path=""):
    field = f"{path}{consent.FIELDS[broadcast.channel]}"
    if broadcast.channel != Channel.WHATSAPP:
        return Q(**{f"{field}__gt": ""})
    template = template_of(broadcast)
    is_marketing = template is not None and template.category == MARKETING
    return Q(**{f"{field}__gt": ""}) if is_marketing else Q(**{field: OPTED_OUT_OF_ALL})


def _when_capped(broadcast, contact):
    """As it is now; what is sent until the broadcast leaves counts then, too."""
    if broadcast.cap_count is None:
        return []
    got = ledger.counted_for_cap(broadcast, timezone.now()).filter(contact=contact)
    often = got.order_by().values("contact").annotate(times=Count("pk")).filter(times__gte=broadcast.cap_count)
    return [When(Exists(often), then=Value("capped"))]


def _when_served(broadcast, contact):
    if not broadcast.skips_open_conversations:
        return []
    served = Conversation.objects.filter(thread__contact=contact).exclude(status=Conversation.Status.CLOSED)
    if broadcast.number_id:
        served = served.filter(thread__number=broadcast.number_id)
    return [When(Exists(served), then=Value("conversation_open"))]


def _listed(broadcast):
    address = OuterRef("email") if broadcast.channel == Channel.EMAIL else OuterRef("phone")
    return Recipient.objects.filter(broadcast=broadcast, address__iexact=NullIf(address, Value("")))


def _without_default(broadcast):
    defaults = {name.casefold() for name, value in broadcast.params.items() if str(value).strip()}
    return [name for name in tags_used(broadcast) if name.casefold() not in defaults]


def _has(name, path=""):
    """Whether a contact has a value for a tag."""
    known = FIELDS.get(name.casefold())
    if known:
        return Q(*(Q(**{f"{path}{field}__gt": ""}) for field in known), _connector=Q.OR)
    return Q(RawSQL(HAS_KEY.format(column=ATTRIBUTES), [name], BooleanField()))


def _own(name):
    return Q(RawSQL(HAS_KEY.format(column=PARAMS), [name], BooleanField()))
