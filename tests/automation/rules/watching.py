"""Someone who reads the notes of an Inbox tick by tick and says what the product's page would have said now.

Written from the table of automations, and unlike the rules: no deadline is computed here. Time is counted tick by tick,
and every tick asks anew of each automation: is it time? What became right first is said first.
"""

from itertools import accumulate

from tests.automation.rules.playing import LINE, moment

TICK = 20
WAITING_REPLIES = ("closed_hours", "queue", "unassigned")
ORDER = ("welcome", "waiting", "reminder", "auto_close", "survey", "bot_silence")


class Clock:
    """Open or closed at each tick, read off the wall; how much open time had passed by then; when it last was open."""

    def __init__(self, hours, ticks):
        self.is_on = hours.is_on and any(hours.week.values())
        self.open = [not hours.is_on or self._reads_open(hours, tick) for tick in range(ticks)]
        self.passed = [0, *accumulate(TICK if is_open else 0 for is_open in self.open)]
        self.closed_since, since = [], 0
        for tick, is_open in enumerate(self.open):
            since = (tick + 1) * TICK if is_open else since
            self.closed_since.append(since)

    @staticmethod
    def _reads_open(hours, tick):
        shown = moment(tick * TICK).astimezone(hours.zone)
        spans = hours.week.get(shown.weekday(), ()) if shown.date() not in hours.holidays else ()
        return any(opens <= shown.time() < closes for opens, closes in spans)

    def counted(self, since, until, is_business):
        if not (is_business and self.is_on):
            return until - since
        return self.passed[until // TICK] - self.passed[since // TICK]


class Watcher:
    def __init__(self, policy, clock, is_manual=False):
        self.policy, self.clock, self.is_manual = policy, clock, is_manual
        self.read = 0
        self.said = []  # (second, automation), of the whole thread
        self.right_since = {}
        self.first_contact = None
        self.last_survey = None
        self.conversations = 0
        self._begin()

    def _begin(self):
        self.who, self.line_name = "nobody yet", ""
        self.oldest = self.word = self.taken = self.served_from = self.free = self.heard_from = None
        self.agent_wrote = self.bot_wrote = self.talked = self.closed = self.reopened = self.auto_closed = None
        self.word_is_old = self.is_stopped = self.is_asked = self.has_agent = False
        self.was_told = set()
        self.before_closing = None

    # Reading.

    def catch_up(self, notes):
        for second, name, what in notes[self.read :]:
            getattr(self, f"_{name.replace(' ', '_')}")(second, **what)
        self.read = len(notes)

    def _opened(self, now):
        word, is_old = self.word, self.word_is_old
        self._begin()
        self.word, self.word_is_old, self.talked = word, is_old, now
        self.conversations += 1
        if self.conversations == 1:
            self.first_contact = now

    def _word(self, now, is_old):
        self.word, self.word_is_old, self.talked = now, is_old, now

    def _unanswered(self, now, since):
        """An answer that failed brings an older stretch back: what was to be said of it comes before what is new."""
        self.oldest = since
        if since < now:
            self.right_since["reminder"] = since

    def _answered(self, now):
        self.oldest = None

    def _in_line(self, now, named):
        self.who, self.line_name, self.free, self.has_agent = "nobody", named, now, False
        starts = [self.oldest if self.oldest is not None else now, self.taken, self.bot_wrote]
        self.heard_from = max(start for start in starts if start is not None)

    def _line_is_named(self, now, named):
        self.line_name = named

    def _agent_serves(self, now):
        self.who, self.served_from = "agent", now

    def _given(self, now):
        self.taken, self.has_agent = now, True

    def _agent_wrote(self, now):
        self.agent_wrote = self.talked = now
        self.first_contact = None

    def _integration_wrote(self, now):
        self.talked = now
        self.first_contact = None

    def _bot_serves(self, now):
        self.who, self.has_agent = "bot", False

    def _bot_wrote(self, now):
        self.bot_wrote = now
        self.first_contact = None

    def _closed(self, now):
        self.before_closing = (self.who, self.oldest)
        self.who, self.closed, self.oldest = "closed", now, None

    def _undone(self, now):
        self.who, self.oldest = self.before_closing
        self.reopened = now

    def _reopened(self, now):
        self.reopened = now

    def _stopped(self, now):
        self.is_stopped = True

    # Asking.

    def tell(self, now):
        """Everything that is said at this tick by a worker who is there, in order."""
        told = []
        while (names := self.what_is_right(now)) and (name := min(names, key=self._precedence)):
            told.append(self._say(name, names[name], now))
            if name in ("auto_close", "bot_silence"):
                break
        return told

    def what_is_right(self, now):
        """{name: what is said}; remembers since when each one is right."""
        right = {name: answer for name in ORDER if (answer := getattr(self, f"is_{name}_right")(now))}
        self.right_since = {name: self.right_since.get(name, now) for name in right}
        return right

    def _precedence(self, name):
        return self.right_since[name], ORDER.index(name)

    def _say(self, name, answer, now):
        if name == "reminder":
            self.was_told.add(self.oldest)
        if name == "survey":
            self.is_asked = True
            self.last_survey = now if answer == "survey" else self.last_survey
        if name == "auto_close":
            self.auto_closed = now
        elif answer != "no survey":
            self.first_contact = None
            if name != "bot_silence":
                self.said.append((now, answer))
        return answer

    def is_welcome_right(self, now):
        is_wanted = self.policy.welcomes and self.first_contact is not None and self.who in ("nobody", "agent")
        is_said = any(name == "welcome" for _, name in self.said)
        return "welcome" if is_wanted and not is_said and not self.word_is_old and not self.is_stopped else None

    def is_waiting_right(self, now):
        reply = None if self.is_stopped or self.who not in ("nobody", "agent") else self._waiting_reply(now)
        return reply if reply and self._is_quiet(now) else None

    def _waiting_reply(self, now):
        tick = now // TICK
        if self._asks_while_closed(tick):
            return "closed_hours" if now > self.word else None
        if self.who != "nobody" or any(at >= self.heard_from and name in WAITING_REPLIES for at, name in self.said):
            return None
        is_from_an_outage = self.word_is_old and self.word >= self.heard_from
        is_on = self.policy.replies_queued if self.line_name == LINE[1] else self.policy.replies_unassigned
        if is_from_an_outage or not is_on or (self.line_name == LINE[1] and self.is_manual):
            return None
        if now <= max(self.free, self.heard_from):
            return None
        return "queue" if self.line_name == LINE[1] else "unassigned"

    def _asks_while_closed(self, tick):
        """A fresh word of this closed period, still unanswered, in a period that nobody was told of."""
        if not self.policy.replies_closed_hours or self.oldest is None or self.word_is_old:
            return False
        if any(self.clock.open[self.word // TICK : tick + 1]):
            return False
        since = self.clock.closed_since[tick]
        return not any(name == "closed_hours" and at >= since for at, name in self.said)

    def _is_quiet(self, now):
        after_welcome = self.policy.holds_after_welcome.total_seconds()
        rests = {"welcome": after_welcome}
        spoken = all(now - at >= rests.get(name, 60) for at, name in self.said)
        bot_rests = self.bot_wrote is None or now - self.bot_wrote >= 60
        agent_rests = self.agent_wrote is None or now - self.agent_wrote >= 600
        first = self.is_welcome_right(now) and now - self.first_contact < after_welcome
        return spoken and bot_rests and agent_rests and not first

    def is_reminder_right(self, now):
        if self.policy.reminder_after is None or self.who != "agent" or self.oldest is None or self.is_stopped:
            return None
        since = max(self.oldest, self.served_from)
        passed = self.clock.counted(since, now, self.policy.reminder_counts_business_time)
        came = [at for at in (self.taken, self.agent_wrote, self.reopened) if at is not None]
        is_time = passed >= self.policy.reminder_after.total_seconds() and all(now - at >= 60 for at in came)
        is_alone = all(now - at >= 10 for at, _ in self.said)
        return "reminder" if is_time and is_alone and self.oldest not in self.was_told else None

    def is_auto_close_right(self, now):
        if self.policy.auto_close_after is None or self.who != "agent" or self.oldest is not None or self.is_stopped:
            return None
        since = max(at for at in (self.talked, self.taken, self.auto_closed) if at is not None)
        passed = self.clock.counted(since, now, self.policy.auto_close_counts_business_time)
        return "auto_close" if passed >= self.policy.auto_close_after.total_seconds() else None

    def is_survey_right(self, now):
        if not self.policy.surveys or self.who != "closed" or self.is_asked or self.is_stopped or not self.has_agent:
            return None
        if self.agent_wrote is None or not 10 <= now - self.closed <= 24 * 3600:
            return None
        every = self.policy.survey_every
        is_early = every and self.last_survey is not None and now - self.last_survey < every.total_seconds()
        return "no survey" if is_early else "survey"

    def is_bot_silence_right(self, now):
        if self.who != "bot" or self.bot_wrote is None or self.talked > self.bot_wrote:
            return None
        return "bot_silence" if now - self.bot_wrote >= self.policy.bot_silence.total_seconds() else None
