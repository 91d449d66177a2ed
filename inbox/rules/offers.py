"""Which actions a thread's head offers. Pure. Offering is not allowing: every action asks again and may refuse."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Seat:
    """How one viewer stands to one conversation."""

    status: str
    is_mine: bool
    is_supervisor: bool
    may_act: bool
    is_following: bool
    is_unanswered: bool


def offers(seat: Seat) -> list[str]:
    """Names of actions in the order of their buttons; the first one is the one thing to do next."""
    named = {
        "unassigned": _waiting,
        "queued": _waiting,
        "bot": _with_bot,
        "assigned": _assigned,
        "pending": _pending,
        "closed": _closed,
    }[seat.status](seat)
    return named + ([] if seat.status == "closed" else _following(seat)) + ["unread"]


def _waiting(seat):
    return ["claim", "transfer"] + (["close"] if seat.is_supervisor else [])


def _with_bot(seat):
    return ["take-over"] + (["transfer", "close"] if seat.is_supervisor else [])


def _assigned(seat):
    waive = ["waive"] if seat.is_unanswered else []
    if seat.is_mine:
        return ["close", "transfer", "give-back", *waive]
    if seat.is_supervisor:
        return ["take-over", "transfer", "give-back", "close", *waive]
    return ["take-over"] + (["help"] if not seat.is_following else [])


def _pending(seat):
    return ["transfer", "close"] if seat.is_supervisor else []


def _closed(seat):
    return ["reopen"]


def _following(seat):
    if seat.is_mine:
        return []
    if seat.status == "assigned" and not seat.is_supervisor:
        return ["unfollow"] if seat.is_following else []
    return ["unfollow" if seat.is_following else "follow"]
