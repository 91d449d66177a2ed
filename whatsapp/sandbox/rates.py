"""Meta's send rates: so many per second and number (130429), and one per six seconds and pair with a burst (131056)."""

from collections.abc import Callable

from whatsapp.sandbox.refusals import Refusal

PAIR_BURST = 45
PAIR_SECONDS = 6.0


class Bucket:
    """Tokens that come back over time; `take` says whether one was left."""

    __slots__ = ("at", "tokens")

    def __init__(self, tokens: float, at: float):
        self.tokens, self.at = tokens, at

    def take(self, now: float, most: float, per_second: float) -> bool:
        self.tokens = min(most, self.tokens + (now - self.at) * per_second)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Rates:
    def __init__(self, now: Callable[[], float]):
        self._now = now
        self.clear()

    def clear(self) -> None:
        self._numbers: dict[str, Bucket] = {}
        self._pairs: dict[tuple[str, str], Bucket] = {}

    def check_number(self, number_id: str, throughput: int) -> None:
        """Raises Refusal 130429 above `throughput` messages in a second."""
        now = self._now()
        bucket = self._numbers.setdefault(number_id, Bucket(throughput, now))
        if not bucket.take(now, throughput, throughput):
            raise Refusal(
                130429, "Message failed to send because there were too many messages sent from this phone number."
            )

    def check_pair(self, number_id: str, customer_id: str) -> None:
        """Raises Refusal 131056 once a burst of 45 is used up and six seconds have not passed."""
        now = self._now()
        bucket = self._pairs.setdefault((number_id, customer_id), Bucket(PAIR_BURST, now))
        if not bucket.take(now, PAIR_BURST, 1 / PAIR_SECONDS):
            raise Refusal(131056, "Too many messages sent from this phone number to the same phone number.")
