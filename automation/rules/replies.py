"""Which waiting reply a customer hears: closed hours, else queue, else unassigned (S1-20, S1-24, S1-25).

At most one of them answers a word, or the moment at which nobody serves. The closed-hours reply answers a word that
came while the number is closed, once per closed period, whoever serves. The other two answer that nobody serves, once
per waiting episode and once more after a closed window; who heard that it is closed was told enough for that episode.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from automation.rules.facts import Facts, Policy
from automation.rules.welcome import WELCOME, welcome_due
from inbox.rules.line import WAITING

CLOSED_HOURS, QUEUE, UNASSIGNED = "closed_hours", "queue", "unassigned"
OF_PEOPLE = WAITING | {"assigned"}
# Settled without a word to the customer; what a bot said is in the facts.
SILENT = frozenset({"auto_close", "bot"})

# Whoever is free takes the conversation within this time; then there is nothing to say.
CHANCE_TO_SERVE = timedelta(seconds=1)
AFTER_AUTOMATIC = timedelta(seconds=60)
AFTER_AGENT = timedelta(minutes=10)
MOST_COUNTED = 20


@dataclass(frozen=True)
class Reply:
    """This automation is said, since `due_at`; `occasion` is the key of "once per"."""

    automation: str
    occasion: str
    due_at: datetime


@dataclass(frozen=True)
class Hold:
    """`reply` is the one, but not before `until`. `reason`: at_once, after_welcome, after_automatic, after_agent."""

    reply: Reply
    until: datetime
    reason: str


@dataclass(frozen=True)
class Nothing:
    """Nothing is said. `reason`: see `choose`."""

    reason: str


def choose(facts: Facts, policy: Policy) -> Reply | Hold | Nothing:
    """What the customer hears now about waiting, or what will have to wait, or why nothing.

    Reasons of Nothing: stopped, bot_serves, closed, pending, someone_serves, answered, old_word, already_told,
    manual_picking, open_again (the word came while the number was closed, and that has passed), switched_off.
    """
    candidate = _candidate(facts, policy)
    if isinstance(candidate, Nothing):
        return candidate
    until, reason = max(_holds(facts, policy), default=(candidate.due_at, "at_once"))
    if until <= candidate.due_at:
        until, reason = candidate.due_at, "at_once"
    if until > facts.now:
        return Hold(candidate, until, reason)
    return replace(candidate, due_at=until)


def waiting_occasion(facts: Facts) -> datetime:
    """When this waiting episode began to count: whoever was told since then is not told again.

    An agent or a bot who left without an answer ended the episode before, though the place in line is the old one.
    """
    moments = (facts.waiting_since, facts.assigned_at, facts.bot_wrote_at, facts.window_reopened_at)
    return max(moment for moment in moments if moment)


def position_text(before: int) -> str:
    """How many are before the customer, in words for the end of the queue reply."""
    if before <= 0:
        return "You are next."
    return f"More than {MOST_COUNTED} before you." if before > MOST_COUNTED else f"About {before} before you."


def with_position(words: str, before: int) -> str:
    """The words of the queue reply with the position as their last line."""
    return "\n\n".join(filter(None, (words, position_text(before))))


def _candidate(facts, policy):
    """Which reply it would be, whenever; due since its cause."""
    if facts.is_stopped:
        return Nothing("stopped")
    if facts.status not in OF_PEOPLE:
        return Nothing("bot_serves" if facts.status == "bot" else facts.status)
    closed_hours = _closed_hours(facts, policy)
    if isinstance(closed_hours, Reply):
        return closed_hours
    if facts.status in WAITING:
        return _of_the_line(facts, policy)
    return closed_hours


def _closed_hours(facts, policy):
    """The reply to a word that came while the number is closed."""
    closed_since, word = policy.hours.closed_since(facts.now), facts.word_arrived_at
    if word is None or not policy.replies_closed_hours or policy.hours.is_open(word):
        return Nothing("someone_serves")
    if facts.unanswered_since is None:
        return Nothing("answered")
    if closed_since is None or word < closed_since:
        return Nothing("open_again")
    if facts.is_word_old:
        return Nothing("old_word")
    if _is_settled(facts, {CLOSED_HOURS}, closed_since):
        return Nothing("already_told")
    return Reply(CLOSED_HOURS, closed_since.isoformat(), word + CHANCE_TO_SERVE)


def _of_the_line(facts, policy):
    """The reply to waiting, by what the line is called now."""
    began = waiting_occasion(facts)
    automation, is_on = {
        "queued": (QUEUE, policy.replies_queued),
        "unassigned": (UNASSIGNED, policy.replies_unassigned),
    }[facts.status]
    if not is_on:
        return Nothing("switched_off")
    if _is_settled(facts, {QUEUE, UNASSIGNED}, began) or _was_said(facts, CLOSED_HOURS, began):
        return Nothing("already_told")
    if automation == QUEUE and facts.is_manual:
        return Nothing("manual_picking")
    if facts.is_word_old and facts.word_arrived_at >= began:
        return Nothing("old_word")
    # A line in the thread bears Meta's time of the word, which is before its arrival.
    free_since = max(facts.free_since or began, began)
    return Reply(automation, began.isoformat(), free_since + CHANCE_TO_SERVE)


def _holds(facts, policy):
    """(until, reason) of everything that keeps a waiting reply back."""
    welcome = welcome_due(facts, policy)
    if welcome:
        yield welcome + policy.holds_after_welcome, "after_welcome"
    for settled in facts.settled:
        if settled.automation == WELCOME and settled.is_done:
            yield settled.at + policy.holds_after_welcome, "after_welcome"
        elif settled.automation not in SILENT and settled.is_done:
            yield settled.at + AFTER_AUTOMATIC, "after_automatic"
    for wrote_at in filter(None, (facts.bot_wrote_at, facts.other_automatic_at)):
        yield wrote_at + AFTER_AUTOMATIC, "after_automatic"
    if facts.agent_wrote_at:
        yield facts.agent_wrote_at + AFTER_AGENT, "after_agent"


def _is_settled(facts, automations, since):
    """By its time, or by its occasion where a clock was set back."""
    return any(
        settled.automation in automations and (settled.at >= since or settled.occasion == since.isoformat())
        for settled in facts.settled
    )


def _was_said(facts, automation, since):
    return any(s.automation == automation and s.is_done and s.at >= since for s in facts.settled)
