"""How far broadcasts have come, how fast they go, and how long they will take. Asked again and again by open pages.

The page that asks brings its last sample along, so nothing has to be remembered here.
"""

from dataclasses import dataclass, field

from broadcasts import queries
from broadcasts.models import Broadcast, Recipient
from broadcasts.sentences import LEDGER
from inbox.queries import number_in

Status = Broadcast.Status
# Over less than this a rate is an accident; after that long the sample is taken anew.
LEAST_SECONDS, MOST_SECONDS = 1, 6
# A tab that slept brings an old sample, which says nothing of now.
TOO_OLD_SECONDS = 60
MOST_SAMPLED = 50
# The parts of the bar in order.
ALWAYS = {
    Broadcast.Channel.WHATSAPP: ("sent", "delivered", "read", "failed"),
    Broadcast.Channel.EMAIL: ("sent", "failed"),
    Broadcast.Channel.SMS: ("sent", "delivered", "failed"),
}
PARTS = ("read", "delivered", "sent", "failed", "skipped", "cancelled")


@dataclass(frozen=True)
class Sample:
    """How many recipients of each broadcast were done at a moment (seconds since 1970). As text: at.id-done.id-done"""

    at: int = 0
    done: dict = field(default_factory=dict)

    @classmethod
    def read(cls, text):
        """Out of an address; what makes no sense is an empty sample."""
        at, *pairs = text.split(".")[: MOST_SAMPLED + 1]
        numbers = [[number_in(word) for word in pair.split("-")] for pair in pairs]
        done = {pair[0]: pair[1] for pair in numbers if len(pair) == 2 and None not in pair}
        return cls(number_in(at) or 0, done)

    def __str__(self):
        return ".".join([str(self.at), *(f"{pk}-{count}" for pk, count in self.done.items())])

    def rate(self, broadcast_id, done, at):
        """Recipients per second since then, None where it cannot be told."""
        passed = at - self.at
        if broadcast_id not in self.done or not LEAST_SECONDS <= passed <= TOO_OLD_SECONDS:
            return None
        return max(done - self.done[broadcast_id], 0) / passed


@dataclass(frozen=True)
class Progress:
    """`per_second` is None where it cannot be told (yet)."""

    broadcast: Broadcast
    figures: queries.Figures
    per_second: float | None = None

    @property
    def is_moving(self):
        """Whether an open page asks again."""
        return self.broadcast.status in (Status.SCHEDULED, Status.SENDING, Status.PAUSED)

    @property
    def percent(self):
        """Never 100 before the last one is done."""
        return 100 * self.figures.done // self.figures.total if self.figures.total else 0

    @property
    def seconds_left(self):
        is_known = self.per_second and self.broadcast.status == Status.SENDING
        return self.figures.waiting / self.per_second if is_known else None

    @property
    def bar(self):
        """[(part, x, width)] in percent of the bar, in the order of PARTS."""
        total, x, drawn = self.figures.total or 1, 0.0, []
        for name in PARTS:
            width = 100 * getattr(self.figures, name) / total
            if width:
                drawn.append((name, round(x, 2), round(width, 2)))
            x += width
        return drawn

    @property
    def funnel(self):
        """The chart's lines: how many got so far, then how many did not. What a channel never tells is left out."""
        counts = self.figures
        reached = {"sent": counts.has_left, "delivered": counts.has_arrived}
        names = ("sent", "delivered", "read", "failed", "skipped", "cancelled")
        lines = [(name, LEDGER[name], reached.get(name, getattr(counts, name))) for name in names]
        lines += [(status, LEDGER[status], getattr(counts, status)) for status in Recipient.OPEN[::-1]]
        always = ALWAYS[self.broadcast.channel]
        shown = [line for line in lines if line[2] or line[0] in always]
        return [Line(part, words, count, round(100 * count / counts.total, 2)) for part, words, count in shown]


@dataclass(frozen=True)
class Line:
    """One line of the chart: how many got so far, as a count and in percent of all."""

    part: str
    words: str
    count: int
    percent: float


def progress_of(broadcasts, now, before=Sample()):
    """([Progress], the Sample to bring along next time) of these broadcasts, in one query."""
    at = int(now.timestamp())
    figures = queries.figures_of([broadcast.pk for broadcast in broadcasts])
    rows = [_progress(broadcast, figures[broadcast.pk], before, at) for broadcast in broadcasts]
    if before.done and at - before.at < MOST_SECONDS:
        return rows, before
    return rows, Sample(at, {row.broadcast.pk: row.figures.done for row in rows if row.is_moving})


def _progress(broadcast, figures, before, at):
    is_sending = broadcast.status == Status.SENDING
    return Progress(broadcast, figures, before.rate(broadcast.pk, figures.done, at) if is_sending else None)
