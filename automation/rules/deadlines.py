"""When each automation of a conversation is due, from facts alone (S1-20 to S1-48)."""

from datetime import datetime, timedelta
from enum import StrEnum

from automation.rules import occasions, replies
from automation.rules.facts import Facts, Policy
from automation.rules.welcome import welcome_due

A_MINUTE = timedelta(minutes=1)
# Timers that fire late together do not speak in one breath.
BREATH = timedelta(seconds=10)
# A closing can be undone at no cost.
UNDO_IS_FREE = timedelta(seconds=10)
# A survey that could not be sent for so long is about something that the customer has done with.
SURVEY_LATEST = timedelta(hours=24)


class Due(StrEnum):
    """The kinds of timers of this app."""

    WELCOME = "welcome"
    WAITING_REPLY = "waiting_reply"  # closed hours, else queue, else unassigned: which one is decided when it is due
    REMINDER = "reminder"
    AUTO_CLOSE = "auto_close"
    SURVEY = "survey"
    THANKS = "survey_thanks"
    CONSENT_REPLY = "consent_reply"
    BOT_TURN = "bot_turn"
    BOT_OVERDUE = "bot_overdue"
    BOT_SILENCE = "bot_silence"
    PENDING_EXPIRY = "pending_expiry"
    NO_ANSWER = "relay_no_answer"


# Those that `deadlines` decides. The others are set by what they answer, and stay until they fire.
COMPUTED = frozenset(
    {
        Due.WELCOME,
        Due.WAITING_REPLY,
        Due.REMINDER,
        Due.AUTO_CLOSE,
        Due.SURVEY,
        Due.BOT_SILENCE,
        Due.PENDING_EXPIRY,
    }
)
# Why a survey is refused when it is due, rather than never set.
FOUND_OUT_WHEN_DUE = frozenset({"nothing_arrived", "opted_out", "asked_lately"})


def deadlines(facts: Facts, policy: Policy) -> dict[Due, datetime]:
    """{kind: due at} of what the facts of this conversation ask for. A time that has passed is due now."""
    due = {kind: rule(facts, policy) for kind, rule in _RULES.items()}
    return {kind: at for kind, at in due.items() if at is not None}


def still_due(kind: str, facts: Facts, policy: Policy) -> bool:
    """Is a timer of `kind` that fires now still right? Else it was withdrawn, or has to wait."""
    at = _RULES[Due(kind)](facts, policy)
    return at is not None and at <= facts.now


def reminder_occasion(facts: Facts) -> str:
    """The unanswered stretch."""
    return facts.unanswered_since.isoformat()


def survey_occasion(facts: Facts) -> str:
    return occasions.survey(facts.conversation_id)


def why_no_survey(facts: Facts, policy: Policy) -> str:
    """Why the customer is not asked how it was; empty where asking is right (but for the window, which sending asks).

    Reasons: switched_off, stopped, reopened, no_agent, customer_silent, agent_silent, already_asked, closed_long_ago,
    and last those of FOUND_OUT_WHEN_DUE: nothing_arrived, opted_out, asked_lately.
    """
    # Other occasions of a survey are the thanks and the answers that were not taken.
    asked = [s for s in facts.settled if s.automation == "survey" and s.occasion.startswith(occasions.CONVERSATION)]
    every = policy.survey_every
    checks = {
        "switched_off": not policy.surveys,
        "stopped": facts.is_stopped,
        "reopened": facts.status != "closed",
        "no_agent": not facts.has_agent,
        "customer_silent": facts.customer_wrote_at is None,
        "agent_silent": facts.agent_wrote_at is None,
        "already_asked": any(settled.occasion == survey_occasion(facts) for settled in asked),
        "closed_long_ago": facts.closed_at is not None and facts.now - facts.closed_at > SURVEY_LATEST,
        "nothing_arrived": facts.agent_reached is False,
        "opted_out": facts.is_opted_out,
        "asked_lately": every is not None and any(s.is_done and facts.now - s.at < every for s in asked),
    }
    return next((reason for reason, is_so in checks.items() if is_so), "")


def _waiting_reply(facts, policy):
    match replies.choose(facts, policy):
        case replies.Hold(until=until):
            return until
        case replies.Reply(due_at=due_at):
            return due_at
    return None


def _reminder(facts, policy):
    """S1-32, S1-33. Once per unanswered stretch; whoever has just come or written gets a minute."""
    is_wanted = policy.reminder_after and facts.status == "assigned" and facts.unanswered_since
    if not is_wanted or facts.is_stopped or _is_reminded(facts):
        return None
    start = max(filter(None, (facts.unanswered_since, facts.served_since)))
    at = _after(start, policy.reminder_after, policy.reminder_counts_business_time, policy)
    heard = [s.at + BREATH for s in facts.settled if s.is_done and s.automation not in replies.SILENT]
    events = (facts.assigned_at, facts.agent_wrote_at, facts.reopened_at)
    return max([at, *heard, *(event + A_MINUTE for event in events if event)])


def _auto_close(facts, policy):
    """S1-35 to S1-38. Whoever undoes it gets the whole time once more."""
    is_wanted = policy.auto_close_after and facts.status == "assigned" and facts.unanswered_since is None
    if not is_wanted or facts.is_stopped:
        return None
    closed_before = (settled.at for settled in facts.settled if settled.automation == "auto_close")
    start = max(filter(None, (facts.last_word_at, facts.assigned_at, *closed_before)), default=facts.now)
    return _after(start, policy.auto_close_after, policy.auto_close_counts_business_time, policy)


def _survey(facts, policy):
    """S1-44 to S1-46. That nothing of ours arrived, or that one was asked lately, is found out when it is due."""
    reason = why_no_survey(facts, policy)
    if reason and reason not in FOUND_OUT_WHEN_DUE:
        return None
    return facts.closed_at + UNDO_IS_FREE


def _bot_silence(facts, policy):
    """S1-40. The bot spoke last, and the customer said nothing."""
    if facts.status != "bot" or facts.bot_wrote_at is None:
        return None
    if facts.last_word_at and facts.last_word_at > facts.bot_wrote_at:
        return None
    return facts.bot_wrote_at + policy.bot_silence


def _pending_expiry(facts, policy):
    """Nobody has answered, and no workflow has gone on, for as long as the number wants to wait. A bot's conversation
    in which neither the customer nor the bot has said a word waits in the same way."""
    is_untouched = facts.status == "bot" and facts.customer_wrote_at is None and facts.bot_wrote_at is None
    if not (facts.status == "pending" or is_untouched) or policy.pending_for is None:
        return None
    return max(filter(None, (facts.opened_at, facts.last_word_at)), default=facts.now) + policy.pending_for


def _is_reminded(facts):
    occasion = reminder_occasion(facts)
    return any(s.automation == "reminder" and s.occasion == occasion for s in facts.settled)


def _after(start, length, counts_business_time, policy):
    return policy.hours.after(start, length) if counts_business_time else start + length


_RULES = {
    Due.WELCOME: welcome_due,
    Due.WAITING_REPLY: _waiting_reply,
    Due.REMINDER: _reminder,
    Due.AUTO_CLOSE: _auto_close,
    Due.SURVEY: _survey,
    Due.BOT_SILENCE: _bot_silence,
    Due.PENDING_EXPIRY: _pending_expiry,
}
