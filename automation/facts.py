"""From rows to what the rules look at. What belongs to a conversation is read in one query, its number's wishes in
another (and a third one where business hours count)."""

from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import JSONObject, Lag

from automation.models import Automation, BusinessHours, Decision, Holiday, OpeningTime
from automation.rules import occasions
from automation.rules.deadlines import Due
from automation.rules.facts import Facts, Policy, Settled
from automation.rules.hours import Hours
from inbox.models import Contact, Conversation, Event, Message, Reception, Timer
from inbox.moves import PEOPLE
from whatsapp.prepared import AnyOf, Place, Prepared
from whatsapp.window import WINDOW

Kind = Automation.Kind
Line = Event.Kind
# So far back the rules look into what was settled in a thread; a welcome and a survey count for longer.
LATELY = timedelta(days=1)
LONGER = (Kind.WELCOME, Kind.SURVEY)
MOST_SETTLED = 100
# Lines that say since when nobody serves, and that it was open again.
SINCE = (Line.REOPENED, Line.RETURNED, Line.HANDED_OVER, Line.TRANSFERRED)
# Older automatic messages hold nothing back.
JUST_NOW = timedelta(minutes=2)
REACHED = (Message.Status.SENT, Message.Status.DELIVERED, Message.Status.READ, Message.Status.PLAYED)
# Where no automation is on nothing of the past counts.
NOTHING_RELATED = {"settled": (), "lines": (), "word": (), "welcome": (), "other": (), "reached": None}
AS_STORED = (
    "status",
    "opened_at",
    "unanswered_since",
    "waiting_since",
    "assigned_at",
    "served_since",
    "last_word_at",
    "agent_wrote_at",
    "bot_wrote_at",
    "closed_at",
    "customer_wrote_at",
)


# --- A conversation --------------------------------------------------------------------------------------------------


def facts_of(change, conversation):
    """The Facts of a saved conversation of the change's thread."""
    found = _related(change, conversation) if on_at(change) else NOTHING_RELATED
    settled = tuple(_settled(row) for row in found["settled"])
    lines = [(row["kind"], datetime.fromisoformat(row["at"])) for row in found["lines"]]
    word = found["word"][0] if found["word"] else {}
    return Facts(
        now=change.now,
        conversation_id=conversation.pk,
        **{name: getattr(conversation, name) for name in AS_STORED},
        window_until=change.thread.window_until,
        has_agent=conversation.assignee_id is not None,
        is_manual=Reception.of(change.thread.number).picking == Reception.Picking.MANUAL,
        is_stopped=any(one.occasion == occasions.stopped(conversation.pk) for one in settled),
        settled=settled,
        word_arrived_at=_time(word.get("created_at")),
        word_said_at=_time(word.get("at")),
        first_contact_at=_first_contact(change, conversation, found["welcome"]),
        free_since=next((at for kind, at in lines if kind != Line.REOPENED), None),
        window_reopened_at=_window_reopened(change, conversation),
        reopened_at=next((at for kind, at in lines if kind == Line.REOPENED), None),
        agent_reached=found["reached"] if conversation.status == Conversation.Status.CLOSED else None,
        is_opted_out=change.thread.contact.whatsapp_optout == Contact.OptOut.ALL,
        other_automatic_at=_time(found["other"][0]["at"]) if found["other"] else None,
    )


def _related(change, conversation):
    """What other rows say of a conversation; asked at once for those of all changes that are made together."""
    conversation_ids = [one.conversation.pk for one in change.together.changes if one.conversation]
    found = change.together.once("related", lambda: _related_of(conversation_ids, change.now))
    return found.get(conversation.pk) or _related_of([conversation.pk], change.now)[conversation.pk]


def _related_of(conversation_ids, now):
    """{conversation id: settled, lines, word, welcome, other (automatic messages), reached}"""
    rows = RELATED.all(conversation_ids=list(conversation_ids), lately=now - LATELY, just_now=now - JUST_NOW)
    return {row["pk"]: row for row in rows}


def _with_related():
    # Of a conversation that came from another contact's thread, what was settled stays in that one.
    mine = Q(conversation=OuterRef("pk"))
    of_thread = Q(thread=OuterRef("thread")) & (Q(at__gte=Place("lately")) | Q(automation__in=LONGER))
    settled = Decision.objects.filter(mine | of_thread, outcome__in=Decision.SETTLING).order_by("-id")
    lines = Event.objects.filter(conversation=OuterRef("pk"), kind__in=SINCE).order_by("-id")
    word = Message.objects.filter(pk=OuterRef("last_inbound_id"))
    welcome = Timer.objects.filter(thread=OuterRef("thread"), kind=Due.WELCOME)
    reached = Message.objects.filter(conversation=OuterRef("pk"), author_kind__in=PEOPLE, status__in=REACHED)
    no_decision = ~Exists(Decision.objects.filter(message=OuterRef("pk")))
    other = Message.objects.filter(no_decision, thread=OuterRef("thread"), author_kind=Message.Author.AUTOMATION)
    other = other.filter(at__gt=Place("just_now")).order_by("-at")
    told = JSONObject(automation="automation", occasion="occasion", at="at", outcome="outcome")
    return Conversation.objects.filter(AnyOf("pk", "conversation_ids")).values(
        "pk",
        settled=ArraySubquery(settled.values(row=told)[:MOST_SETTLED]),
        lines=ArraySubquery(lines.values(row=JSONObject(kind="kind", at="at"))[:10]),
        word=ArraySubquery(word.values(row=JSONObject(at="at", created_at="created_at"))),
        welcome=ArraySubquery(welcome.values("due_at")),
        other=ArraySubquery(other.values(row=JSONObject(at="at"))[:1]),
        reached=Exists(reached.exclude(kind__in=["note", *Message.ANNOTATIONS])),
    )


RELATED = Prepared(_with_related)


def _settled(row):
    return Settled(row["automation"], row["occasion"], datetime.fromisoformat(row["at"]), row["outcome"] == "done")


def _time(text):
    return datetime.fromisoformat(text) if text else None


def _first_contact(change, conversation, welcome_due_at):
    """When the customer's word came into an empty thread; afterwards the timer that it set remembers."""
    if change.stood:
        return min(welcome_due_at, default=None)
    earlier = change.thread.messages.exclude(pk=conversation.last_inbound_id)
    return None if not conversation.last_inbound_id or earlier.exists() else change.now


def _window_reopened(change, conversation):
    """The arrival of the newest word that came more than 24 hours after the one before it."""
    if not conversation.is_waiting or conversation.opened_at > change.now - WINDOW:
        return None
    words = Message.objects.filter(conversation=conversation, author_kind=Message.Author.CUSTOMER)
    words = words.annotate(before=Window(Lag("at"), order_by=["at", "pk"])).filter(at__gt=F("before") + WINDOW)
    return words.order_by("-at").values_list("created_at", flat=True).first()


# --- A number --------------------------------------------------------------------------------------------------------


def on_at(change):
    """{kind: Automation} of what is on at the number of the change's thread; read once for changes made together."""
    number_id = change.thread.number_id
    return change.together.once(("automations", number_id), lambda: _on_at(number_id))


def _on_at(number_id):
    return {one.kind: one for one in ON.all(number=number_id)}


ON = Prepared(
    lambda: Automation.objects.select_related("message_template").filter(number=Place("number"), is_on=True).order_by()
)


def policy_of(change):
    """The Policy of the number of the change's thread, for its conversation and the bot that serves it."""
    number_id, automations = change.thread.number_id, on_at(change)
    bot = change.conversation and change.conversation.bot
    reminder, auto_close = automations.get(Kind.REMINDER), automations.get(Kind.AUTO_CLOSE)
    hours = partial(hours_of, number_id)
    welcome, survey = automations.get(Kind.WELCOME), automations.get(Kind.SURVEY)
    return Policy(
        hours=change.together.once(("hours", number_id), hours) if _count_hours(automations) else Hours(),
        welcomes=welcome is not None,
        replies_unassigned=Kind.UNASSIGNED in automations,
        replies_queued=Kind.QUEUE in automations,
        replies_closed_hours=Kind.CLOSED_HOURS in automations,
        **({"holds_after_welcome": timedelta(seconds=welcome.hold_seconds)} if welcome else {}),
        reminder_after=_minutes(reminder),
        reminder_counts_business_time=bool(reminder and reminder.counts_business_time),
        auto_close_after=_minutes(auto_close),
        auto_close_counts_business_time=bool(auto_close and auto_close.counts_business_time),
        surveys=survey is not None,
        survey_every=timedelta(days=survey.every_days) if survey and survey.every_days else None,
        pending_for=_pending_for(change.thread.number),
        **({"bot_silence": timedelta(minutes=bot.silence_minutes)} if bot else {}),
    )


def _pending_for(number):
    days = Reception.of(number).pending_days
    return timedelta(days=days) if days else None


def _minutes(automation):
    return timedelta(minutes=automation.minutes) if automation else None


def _count_hours(automations):
    return Kind.CLOSED_HOURS in automations or any(one.counts_business_time for one in automations.values())


def hours_of(number_id):
    """The Hours of a number; always open where it has no plan. One query."""
    found = PLAN.first(number=number_id)
    if found is None:
        return Hours()
    return Hours(True, ZoneInfo(found.time_zone), _week(found.times), frozenset(found.days_off))


def _plan():
    spans = JSONObject(weekday="weekday", opens_at="opens_at", closes_at="closes_at")
    opening = OpeningTime.objects.filter(hours=OuterRef("pk")).order_by("weekday", "opens_at").values(row=spans)
    return BusinessHours.objects.filter(number=Place("number"), is_on=True).annotate(
        times=ArraySubquery(opening),
        days_off=ArraySubquery(Holiday.objects.filter(hours=OuterRef("pk")).values("day")),
    )


PLAN = Prepared(_plan)


def _week(times):
    """{weekday: ((opens_at, closes_at), ...)}"""
    week = {}
    for row in times:
        span = (time.fromisoformat(row["opens_at"]), time.fromisoformat(row["closes_at"]))
        week[row["weekday"]] = (*week.get(row["weekday"], ()), span)
    return week
