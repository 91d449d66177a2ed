"""Waking a worker after commit. The rows are the truth: a wake-up that is lost only waits for the next sweep.

A task without arguments does all there is to do: while one waits for a worker, no second one is sent. Where the same is
to be done with hundreds a second, their ids gather in Redis and the workers take one after another (`wake_for`,
`each_for`): a task for each would cost them about as much as what they are to do.
"""

import logging
import threading
import time
from contextlib import contextmanager

from celery import current_app
from celery.signals import task_prerun
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from whatsapp import hints

logger = logging.getLogger(__name__)

# A frozen broker costs each caller its socket timeout: after one failure nobody knocks for a moment, sweeps take over.
QUIET_SECONDS = 3
MOST_IN_A_ROW = 10
# A wake-up that got lost on its way keeps others back no longer than this.
WAITS_MS = 1000


class Door:
    """The way to the broker from this process; `shut_until` is on the monotonic clock."""

    shut_until = 0.0


class Gathering(threading.local):
    """The wake-ups that the running block of this thread has asked for; None outside of such a block."""

    asked = None


_gathering = Gathering()


def wake(task_name, *args, queue="now", after_seconds=0):
    """Run the named task with `args` once this transaction has committed; a broker that is away costs nothing.

    `after_seconds`: a moment later, for what goes on in short runs. Never for what must not be lost.
    """
    if _gathering.asked is None:
        later = {"after_seconds": after_seconds} if after_seconds else {}
        transaction.on_commit(lambda: _send(task_name, args, queue, **later))
    else:
        _gathering.asked[task_name, args, queue, after_seconds] = None


def wake_for(task_name, subject_id, queue="now"):
    """Run the named task, which goes through `each_for`, once this transaction has committed: it will meet this id."""
    transaction.on_commit(lambda: _gather(task_name, subject_id) and _knock(task_name, (), queue))


def each_for(task_name, queue="now"):
    """Yield ids that wait for this task, each to one caller only. While others wait a further worker is woken: they are
    not left to one that is slow, and after some of them other tasks get their turn."""
    for _ in range(MOST_IN_A_ROW):
        taken = _take(task_name)
        if taken is None:
            return
        subject_id, left = taken
        if left:
            wake(task_name, queue=queue)
        yield subject_id
    wake(task_name, queue=queue)


@contextmanager
def waking_once():
    """Inside of this block, and of one transaction, many changes may ask for the same: it is sent once."""
    outer, _gathering.asked = _gathering.asked, {}
    try:
        yield
    finally:
        asked, _gathering.asked = _gathering.asked, outer
    for task_name, args, queue, after_seconds in asked:
        wake(task_name, *args, queue=queue, after_seconds=after_seconds)


def _send(task_name, args, queue, after_seconds=0):
    if args or _is_first(task_name):
        _knock(task_name, args, queue, after_seconds)


def _knock(task_name, args, queue, after_seconds=0):
    if time.monotonic() < Door.shut_until:
        return
    try:
        later = {"countdown": after_seconds} if after_seconds else {}
        current_app.send_task(task_name, args=args, queue=queue, retry=False, ignore_result=True, **later)
    except OperationalError:
        Door.shut_until = time.monotonic() + QUIET_SECONDS
        logger.warning("Broker away: %s waits for its sweep", task_name)
        _forget(task_name)


def _gather(task_name, subject_id):
    """True for the first one, who has to wake somebody."""
    try:
        with hints.redis().pipeline(transaction=False) as asked:
            _mark(asked.sadd(_place(task_name), subject_id), task_name)
            return bool(asked.execute()[1])
    except RedisError:
        logger.info("Redis away: %s waits for its sweep", task_name)
        return False


def _take(task_name):
    """(an id, how many are left), or None."""
    try:
        with hints.redis().pipeline(transaction=False) as asked:
            subject_id, left = asked.spop(_place(task_name)).scard(_place(task_name)).execute()
    except RedisError:
        return None
    return None if subject_id is None else (int(subject_id), left)


def _place(task_name):
    """Where ids gather."""
    return hints.named("gathered", task_name)


def _is_first(task_name):
    """False while the same task waits already. Where nobody can tell, it is sent."""
    try:
        return bool(_mark(hints.redis(), task_name))
    except RedisError:
        return True


def _mark(redis, task_name):
    """Say that it waits; falsy where somebody has said so."""
    return redis.set(_waits(task_name), 1, nx=True, px=WAITS_MS)


@task_prerun.connect
def _is_taken(task=None, args=(), **kwargs):
    """Before it looks at the first row: whoever commits from now on wakes the next one."""
    if not args:
        _forget(task.name)


def _forget(task_name):
    try:
        hints.redis().delete(_waits(task_name))
    except RedisError:
        logger.info("Redis away: the mark of %s goes by itself", task_name)


def _waits(task_name):
    return hints.named("waits", task_name)
