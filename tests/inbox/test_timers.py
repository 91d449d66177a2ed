"""Stored deadlines: set from facts, fired when due, and what becomes of one whose handler breaks."""

import logging
from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from inbox import timers
from inbox.actions.joining import join, undo_join
from inbox.actions.refusals import Refusal
from inbox.changes import change_conversation
from inbox.models import Event, Timer
from inbox.schedule import write_sweeps
from inbox.timers import MOST_ATTEMPTS, fire_due, fire_of, set_timers
from tests.factories import make_agent, make_conversation, make_number, writes
from tests.inbox.bells import Bell
from tests.inbox.bells import bell as bell  # a fixture
from tests.moving import move_back

pytestmark = pytest.mark.django_db

NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def conversation():
    return make_conversation()


def stored():
    return {(timer.conversation_id, timer.kind): timer.due_at for timer in Timer.objects.all()}


def version_of(conversation):
    return type(conversation.thread).objects.values_list("version", flat=True).get(pk=conversation.thread_id)


# --- Setting and firing ----------------------------------------------------------------------------------------------


def test_a_timer_fires_once_when_it_is_due_and_not_before(bell, conversation):
    bell.set(conversation, NOON)
    assert (fire_due(NOON - SECOND), bell.rings) == (0, [])
    assert (fire_due(NOON), bell.rings) == (1, [conversation.pk])
    assert (fire_due(NOON + MINUTE), bell.rings, stored()) == (0, [conversation.pk], {})


def test_without_a_time_the_databases_clock_counts(bell, conversation):
    bell.set(conversation, timezone.now() + MINUTE)
    fire_due()
    assert bell.rings == []
    move_back(conversation, minutes=2)
    fire_due()
    assert bell.rings == [conversation.pk]


def test_a_handler_finds_its_conversation_locked_and_its_timer_gone(bell, conversation):
    seen = []
    bell.does = lambda change, timer: seen.append((change.conversation, change.thread, change.now, timer.due_at))
    bell.set(conversation, NOON)
    fire_due(NOON + SECOND)
    assert seen == [(conversation, conversation.thread, NOON + SECOND, NOON)]


def test_a_timer_of_a_closed_conversation_looks_at_that_one_and_not_at_the_open_one(bell):
    closed = make_conversation("closed")
    make_conversation(thread=closed.thread)
    seen = []
    bell.does = lambda change, timer: seen.append(change.conversation)
    bell.set(closed, NOON)
    fire_due(NOON)
    assert seen == [closed]


def test_a_threads_own_timer_looks_at_its_open_conversation(bell, conversation):
    seen = []
    bell.does = lambda change, timer: seen.append(change.conversation)
    bell.set_for_thread(conversation.thread, NOON)
    fire_due(NOON)
    assert (seen, bell.rings) == ([conversation], [None])


def test_timers_are_made_exactly_what_is_due_and_the_withdrawn_are_told(bell, conversation):
    with change_conversation(conversation.pk, NOON) as change:
        set_timers(change, change.conversation, {"a": NOON + MINUTE, "b": NOON + MINUTE})
        set_timers(change, None, {"c": NOON + MINUTE})
    with change_conversation(conversation.pk, NOON) as change:
        withdrawn = set_timers(change, change.conversation, {"b": NOON + 2 * MINUTE})
    assert [(kind, timer.due_at) for kind, timer in withdrawn.items()] == [("a", NOON + MINUTE)]
    assert stored() == {(conversation.pk, "b"): NOON + 2 * MINUTE, (None, "c"): NOON + MINUTE}


def test_whoever_knows_some_kinds_leaves_the_others_alone(bell, conversation):
    with change_conversation(conversation.pk, NOON) as change:
        set_timers(change, change.conversation, {"a": NOON, "b": NOON})
        assert list(set_timers(change, change.conversation, {}, among=["b"])) == ["b"]
    assert stored() == {(conversation.pk, "a"): NOON}


def test_setting_the_same_again_writes_nothing(bell, conversation, django_assert_num_queries):
    bell.set(conversation, NOON)
    with change_conversation(conversation.pk, NOON) as change, django_assert_num_queries(1):
        set_timers(change, change.conversation, {"bell": NOON})
        timers._write([change])


def test_a_late_timer_asks_the_facts_again(bell, conversation):
    """After an hour without workers: whose cause has gone does nothing, the others act once."""
    answered = make_conversation()

    def remind(change, timer):
        if change.conversation.unanswered_since:
            change.record(Event.Kind.QUEUED)

    bell.does = remind
    for one in (conversation, answered):
        bell.set(one, NOON)
    with change_conversation(answered.pk, NOON + MINUTE) as change:
        change.conversation.unanswered_since = None
    fire_due(NOON + timedelta(hours=1))
    fire_due(NOON + timedelta(hours=2))
    assert (conversation.events.count(), answered.events.count()) == (1, 0)


def test_a_handler_may_go_on_with_its_own_kind_at_once(bell, conversation):
    """A bot that takes several turns: all in the same sweep."""

    def turn(change, timer):
        if len(bell.rings) < 3:
            set_timers(change, change.conversation, {"bell": change.now})

    bell.does = turn
    bell.set(conversation, NOON)
    fire_due(NOON + SECOND)
    assert (bell.rings, stored()) == ([conversation.pk] * 4, {})


def test_timers_of_one_thread_fire_in_the_order_of_their_times(bell, conversation):
    order = []
    for kind in ("late", "early"):
        Bell(kind).does = lambda change, timer: order.append(timer.kind)
    with change_conversation(conversation.pk, NOON) as change:
        set_timers(change, change.conversation, {"late": NOON + MINUTE, "early": NOON})
    fire_due(NOON + timedelta(hours=1))
    assert order == ["early", "late"]


# --- What is not told ------------------------------------------------------------------------------------------------


def test_a_handler_that_does_nothing_leaves_the_version_and_tells_nobody(
    bell, conversation, django_capture_on_commit_callbacks
):
    bell.set(conversation, NOON)
    version = version_of(conversation)
    with django_capture_on_commit_callbacks() as told:
        fire_due(NOON)
    assert (bell.rings, version_of(conversation), told) == ([conversation.pk], version, [])


def test_a_thread_with_nothing_due_is_left_alone(bell, conversation, django_capture_on_commit_callbacks):
    bell.set(conversation, NOON)
    version = version_of(conversation)
    with django_capture_on_commit_callbacks() as told:
        assert fire_of(conversation.thread_id, NOON - SECOND) == 0
    assert (version_of(conversation), told) == (version, [])


def test_a_handler_that_acts_moves_the_version_once_and_tells_the_screens(
    bell, conversation, django_capture_on_commit_callbacks
):
    bell.does = lambda change, timer: change.record(Event.Kind.QUEUED)
    bell.set(conversation, NOON)
    version = version_of(conversation)
    with django_capture_on_commit_callbacks() as told:
        fire_of(conversation.thread_id, NOON)
    assert (version_of(conversation), conversation.events.get().version) == (version + 1, version + 1)
    assert len(told) == 1


# --- Handlers that break ---------------------------------------------------------------------------------------------


def ask_nonsense(change, timer):
    with connection.cursor() as cursor:
        cursor.execute("select 1 / 0")


def raising(error):
    def act(change, timer):
        change.record(Event.Kind.QUEUED)
        raise error

    return act


BREAKING = [
    ask_nonsense,
    *map(raising, (ObjectDoesNotExist(), ValueError(), TypeError(), KeyError("x"), AttributeError(), IndexError())),
    raising(Refusal("window_closed", "The window is closed.")),
]


@pytest.mark.parametrize("breaks", BREAKING)
def test_one_that_breaks_is_put_off_and_stops_no_other(bell, conversation, breaks, caplog):
    others = [make_conversation() for _ in range(3)]
    for one in (*others[:2], conversation, others[2]):
        bell.set(one, NOON)

    def act(change, timer):
        change.record(Event.Kind.CLAIMED)
        if timer.conversation_id == conversation.pk:
            breaks(change, timer)

    bell.does = act
    with caplog.at_level(logging.WARNING):
        fire_due(NOON)
    assert [one.events.count() for one in (conversation, *others)] == [0, 1, 1, 1]
    timer = Timer.objects.get()
    assert (timer.conversation, timer.due_at, timer.attempts) == (conversation, NOON + MINUTE, 1)
    assert "is put off" in caplog.text


def test_attempts_come_later_each_time_and_end(bell, conversation, caplog):
    """After 1, 2, 4 and 8 minutes; the fifth attempt is the last."""
    bell.does = raising(ValueError())
    bell.set(conversation, NOON)
    at, pauses = NOON, []
    while timer := Timer.objects.first():
        at = timer.due_at
        fire_due(at)
        pauses += [(later.due_at - at) // MINUTE for later in Timer.objects.all()]
    assert pauses == [1, 2, 4, 8]
    assert "given up" in caplog.text
    assert version_of(conversation) == 1  # that of setting it


def test_one_that_is_mended_in_time_fires(bell, conversation):
    bell.does = raising(ValueError())
    bell.set(conversation, NOON)
    fire_due(NOON)
    bell.does = lambda change, timer: None
    fire_due(NOON + MINUTE)
    assert (bell.rings, stored()) == ([conversation.pk], {})


def test_news_of_the_conversation_does_not_hasten_one_that_is_put_off(bell, conversation):
    bell.does = raising(ValueError())
    bell.set(conversation, NOON)
    fire_due(NOON)
    bell.set(conversation, NOON)  # the same facts, another change
    assert stored() == {(conversation.pk, "bell"): NOON + MINUTE}
    bell.set(conversation, NOON + 2 * MINUTE)  # other facts
    assert Timer.objects.get().attempts == 0


def test_a_kind_that_nobody_knows_waits_for_somebody_who_does(bell, conversation):
    """A worker of an older version meets the timer of a newer one."""
    with change_conversation(conversation.pk, NOON) as change:
        set_timers(change, change.conversation, {"new_kind": NOON})
    assert fire_due(NOON) == 1
    Bell("new_kind")
    assert stored() == {(conversation.pk, "new_kind"): NOON + MINUTE}
    fire_due(NOON + MINUTE)
    assert stored() == {}


def test_one_that_settles_nothing_does_not_fire_again_and_again(bell, conversation):
    """The facts say that it is due, and its handler leaves them as they are."""
    bell.does = lambda change, timer: set_timers(change, change.conversation, {"bell": NOON})
    bell.set(conversation, NOON)
    fire_due(NOON + SECOND)
    assert bell.rings == [conversation.pk]
    at = NOON + SECOND
    for pause in (1, 2, 4, 8):
        at += pause * MINUTE
        fire_due(at - SECOND)
        fire_due(at)
    assert (len(bell.rings), stored()) == (MOST_ATTEMPTS, {})


def test_a_thread_whose_timers_set_each_other_off_does_not_keep_a_worker(bell, conversation):
    bell.does = lambda change, timer: set_timers(change, change.conversation, {"bell": change.now})
    bell.set(conversation, NOON)
    assert fire_of(conversation.thread_id, NOON + SECOND) == timers.MOST_ROUNDS


# --- Contacts that are joined ----------------------------------------------------------------------------------------


@pytest.fixture
def number():
    return make_number()


def test_timers_go_with_their_conversation_when_contacts_are_joined(bell, number):
    lena = make_agent("Lena", numbers=[number])
    theirs = make_conversation("assigned", number=number, assignee=lena)
    ours = make_conversation("closed", number=number)
    bell.set(theirs, NOON)
    bell.set_for_thread(theirs.thread, NOON)
    join(ours.thread.contact, theirs.thread.contact, NOON - MINUTE)
    assert set(Timer.objects.values_list("thread", "conversation")) == {
        (ours.thread_id, theirs.pk),
        (ours.thread_id, None),
    }
    fire_due(NOON)
    assert bell.rings == [theirs.pk, None]


def test_of_two_threads_own_timers_the_earlier_one_stays(bell, number):
    ours, theirs = make_conversation("closed", number=number), make_conversation("closed", number=number)
    bell.set_for_thread(ours.thread, NOON + MINUTE)
    bell.set_for_thread(theirs.thread, NOON)
    join(ours.thread.contact, theirs.thread.contact, NOON - MINUTE)
    assert list(Timer.objects.values_list("thread", "due_at")) == [(ours.thread_id, NOON)]


def test_timers_go_back_when_a_merge_is_undone(bell, number):
    ours, theirs = make_conversation("closed", number=number), make_conversation("closed", number=number)
    bell.set(ours, NOON)
    bell.set(theirs, NOON)
    merge = join(ours.thread.contact, theirs.thread.contact, NOON - MINUTE)
    undo_join(merge.pk, NOON - MINUTE)
    assert set(Timer.objects.values_list("thread", "conversation")) == {
        (ours.thread_id, ours.pk),
        (theirs.thread_id, theirs.pk),
    }


# --- Around it -------------------------------------------------------------------------------------------------------


def test_the_sweep_stands_in_the_schedule_where_an_admin_may_change_it():
    row = PeriodicTask.objects.get(name="inbox.tasks.fire_timers")
    assert (row.task, row.interval.every, row.interval.period) == ("inbox.tasks.fire_timers", 1, "seconds")
    row.enabled = False
    row.save()
    write_sweeps()
    row.refresh_from_db()
    assert not row.enabled


def test_screens_are_shown_the_kinds_that_have_a_label(bell, conversation):
    timers.register("auto_close", bell, label="closes")
    with change_conversation(conversation.pk, NOON) as change:
        set_timers(change, change.conversation, {"bell": NOON, "auto_close": NOON + MINUTE})
    assert [(timer.kind, timer.label) for timer in timers.shown_of(conversation)] == [("auto_close", "closes")]


def test_moving_back_moves_all_that_belongs_to_the_thread_and_nothing_else(bell, number):
    lena = make_agent("Lena", numbers=[number])
    conversation, other = make_conversation("assigned", number=number, assignee=lena), make_conversation(number=number)
    message = writes(conversation.thread.contact, number)
    with change_conversation(conversation.pk) as change:
        change.record(Event.Kind.CLOSED, was={"waiting_since": "2026-03-01T10:00:00+00:00", "status": "queued"})
        set_timers(change, change.conversation, {"bell": NOON})
    conversation.refresh_from_db()
    opened_at, window_until = conversation.opened_at, conversation.thread.window_until
    moved = move_back(conversation, hours=2)
    assert opened_at - moved.opened_at == timedelta(hours=2)
    assert window_until - moved.thread.window_until == timedelta(hours=2)
    assert message.at - moved.messages.get().at == timedelta(hours=2)
    assert moved.timers.get().due_at == NOON - timedelta(hours=2)
    assert moved.events.get().data["was"] == {"waiting_since": "2026-03-01T08:00:00+00:00", "status": "queued"}
    before = other.opened_at
    other.refresh_from_db()
    assert other.opened_at == before
