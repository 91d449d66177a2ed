"""Automations of a number, as its settings page leaves them, and what they said."""

from datetime import UTC, datetime, time

from automation.models import Automation, BusinessHours, Decision, OpeningTime
from inbox import assignment, timers
from inbox.models import Message
from tests.moving import move_back

WORDS = {
    "welcome": "Welcome to Hafen!",
    "unassigned": "Nobody is here yet, we answer soon.",
    "queue": "You are in the queue.",
    "closed_hours": "We are closed.",
    "reminder": "We have not forgotten you.",
}
# A Wednesday.
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def turn_on(number, kind, **fields):
    """An automation that is on; says a text of its own unless told otherwise."""
    if kind in WORDS:
        fields = {"content_kind": "text", "content": {"text": WORDS[kind]}, **fields}
    if kind in ("reminder", "auto_close"):
        fields.setdefault("minutes", 5 if kind == "reminder" else 24 * 60)
    if kind == "survey":
        fields = {"content_kind": "list", "content": {"text": "How was it?", "button": "Rate us"}, **fields}
    return Automation.objects.create(number=number, kind=kind, is_on=True, **fields)


def open_on_weekdays(number, opens_at="09:00", closes_at="17:00", zone="UTC", weekdays=range(5)):
    """Business hours, Monday to Friday unless told otherwise."""
    hours = BusinessHours.objects.create(number=number, is_on=True, time_zone=zone)
    for weekday in weekdays:
        span = {"opens_at": time.fromisoformat(opens_at), "closes_at": time.fromisoformat(closes_at)}
        OpeningTime.objects.create(hours=hours, weekday=weekday, **span)
    return hours


def said(thread):
    """The texts of the automatic messages of a thread, oldest first."""
    messages = Message.objects.filter(thread=thread, author_kind=Message.Author.AUTOMATION).order_by("pk")
    return [message.text for message in messages]


def decided(thread, automation=None):
    """[(automation, outcome, reason)] of a thread, oldest first; or (outcome, reason) of one automation."""
    rows = Decision.objects.filter(thread=thread).order_by("pk")
    if automation:
        return [(row.outcome, row.reason) for row in rows.filter(automation=automation)]
    return [(row.automation, row.outcome, row.reason) for row in rows]


def work(now=None):
    """What the workers do about the line and about deadlines; nothing leaves for Meta."""
    assignment.fill_places(now)
    while timers.fire_due(now):
        assignment.fill_places(now)


def wait(conversation, **duration):
    """Time passes, and what became due is done. Returns the conversation as it is then."""
    move_back(conversation, **duration)
    work()
    conversation.refresh_from_db()
    return conversation
