"""From rows to what the rules look at."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from automation.models import Automation, BusinessHours, Decision, Holiday, OpeningTime
from automation.rules.facts import Facts, Policy, Settled
from automation.rules.hours import Hours
from inbox.models import Reception

Kind = Automation.Kind
SETTLING = (Decision.Outcome.DONE, Decision.Outcome.REFUSED)
# So far back the rules look into what was settled in a thread.
MOST_SETTLED = 50
AS_STORED = (
    "status",
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


def stopped(conversation_id):
    """The occasion on which automation was stopped for a conversation: two machines were talking."""
    return f"stopped:{conversation_id}"


def facts_of(change, conversation):
    """The Facts of a conversation of the change's thread. One query."""
    settled = settled_of(change.thread)
    return Facts(
        now=change.now,
        **{name: getattr(conversation, name) for name in AS_STORED},
        window_until=change.thread.window_until,
        has_agent=conversation.assignee_id is not None,
        is_manual=Reception.of(change.thread.number).picking == Reception.Picking.MANUAL,
        is_stopped=any(one.occasion == stopped(conversation.pk) for one in settled),
        settled=settled,
    )


def settled_of(thread):
    """What was settled in a thread, newest first."""
    rows = Decision.objects.filter(thread=thread, outcome__in=SETTLING).order_by("-id")
    rows = rows.values_list("automation", "occasion", "at", "outcome")[:MOST_SETTLED]
    return tuple(Settled(name, occasion, at, outcome == "done") for name, occasion, at, outcome in rows)


def on_at(number_id):
    """{kind: Automation} of what is on at a number. One query."""
    return {one.kind: one for one in Automation.objects.filter(number=number_id, is_on=True)}


def policy_of(number_id, bot=None, automations=None):
    """The Policy of a number. `bot` serves the conversation; `automations` are `on_at` where they are known already."""
    automations = on_at(number_id) if automations is None else automations
    reminder, auto_close = automations.get(Kind.REMINDER), automations.get(Kind.AUTO_CLOSE)
    welcome = automations.get(Kind.WELCOME)
    return Policy(
        hours=hours_of(number_id) if automations else Hours(),
        replies_unassigned=Kind.UNASSIGNED in automations,
        replies_queued=Kind.QUEUE in automations,
        replies_closed_hours=Kind.CLOSED_HOURS in automations,
        **({"holds_after_welcome": timedelta(seconds=welcome.hold_seconds)} if welcome else {}),
        reminder_after=_minutes(reminder),
        reminder_counts_business_time=bool(reminder and reminder.counts_business_time),
        auto_close_after=_minutes(auto_close),
        auto_close_counts_business_time=bool(auto_close and auto_close.counts_business_time),
        surveys=Kind.SURVEY in automations,
        **({"bot_silence": timedelta(minutes=bot.silence_minutes)} if bot else {}),
    )


def _minutes(automation):
    return timedelta(minutes=automation.minutes) if automation else None


def hours_of(number_id):
    """The Hours of a number; always open where it has no plan. One query."""
    opening = OpeningTime.objects.filter(hours=OuterRef("pk")).values(
        times=JSONObject(weekday="weekday", opens_at="opens_at", closes_at="closes_at")
    )
    plan = BusinessHours.objects.filter(number=number_id, is_on=True).annotate(
        times=ArraySubquery(opening), days_off=ArraySubquery(Holiday.objects.filter(hours=OuterRef("pk")).values("day"))
    )
    found = plan.first()
    if found is None:
        return Hours()
    return Hours(True, ZoneInfo(found.time_zone), _week(found.times), frozenset(found.days_off))


def _week(times):
    """{weekday: ((opens_at, closes_at), ...)}"""
    week = {}
    for row in times:
        span = (time.fromisoformat(row["opens_at"]), time.fromisoformat(row["closes_at"]))
        week[row["weekday"]] = (*week.get(row["weekday"], ()), span)
    return {weekday: tuple(sorted(spans)) for weekday, spans in week.items()}
