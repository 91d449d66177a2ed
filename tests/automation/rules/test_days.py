"""Random days: what the rules fire is what someone says who reads along and counts (S1-20, S1-24, S1-32, S1-35, S1-37,
S1-38, S1-40, S1-44, S1-45)."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from automation.rules.facts import Policy
from automation.rules.hours import Hours
from tests.automation.rules.playing import Inbox
from tests.automation.rules.watching import TICK, WAITING_REPLIES, Clock, Watcher

ACTIONS = (
    *["write_word"] * 9,
    *["answer"] * 8,
    *["assign"] * 5,
    *["give_back"] * 2,
    *["close"] * 4,
    *["undo"] * 2,
    *["write_bot"] * 4,
    *["write_old_word", "transfer", "rename_line", "react", "fail_answer", "integrate", "take_bot", "hand_over"],
    *["reopen", "stop"],
)
# In ticks: at once, around a minute, around ten, hours.
GAPS = (0, 0, 1, 1, 2, 3, 4, 10, 15, 29, 30, 31, 45, 90, 270)
minutes = st.sampled_from([1, 2, 5, 10, 30, 60, 150]).map(lambda count: timedelta(minutes=count))
mostly = st.sampled_from([True, True, True, False])
# Within a day of the week's first, so that days open and close while it is played.
SPANS = ((), ((time(9), time(12)),), ((time(8), time(8, 30)), (time(9, 15), time(17))), ((time(12), time(20)),))
plans = st.builds(
    Hours,
    is_on=st.booleans(),
    zone=st.sampled_from([ZoneInfo("UTC"), ZoneInfo("America/New_York")]),
    week=st.dictionaries(st.integers(0, 1), st.sampled_from(SPANS)),
)
policies = st.builds(
    Policy,
    hours=plans,
    welcomes=mostly,
    replies_unassigned=mostly,
    replies_queued=mostly,
    replies_closed_hours=mostly,
    holds_after_welcome=st.sampled_from([60, 120, 300]).map(lambda count: timedelta(seconds=count)),
    reminder_after=minutes | minutes | st.none(),
    reminder_counts_business_time=st.booleans(),
    auto_close_after=minutes | minutes | st.none(),
    auto_close_counts_business_time=st.booleans(),
    surveys=mostly,
    survey_every=st.none() | st.none() | minutes,
    bot_silence=minutes,
)
inboxes = st.builds(
    Inbox,
    policy=policies,
    begins_with_bot=st.sampled_from([False, False, True]),
    line_is=st.sampled_from(["unassigned", "queued"]),
    is_manual=st.sampled_from([False, False, False, True]),
)
# (ticks to the action, what is done, for how many ticks no worker looks from then on)
days = st.lists(
    st.tuples(st.sampled_from(GAPS), st.sampled_from(ACTIONS), st.sampled_from([0, 0, 0, 0, 0, 3, 60, 200])),
    min_size=6,
    max_size=40,
).map(lambda more: [(0, "write_word", 0), *more])
UNTIL_LATE = 200


A_MINUTE = timedelta(minutes=1)
NEVER_OPEN = Policy(
    hours=Hours(is_on=True), welcomes=True, replies_closed_hours=True, reminder_after=A_MINUTE, surveys=True
)
FAILS_LATE = [
    *[(0, "write_word", 0), (0, "write_word", 0), (0, "answer", 0), (10, "write_word", 0), (10, "write_word", 0)],
    *[(10, "fail_answer", 0), (1, "write_word", 0)],
]


@example(Inbox(policy=NEVER_OPEN, begins_with_bot=False, line_is="unassigned", is_manual=False), FAILS_LATE)
@settings(max_examples=120)
@given(inboxes, days)
def test_what_fires_is_what_someone_who_counts_along_says(inbox, day):
    length = sum(gap for gap, _, _ in day) + UNTIL_LATE
    watcher = Watcher(inbox.policy, Clock(inbox.policy.hours, length + 1), inbox.is_manual)
    actions = by_tick(day)
    nobody_works_until = 0
    for tick in range(length):
        inbox.now = tick * TICK
        for action, dead_for in actions.get(tick, ()):
            inbox.play(action)
            nobody_works_until = max(nobody_works_until, tick + dead_for)
        watcher.catch_up(inbox.notes)
        works = tick >= nobody_works_until
        expected = watcher.tell(inbox.now) if works else watcher.what_is_right(inbox.now) and ()
        before = len(inbox.fired)
        if works:
            inbox.work()
        fired = [name if is_done else f"no {name}" for _, name, _, is_done in inbox.fired[before:]]
        assert fired == list(expected or ()), (tick, inbox, inbox.notes)
    check_promises(inbox)


def by_tick(day):
    """{tick: [(action, ticks without a worker)]}"""
    actions, tick = {}, 0
    for gap, action, dead_for in day:
        tick += gap
        actions.setdefault(tick, []).append((action, dead_for))
    return actions


def check_promises(inbox):
    occasions = [(name, occasion) for _, name, occasion, _ in inbox.fired]
    assert len(occasions) == len(set(occasions)), "once per occasion"
    spoken = [(second, name) for second, name, _, is_done in inbox.fired if is_done and name not in SILENT]
    for second, name in spoken:
        near = [other for other, _ in spoken if 0 <= second - other < 60]
        assert name not in WAITING_REPLIES or near == [second], "none within a minute of another"
    at_once = [second for second, name in spoken if name == "welcome" or name in WAITING_REPLIES]
    for word in [second for second, name, _ in inbox.notes if name == "word"]:
        assert sum(word <= second < word + 60 for second in at_once) <= 1, "a word draws one at once"


SILENT = ("auto_close", "bot_silence")


@settings(max_examples=200)
@given(inboxes, st.lists(st.tuples(st.integers(-4, 60), st.sampled_from(ACTIONS)), min_size=3, max_size=30))
def test_a_clock_that_is_set_back_and_forth_makes_nothing_happen_twice(inbox, day):
    inbox.now = 100 * TICK
    for ticks, action in day:
        inbox.now += ticks * TICK
        inbox.play(action)
        inbox.work()
    occasions = [(name, occasion) for _, name, occasion, _ in inbox.fired if name not in SILENT]
    assert len(occasions) == len(set(occasions))
