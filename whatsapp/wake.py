"""Waking a worker after commit. The rows are the truth: a wake-up that is lost only waits for the next sweep."""

import logging
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# A frozen broker costs each caller its socket timeout: after one failure nobody knocks for a moment, sweeps take over.
QUIET_SECONDS = 3


class Door:
    """The way to the broker from this process; `shut_until` is on the monotonic clock."""

    shut_until = 0.0


def wake(task_name, *args, queue="now"):
    """Run the named task with `args` once this transaction has committed; a broker that is away costs nothing."""
    transaction.on_commit(lambda: _send(task_name, args, queue))


def _send(task_name, args, queue):
    if time.monotonic() < Door.shut_until:
        return
    try:
        current_app.send_task(task_name, args=args, queue=queue, retry=False, ignore_result=True)
    except OperationalError:
        Door.shut_until = time.monotonic() + QUIET_SECONDS
        logger.warning("Broker away: %s waits for its sweep", task_name)
