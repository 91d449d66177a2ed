"""Many timers at once, and many workers: on real PostgreSQL, in threads with connections of their own."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from celery import current_app
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from inbox import wire
from inbox.actions.closing import close_within
from inbox.changes import change_conversation
from inbox.events import MOST_FRAMES
from inbox.models import Conversation, Event, Thread, Timer
from inbox.signals import conversation_changed
from inbox.timers import BATCH, fire_due, fire_of, set_timers
from tests.factories import make_agent, make_conversation, make_number
from tests.inbox.bells import bell as bell  # a fixture
from whatsapp import wake as waking

pytestmark = pytest.mark.django_db(transaction=True)

NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
SECOND = timedelta(seconds=1)
WORKERS = 4
PATIENCE = 30  # seconds until a test that hangs fails


def at_once(*steps):
    """Run every step in a thread of its own, all let go together. Returns their results."""
    start = threading.Barrier(len(steps))

    def run(step):
        try:
            connection.ensure_connection()
            start.wait(timeout=PATIENCE)
            return step()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def make_timers(count, number=None, due_at=NOON):
    """`count` unassigned conversations on one number, each with a bell."""
    number = number or make_number()
    conversations = [make_conversation(number=number) for _ in range(count)]
    Timer.objects.bulk_create(
        Timer(thread=one.thread, conversation=one, kind="bell", due_at=due_at) for one in conversations
    )
    return conversations


def fire_all():
    """As sweep after sweep does. Returns how many were due."""
    fired = 0
    while count := fire_due(NOON):
        fired += count
    return fired


def write_line(change, timer):
    change.record(Event.Kind.QUEUED)


# --- Several workers -------------------------------------------------------------------------------------------------


def test_four_workers_fire_five_hundred_timers_once_each(bell):
    bell.does = write_line
    conversations = make_timers(500)
    fired = at_once(*[fire_all] * WORKERS)
    lines = Counter(Event.objects.values_list("conversation_id", flat=True))
    assert lines == Counter(one.pk for one in conversations)
    assert sum(fired) == 500
    assert not Timer.objects.exists()


def test_sweeps_beside_wake_ups_and_changes_fire_once_and_never_lock_each_other_out(bell):
    """Agents change the same conversations, and their timers, while four kinds of workers are at them."""
    bell.does = write_line
    conversations = make_timers(40)

    def change_all(one_by_one):
        for one in one_by_one:
            with change_conversation(one.pk, NOON) as change:
                set_timers(change, change.conversation, {"other": NOON + SECOND}, among=["other"])

    def wake_all():
        for one in conversations:
            fire_of(one.thread_id, NOON)

    at_once(
        lambda: fire_due(NOON),
        lambda: fire_due(NOON),
        wake_all,
        lambda: change_all(conversations),
        lambda: change_all(reversed(conversations)),
    )
    fire_due(NOON)
    assert Counter(Event.objects.values_list("conversation_id", flat=True)) == Counter(one.pk for one in conversations)
    assert Timer.objects.filter(kind="other").count() == 40


def test_a_sweep_goes_past_threads_that_are_being_changed(bell):
    """And does not wait: what it left is fired once the change is done."""
    held, free = make_timers(2)
    with change_conversation(held.pk, NOON):
        at_once(lambda: fire_due(NOON))
        assert bell.rings == [free.pk]
    fire_due(NOON)
    assert bell.rings == [free.pk, held.pk]


def test_two_sweeps_share_the_work(bell):
    """While the first one is in the midst of its batch, the second fires the rest."""
    make_timers(BATCH + 20)
    is_busy, may_go_on = threading.Event(), threading.Event()

    def linger(change, timer):
        if threading.current_thread().name == "slow":
            is_busy.set()
            may_go_on.wait(PATIENCE)

    bell.does = linger
    slow = threading.Thread(target=lambda: (fire_due(NOON), connection.close()), name="slow")
    slow.start()
    assert is_busy.wait(PATIENCE)
    assert fire_due(NOON) == 20
    may_go_on.set()
    slow.join(PATIENCE)
    assert sorted(bell.rings) == sorted(Conversation.objects.values_list("pk", flat=True))


def test_a_timer_that_an_agent_withdraws_first_does_not_fire(bell):
    (conversation,) = make_timers(1)
    is_locked, has_tried = threading.Event(), threading.Event()

    def answer():
        with change_conversation(conversation.pk, NOON) as change:
            is_locked.set()
            has_tried.wait(0.2)  # the other one waits for this thread meanwhile
            set_timers(change, change.conversation, {})

    def fire():
        is_locked.wait(PATIENCE)
        return fire_of(conversation.thread_id, NOON)

    assert at_once(answer, fire) == [None, 0]
    assert bell.rings == []


def test_a_worker_that_dies_in_the_middle_leaves_its_timers_due(bell):
    conversations = make_timers(10)
    rings = []

    def die_at_the_fifth(change, timer):
        write_line(change, timer)
        rings.append(timer.conversation_id)
        if len(rings) == 5:
            with connection.cursor() as cursor:
                cursor.execute("select pg_terminate_backend(pg_backend_pid())")

    bell.does = die_at_the_fifth

    def die():
        with pytest.raises(OperationalError):
            fire_due(NOON)

    at_once(die)
    assert (Event.objects.count(), Timer.objects.count()) == (0, 10)
    fire_due(NOON)
    assert Counter(Event.objects.values_list("conversation_id", flat=True)) == Counter(one.pk for one in conversations)


def test_after_an_hour_without_workers_each_fires_once(bell):
    bell.does = write_line
    for place in range(120):
        make_timers(1, due_at=NOON + place * 30 * SECOND)
    at_once(*[lambda: fire_due(NOON + timedelta(hours=1))] * WORKERS)
    assert set(Counter(Event.objects.values_list("conversation_id", flat=True)).values()) == {1}
    assert Event.objects.count() == 120


def test_a_broker_that_is_away_loses_no_timer(bell, monkeypatch):
    """What is due at once waits for the sweep instead of its wake-up."""

    def refuse(*args, **options):
        raise BrokerAway("away")

    monkeypatch.setattr(current_app, "send_task", refuse)
    monkeypatch.setattr(waking.Door, "shut_until", 0.0)
    conversation = make_conversation()
    bell.set(conversation, NOON)
    assert bell.rings == []
    fire_due(NOON)
    assert bell.rings == [conversation.pk]


def test_a_timer_that_is_due_at_once_wakes_a_worker_for_its_thread(bell, monkeypatch):
    sent = []
    conversation = make_conversation()
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: sent.append((name, args)))
    monkeypatch.setattr(waking.Door, "shut_until", 0.0)
    bell.set(conversation, NOON)
    assert sent == [("inbox.tasks.fire_timers_of", (conversation.thread_id,))]


# --- Many in one transaction -----------------------------------------------------------------------------------------


def close_by_rule(change, timer):
    close_within(change, by_rule="auto_close")


@pytest.fixture
def served(bell):
    """Thirty conversations of one agent that are about to close."""
    number = make_number()
    lena = make_agent("Lena", numbers=[number])
    bell.does = close_by_rule
    conversations = [make_conversation("assigned", number=number, assignee=lena) for _ in range(30)]
    Timer.objects.bulk_create(
        Timer(thread=one.thread, conversation=one, kind="bell", due_at=NOON) for one in conversations
    )
    return conversations


def test_each_of_many_is_changed_as_if_it_were_alone(served):
    news = []

    def note(sender, change, before, **kwargs):
        news.append((change.conversation.pk, change.version, before.status, change.moved("status")))

    conversation_changed.connect(note)
    try:
        fire_due(NOON)
    finally:
        conversation_changed.disconnect(note)
    assert sorted(news) == [(one.pk, 1, "assigned", True) for one in served]
    for one in Conversation.objects.select_related("thread", "assignee").prefetch_related("events"):
        (line,) = one.events.all()
        assert (one.status, one.closed_at, one.unanswered_since, str(one.assignee)) == ("closed", NOON, None, "Lena")
        assert (line.kind, line.data["by_rule"], line.version, one.thread.version) == ("closed", "auto_close", 1, 1)
        assert one.thread.changed_xid > 0


def test_many_cost_few_queries(served, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        fire_due(NOON)
    assert Conversation.objects.filter(status="closed").count() == 30


def test_what_all_of_them_want_to_know_is_asked_once(bell):
    make_timers(20)
    asked = []

    def act(change, timer):
        change.together.once("wishes", lambda: asked.append(len(change.together.changes)))

    bell.does = act
    fire_due(NOON)
    assert asked == [20]


def test_rows_that_come_with_many_changes_are_written(bell):
    conversations = make_timers(20)
    bell.does = lambda change, timer: change.add(Event(thread=change.thread, kind=Event.Kind.JOINED, version=0))
    fire_due(NOON)
    assert Event.objects.count() == 20
    assert set(Thread.objects.values_list("version", flat=True)) == {0}  # no news for the screens
    assert len(conversations) == 20


def test_screens_look_again_where_many_changed(served, monkeypatch):
    """Every version is named, so that no web process takes it for lost."""
    told = []
    monkeypatch.setattr(wire, "send", told.append)
    monkeypatch.setattr(wire, "is_heard", lambda: True)
    fire_due(NOON)
    (refresh,) = [json.loads(frame.partition("\n")[0]) for frame in told]
    assert (refresh["kind"], refresh["numbers"]) == ("refresh", [served[0].thread.number_id])
    assert sorted(refresh["told"]) == [[one.thread_id, 1] for one in served]


def test_screens_are_told_of_each_where_few_changed(bell, monkeypatch):
    make_timers(MOST_FRAMES)
    bell.does = write_line
    told = []
    monkeypatch.setattr(wire, "send", told.append)
    monkeypatch.setattr(wire, "is_heard", lambda: True)
    fire_due(NOON)
    assert [json.loads(frame.partition("\n")[0])["kind"] for frame in told] == ["change"] * MOST_FRAMES


def test_many_that_want_the_same_done_wake_one_worker(served, monkeypatch):
    sent = []
    monkeypatch.setattr(waking, "_send", lambda *asked: sent.append(asked))
    fire_due(NOON)
    assert sent == [("inbox.tasks.fill_places", (), "now")]


def test_one_bad_one_among_many_does_not_undo_the_others(served, bell):
    """The sweep goes on one by one."""

    def act(change, timer):
        close_by_rule(change, timer)
        if timer.conversation_id == served[7].pk:
            raise ValueError

    bell.does = act
    fire_due(NOON)
    still_open = Conversation.objects.exclude(status="closed").get()
    assert (still_open, still_open.events.count(), still_open.timers.get().attempts) == (served[7], 0, 1)
    assert Event.objects.count() == 29


def test_one_that_cannot_be_written_does_not_undo_the_others(bell):
    """The database refuses it when the change ends, not in its handler."""
    good, bad = make_timers(2)

    def act(change, timer):
        change.record(Event.Kind.QUEUED)
        if timer.conversation_id == bad.pk:
            change.conversation.status = "closed"  # without the time that a constraint asks for

    bell.does = act
    fire_due(NOON)
    assert (good.events.count(), bad.events.count(), Timer.objects.get().conversation) == (1, 0, bad)


def test_a_change_that_began_before_the_sweep_is_seen_by_it(bell):
    """The timer that a sweep found is read anew under the lock."""
    (conversation,) = make_timers(1)
    with transaction.atomic():
        Timer.objects.update(due_at=NOON + SECOND)
        at_once(lambda: fire_due(NOON - SECOND))
    fire_due(NOON)
    assert bell.rings == []
    fire_due(NOON + SECOND)
    assert bell.rings == [conversation.pk]
