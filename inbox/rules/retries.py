"""How long a request that certainly was not carried out waits before its next try, and when it is given up."""

PAIR_RATE = 131056  # too many messages to one customer; Meta asks for 4^n seconds
# Meta's "unknown" faults: passing ones pass soon, others never do, and the messages behind wait (support/error-codes).
UNNAMED = frozenset({1, 131000})
MOST_TRIES_UNNAMED = 6
LONGEST_SECONDS = 300
MOST_DOUBLINGS = 12
LONGEST_WAIT_SECONDS = 24 * 3600


def pause_seconds(attempts: int, code: int | None, asked_seconds: float | None, chance: float) -> float:
    """Seconds until the next try after `attempts` (1, 2, ...) tries; at least what Meta asked for.

    `chance` (0 to 1) adds up to a quarter, so that many messages that failed together do not return together.
    """
    doublings = min(max(attempts, 1) - 1, MOST_DOUBLINGS)
    base = 4**doublings if code == PAIR_RATE else 2**doublings
    return max(min(base, LONGEST_SECONDS) * (1 + chance / 4), asked_seconds or 0)


def gives_up(attempts: int, code: int | None, waited_seconds: float) -> bool:
    """True when another try is not worth what waits behind the message."""
    return waited_seconds > LONGEST_WAIT_SECONDS or (code in UNNAMED and attempts >= MOST_TRIES_UNNAMED)
