"""Waking a worker after commit. The rows are the truth: a wake-up that is lost only waits for the next sweep."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def wake(task_name, *args, queue="now"):
    """Run the named task with `args` once this transaction has committed; a broker that is away costs nothing."""
    transaction.on_commit(lambda: _send(task_name, args, queue))


def _send(task_name, args, queue):
    try:
        current_app.send_task(task_name, args=args, queue=queue, retry=False, ignore_result=True)
    except OperationalError:
        logger.warning("Broker away: %s waits for its sweep", task_name)
