"""Which failures deserve another try, and when a broadcast is to stand still. Pure.

Sources: Meta, support/error-codes; whatsapp.errors.TRY_LATER has the codes worth the same request again.
"""

from whatsapp.errors import TRY_LATER

# Seconds to wait after the first, the second and the third failure; the fourth is final.
PAUSES_SECONDS = (30, 120, 600)
# Neither time nor a person makes these arrive: no WhatsApp, opted out, blocked, or a message that does not fit.
HOPELESS = frozenset(
    {100, 130403, 130497, 131008, 131009, 131021, 131026, 131030, 131047, 131050, 131051}
    | {132000, 132001, 132005, 132007, 132012, 132016, 132018, 132068}
)
PREFIX = "whatsapp_"
# One failure of two says nothing about the rest.
LEAST_SETTLED = 20


def reason_of(code: int | None) -> str:
    """The ledger's word for what WhatsApp said."""
    return f"{PREFIX}{code}" if code is not None else "refused"


def code_in(reason: str) -> int | None:
    digits = reason.removeprefix(PREFIX)
    return int(digits) if reason.startswith(PREFIX) and digits.isdecimal() else None


def next_try_seconds(code: int | None, failures: int) -> int | None:
    """After so many failures (1, 2, ...): how long to wait before the next try; None where it is not worth one."""
    if code not in TRY_LATER or failures > len(PAUSES_SECONDS):
        return None
    return PAUSES_SECONDS[failures - 1]


def should_stop(failed: int, settled: int, percent: int | None) -> bool:
    """The stop rule: more than `percent` of those whose fate is known have failed."""
    return percent is not None and settled >= LEAST_SETTLED and 100 * failed > percent * settled
