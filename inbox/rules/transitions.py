"""Which move leads from which status to which (product: "A conversation's life"). Everything else is refused in words.

LINE stands for unassigned or queued: which of the two, rules.line decides.
"""

from dataclasses import dataclass

LINE = "line"

CLAIM = "claim"
HAND_OUT = "hand_out"  # automatically, from the line
TRANSFER = "transfer"  # to a named agent; also assigning one that nobody serves
TRANSFER_TO_TEAM = "transfer_to_team"
TAKE_OVER = "take_over"
GIVE_BACK = "give_back"
GIVE_TO_BOT = "give_to_bot"
HAND_OVER = "hand_over"  # to people, from a bot or from waiting for the customer
HAND_OVER_TO_AGENT = "hand_over_to_agent"
CLOSE = "close"
UNDO_CLOSE = "undo_close"
REOPEN = "reopen"
WAIVE_ANSWER = "waive_answer"

_FROM_LINE = {
    CLAIM: "assigned",
    HAND_OUT: "assigned",
    TRANSFER: "assigned",
    TRANSFER_TO_TEAM: LINE,
    GIVE_TO_BOT: "bot",
    CLOSE: "closed",
}

TABLE = {
    "pending": {
        TRANSFER: "assigned",
        TRANSFER_TO_TEAM: LINE,
        TAKE_OVER: "assigned",
        GIVE_TO_BOT: "bot",
        HAND_OVER: LINE,
        HAND_OVER_TO_AGENT: "assigned",
        CLOSE: "closed",
    },
    "bot": {
        TRANSFER: "assigned",
        TRANSFER_TO_TEAM: LINE,
        TAKE_OVER: "assigned",
        HAND_OVER: LINE,
        HAND_OVER_TO_AGENT: "assigned",
        CLOSE: "closed",
    },
    "unassigned": _FROM_LINE,
    "queued": _FROM_LINE,
    "assigned": {
        TRANSFER: "assigned",
        TRANSFER_TO_TEAM: LINE,
        TAKE_OVER: "assigned",
        GIVE_BACK: LINE,
        GIVE_TO_BOT: "bot",
        CLOSE: "closed",
        WAIVE_ANSWER: "assigned",
    },
    # Undoing leads back to whatever it was; the event of the closing knows.
    "closed": {REOPEN: "assigned", UNDO_CLOSE: "as it was"},
}


@dataclass(frozen=True)
class Impossible:
    """Why a move is refused: a stable code and a sentence with what to do instead."""

    code: str
    words: str


_STATES = {
    "pending": Impossible("still_pending", "This conversation still waits for the customer's first answer."),
    "bot": Impossible("with_bot", "A bot is serving this conversation. Take it over to answer."),
    "unassigned": Impossible("nobody_serves", "Nobody is serving this conversation. Claim it first."),
    "queued": Impossible("nobody_serves", "Nobody is serving this conversation. Claim it first."),
    "assigned": Impossible("already_assigned", "Somebody is serving this conversation already."),
    "closed": Impossible("conversation_closed", "This conversation is closed. Reopen it first."),
}
_NOT_CLOSED = Impossible("not_closed", "This conversation is open already.")


def target(status: str, move: str) -> str | None:
    """Where `move` leads from `status`, or None when it is refused."""
    return TABLE[status].get(move)


def why_not(status: str, move: str) -> Impossible | None:
    """None when the move is possible."""
    if target(status, move):
        return None
    return _NOT_CLOSED if move in (REOPEN, UNDO_CLOSE) else _STATES[status]
