"""Why a timer went away before it was due, in a word that the log makes a sentence of."""

from datetime import timedelta

from automation.rules.deadlines import Due, why_no_survey
from automation.rules.facts import Facts, Policy
from automation.rules.replies import Nothing, choose

# A change that withdraws a timer notes what was written in it with the same time.
JUST_NOW = timedelta(seconds=1)

# What a conversation that left its status became.
BECAME = {
    "assigned": "someone_serves",
    "unassigned": "returned",
    "queued": "returned",
    "bot": "bot_serves",
    "closed": "closed",
    "pending": "pending",
}
STATUSES = {
    Due.REMINDER: "assigned",
    Due.AUTO_CLOSE: "assigned",
    Due.SURVEY: "closed",
    Due.BOT_SILENCE: "bot",
    Due.PENDING_EXPIRY: "pending",
}


def why_withdrawn(kind: str, facts: Facts, policy: Policy) -> str:
    """The reason why `kind` is not among the deadlines of these facts any more.

    Words: stopped, switched_off, someone_serves, returned, bot_serves, closed, reopened, pending, agent_replied (just
    now, by a message), answered (otherwise), customer_wrote, already_done, and those of `choose` and `why_no_survey`.
    """
    kind = Due(kind)
    if facts.is_stopped and kind != Due.BOT_SILENCE:
        return "stopped"
    if kind == Due.SURVEY:
        return why_no_survey(facts, policy)
    if kind in STATUSES and facts.status != STATUSES[kind]:
        return "handed_over" if kind == Due.BOT_SILENCE and BECAME[facts.status] == "returned" else BECAME[facts.status]
    return _REASONS[kind](facts, policy)


def _welcome(facts, policy):
    if facts.status in ("bot", "closed"):
        return BECAME[facts.status]
    if not policy.welcomes:
        return "switched_off"
    return "old_word" if facts.is_word_old else "already_done"


def _waiting_reply(facts, policy):
    chosen = choose(facts, policy)
    return chosen.reason if isinstance(chosen, Nothing) else ""


def _reminder(facts, policy):
    if facts.unanswered_since is None:
        wrote_at = facts.agent_wrote_at
        return "agent_replied" if wrote_at and facts.now - wrote_at <= JUST_NOW else "answered"
    return "already_done" if policy.reminder_after else "switched_off"


def _auto_close(facts, policy):
    return "customer_wrote" if facts.unanswered_since else "switched_off"


def _bot_silence(facts, policy):
    return "customer_wrote"


def _pending_expiry(facts, policy):
    return "switched_off"


_REASONS = {
    Due.WELCOME: _welcome,
    Due.WAITING_REPLY: _waiting_reply,
    Due.REMINDER: _reminder,
    Due.AUTO_CLOSE: _auto_close,
    Due.BOT_SILENCE: _bot_silence,
    Due.PENDING_EXPIRY: _pending_expiry,
}
