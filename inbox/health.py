"""Is everything there that an agent's work needs? Asked by bin/run, load balancers and operators."""

from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import DatabaseError
from kombu.exceptions import OperationalError
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from inbox.clock import database_time
from inbox.models import Pulse

WORKER = "worker"
# Beat wakes the heartbeat every 5 s; so old, beat or worker is gone.
STALE_AFTER = timedelta(seconds=20)
TIMEOUT_SECONDS = 1


def beat(now=None):
    """A worker lives and was woken by beat."""
    Pulse.objects.update_or_create(name=WORKER, defaults={"at": now or database_time()})


def parts():
    """{"database": "ok" or a few words, "broker": ..., "worker": ...}"""
    broker = _broker()
    try:
        return {"database": "ok", "broker": broker, "worker": _worker(database_time())}
    except DatabaseError:
        return {"database": "away", "broker": broker, "worker": "unknown"}


def _worker(now):
    pulse = Pulse.objects.filter(name=WORKER).first()
    if pulse is None:
        return "has not started"
    return "ok" if now - pulse.at < STALE_AFTER else "silent"


def _broker():
    """The broker of tasks, and the Redis that carries frames (most often the same)."""
    try:
        with current_app.connection_for_write(connect_timeout=TIMEOUT_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=TIMEOUT_SECONDS)
        with _redis() as redis:
            redis.ping()
    except (OperationalError, RedisError, OSError):
        return "away"
    return "ok"


def _redis():
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
