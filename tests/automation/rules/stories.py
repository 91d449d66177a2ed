"""A day in the words of the rules: moments, conversations, and a number that wants everything."""

from datetime import UTC, datetime, time, timedelta

from automation.rules.facts import Facts, Policy, Settled
from automation.rules.hours import Hours

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# A Friday.
NINE_TO_FIVE = Hours(True, week=dict.fromkeys(range(5), ((time(9), time(17)),)))


def at(text):
    """A moment of Friday, 2026-11-20 ("10:00", "10:00:01"), or of another day of that month ("23 10:00")."""
    day, clock = text.split() if " " in text else ("20", text)
    return datetime.fromisoformat(f"2026-11-{day} {clock}").replace(tzinfo=UTC)


def waiting(now="10:00", since="10:00", status="unassigned", **facts):
    """The customer wrote at `since`, and nobody serves."""
    word = at(since)
    common = {"unanswered_since": word, "waiting_since": word, "word_arrived_at": word, "word_said_at": word}
    more = {"last_word_at": word, "customer_wrote_at": word, "free_since": word, "window_until": word + DAY}
    return Facts(**{"now": at(now), "status": status, **common, **more, **facts})


def served(now="10:00", word="10:00", since="10:00", **facts):
    """Lena serves since `since`; the customer's word of `word` waits for an answer."""
    word_at, since_at = at(word), at(since)
    common = {"unanswered_since": word_at, "word_arrived_at": word_at, "word_said_at": word_at, "has_agent": True}
    more = {"last_word_at": word_at, "customer_wrote_at": word_at, "assigned_at": since_at, "served_since": since_at}
    return Facts(**{"now": at(now), "status": "assigned", "window_until": word_at + DAY, **common, **more, **facts})


def answered(now="10:05", word="10:00", answer="10:05", **facts):
    """Lena served from the word on and has answered it."""
    wrote = at(answer)
    return served(
        now, word, word, **{"unanswered_since": None, "agent_wrote_at": wrote, "last_word_at": wrote, **facts}
    )


def closed(now="11:00:10", **facts):
    """Lena answered, and the conversation was closed."""
    over = {"status": "closed", "closed_at": at("11:00"), "conversation_id": 7, "agent_reached": True}
    return answered(now, **{**over, **facts})


def with_bot(now="10:00", word="10:00", wrote="10:00", **facts):
    """A bot serves; its last word was at `wrote`."""
    word_at = at(word)
    common = {"unanswered_since": word_at, "last_word_at": word_at, "word_arrived_at": word_at, "word_said_at": word_at}
    wrote_at = at(wrote) if wrote else None
    return Facts(**{"now": at(now), "status": "bot", "bot_wrote_at": wrote_at, **common, **facts})


def done(automation, moment, occasion=None):
    when = at(moment)
    return Settled(automation, when.isoformat() if occasion is None else occasion, when)


def refused(automation, moment, occasion=None):
    when = at(moment)
    return Settled(automation, when.isoformat() if occasion is None else occasion, when, is_done=False)


REPLIES = Policy(replies_unassigned=True, replies_queued=True)
REPLIES_9_TO_5 = Policy(hours=NINE_TO_FIVE, replies_unassigned=True, replies_queued=True, replies_closed_hours=True)
EVERYTHING = Policy(
    welcomes=True,
    replies_unassigned=True,
    replies_queued=True,
    replies_closed_hours=True,
    hours=NINE_TO_FIVE,
    reminder_after=5 * MINUTE,
    auto_close_after=DAY,
    surveys=True,
)
