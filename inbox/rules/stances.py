"""How an agent stands before a composer. Pure: from rules.offers.Seat to one word; sending asks again."""

from inbox.rules.line import WAITING
from inbox.rules.offers import Seat

WRITE = "write"  # mine: just write
CLAIM = "claim"  # nobody serves: writing claims it
HELP = "help"  # somebody else serves and I take part: I answer as a helper
ASK = "ask"  # a colleague serves: take over, or answer as a helper?
BOT = "bot"  # a bot serves: take over first
CLOSED = "closed"
PENDING = "pending"  # waits for the customer


def stance(seat: Seat) -> str:
    if seat.status in WAITING:
        return CLAIM
    if seat.status == "assigned":
        return WRITE if seat.is_mine else _beside(seat, ASK)
    return _beside(seat, BOT) if seat.status == "bot" else seat.status


def _beside(seat: Seat, otherwise: str) -> str:
    return HELP if seat.is_following else otherwise
