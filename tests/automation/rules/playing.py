"""The inbox as the rules see it, small: a customer, agents and a bot move one thread; timers fire when workers look."""

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

from automation.rules.deadlines import Due, deadlines, reminder_occasion, still_due, survey_occasion, why_no_survey
from automation.rules.facts import Facts, Policy, Settled
from automation.rules.replies import Reply, choose
from tests.automation.rules.stories import at

START = at("16 08:00")  # a Monday
FOLLOW_UP = 600
UNDO = 60
ORDER = list(Due)
LINE = ("unassigned", "queued")


def moment(second):
    return None if second is None else START + timedelta(seconds=second)


@dataclass
class Inbox:
    """Every time here is a number of seconds since START. `notes` tells what happened, for whoever watches."""

    policy: Policy
    begins_with_bot: bool = False
    line_is: str = "unassigned"
    is_manual: bool = False

    now: int = 0
    conversations: int = 0
    status: str = ""
    unanswered: int | None = None
    waiting: int | None = None
    free: int | None = None
    assigned: int | None = None
    served: int | None = None
    last_word: int | None = None
    agent_wrote: int | None = None
    bot_wrote: int | None = None
    closed: int | None = None
    first_word: int | None = None
    word: int | None = None
    word_is_old: bool = False
    reopened: int | None = None
    has_agent: bool = False
    had_agent: bool = False
    is_stopped: bool = False
    first_contact: int | None = None
    answered_last: int | None = None
    was: dict = field(default_factory=dict)

    timers: dict = field(default_factory=dict)
    settled: deque = field(default_factory=deque)
    notes: list = field(default_factory=list)
    fired: list = field(default_factory=list)  # (second, automation, occasion, is it done?)

    def note(self, name, **what):
        self.notes.append((self.now, name, what))

    # What people, customers and bots do. Each returns False where it cannot be done now.

    def play(self, action):
        if getattr(self, action)() is False:
            return
        self.retime()

    def write_word(self):
        self._write_word(is_old=False)

    def write_old_word(self):
        self._write_word(is_old=True)

    def _write_word(self, is_old):
        self.note("word", is_old=is_old)
        if self.status in ("", "closed"):
            self._open_or_reopen()
        self.word, self.word_is_old, self.last_word = self.now, is_old, self.now
        self.first_word = self.now if self.first_word is None else self.first_word
        if self.unanswered is None:
            self.unanswered = self.now
            self.note("unanswered", since=self.now)

    def _open_or_reopen(self):
        if self.closed is not None and self.now - self.closed <= FOLLOW_UP:
            self.closed, self.unanswered, self.reopened = None, self.now, self.now
            self.note("reopened")
            self.note("unanswered", since=self.now)
            self._to_line() if not self.had_agent else self._give()
            return
        self.conversations += 1
        self.assigned = self.served = self.agent_wrote = self.bot_wrote = self.closed = self.first_word = None
        self.reopened = self.answered_last = self.waiting = None
        self.has_agent = self.had_agent = self.is_stopped = False
        self.unanswered = self.now
        if self.conversations == 1:
            self.first_contact = self.now
        self.note("opened")
        self.note("unanswered", since=self.now)
        if self.begins_with_bot:
            self.status = "bot"
            self.note("bot serves")
        else:
            self._to_line()

    def assign(self):
        if self.status not in (*LINE, "bot"):
            return False
        return self._give()

    def transfer(self):
        return self._give() if self.status == "assigned" else False

    def _give(self):
        if self.status != "assigned":
            self.served = self.now
            self.note("agent serves")
        self.note("given")
        self.status, self.assigned, self.waiting, self.closed = "assigned", self.now, None, None
        self.has_agent = self.had_agent = True

    def give_back(self):
        return self._to_line() if self.status == "assigned" else False

    def hand_over(self):
        return self._to_line() if self.status == "bot" else False

    def _to_line(self):
        self.waiting = next(time for time in (self.unanswered, self.waiting, self.now) if time is not None)
        self.free = self.now
        self.status, self.has_agent = self.line_is, False
        self.note("in line", named=self.status)

    def rename_line(self):
        if self.status not in LINE:
            return False
        self.status = LINE[1 - LINE.index(self.status)]
        return self.note("line is named", named=self.status)

    def answer(self):
        if self.status not in (*LINE, "assigned"):
            return False
        if self.status != "assigned":
            self._give()
        self.agent_wrote = self.last_word = self.now
        self.first_contact = None
        self.note("agent wrote")
        return self.react(is_message=True)

    def react(self, is_message=False):
        """An answer without a message: a reaction, "no answer needed"."""
        if self.status != "assigned":
            return False
        self.answered_last = (self.unanswered if self.unanswered is not None else None) if is_message else None
        self.unanswered = None
        return self.note("answered")

    def fail_answer(self):
        """The last message could not be delivered: the customer is unanswered again."""
        if self.answered_last is None or self.status != "assigned":
            return False
        since = self.answered_last
        self.unanswered = since if self.unanswered is None else min(since, self.unanswered)
        self.answered_last = None
        return self.note("unanswered", since=self.unanswered)

    def integrate(self):
        """A program writes as the integration."""
        if self.status in ("", "closed"):
            return False
        self.last_word, self.first_contact = self.now, None
        return self.note("integration wrote")

    def take_bot(self):
        if self.status not in (*LINE, "assigned"):
            return False
        self.status, self.waiting, self.has_agent = "bot", None, False
        return self.note("bot serves")

    def write_bot(self):
        if self.status != "bot":
            return False
        self.bot_wrote, self.first_contact = self.now, None
        return self.note("bot wrote")

    def close(self):
        if self.status in ("", "closed"):
            return False
        self.was = {name: getattr(self, name) for name in ("status", "unanswered", "waiting", "has_agent")}
        self.status, self.closed, self.unanswered, self.waiting = "closed", self.now, None, None
        return self.note("closed")

    def undo(self):
        if self.status != "closed" or self.now - self.closed > UNDO:
            return False
        for name, value in self.was.items():
            setattr(self, name, value)
        self.closed, self.reopened = None, self.now
        return self.note("undone")

    def reopen(self):
        if self.status != "closed":
            return False
        self.reopened = self.now
        self.note("reopened")
        return self._give()

    def stop(self):
        if self.status in ("", "closed"):
            return False
        self.is_stopped = True
        return self.note("stopped")

    # What the product does by itself.

    def facts(self):
        said_at = None if self.word is None else self.word - (7200 if self.word_is_old else 0)
        return Facts(
            now=moment(self.now),
            status=self.status,
            conversation_id=self.conversations,
            unanswered_since=moment(self.unanswered),
            waiting_since=moment(self.waiting),
            assigned_at=moment(self.assigned),
            served_since=moment(self.served),
            last_word_at=moment(self.last_word),
            agent_wrote_at=moment(self.agent_wrote),
            bot_wrote_at=moment(self.bot_wrote),
            closed_at=moment(self.closed),
            customer_wrote_at=moment(self.first_word),
            has_agent=self.has_agent,
            is_manual=self.is_manual,
            is_stopped=self.is_stopped,
            settled=tuple(self.settled),
            word_arrived_at=moment(self.word),
            word_said_at=moment(said_at),
            first_contact_at=moment(self.first_contact),
            free_since=moment(self.free),
            reopened_at=moment(self.reopened),
        )

    def retime(self):
        self.timers = deadlines(self.facts(), self.policy) if self.status else {}

    def work(self):
        """A worker fires what is due, and does so twice, as after a crash; then tries what is not due."""
        while due := [(time, ORDER.index(kind)) for kind, time in self.timers.items() if time <= moment(self.now)]:
            kind = ORDER[min(due)[1]]
            del self.timers[kind]
            self.fire(kind)
            self.fire(kind, is_repeated=True)
        for kind in deadlines(self.facts(), self.policy) if self.status else ():
            self.fire(kind, is_repeated=True)

    def fire(self, kind, is_repeated=False):
        facts = self.facts()
        if still_due(kind, facts, self.policy):
            assert not is_repeated, f"{kind} is due a second time"
            self._act(kind, facts)
        self.retime()

    def _act(self, kind, facts):
        match kind:
            case Due.WELCOME:
                self._settle("welcome", "")
            case Due.WAITING_REPLY:
                reply = choose(facts, self.policy)
                assert isinstance(reply, Reply)
                self._settle(reply.automation, reply.occasion)
            case Due.REMINDER:
                self._settle("reminder", reminder_occasion(facts))
            case Due.SURVEY:
                self._settle("survey", survey_occasion(facts), is_done=not why_no_survey(facts, self.policy))
            case Due.AUTO_CLOSE:
                self._settle("auto_close", facts.now.isoformat())
                self.close()
            case Due.BOT_SILENCE:
                self.fired.append((self.now, "bot_silence", str(self.bot_wrote), True))
                self.close()

    def _settle(self, automation, occasion, is_done=True):
        if automation != "auto_close":
            self.first_contact = None
        self.settled.appendleft(Settled(automation, occasion, moment(self.now), is_done))
        self.fired.append((self.now, automation, occasion, is_done))
