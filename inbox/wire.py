"""The wire between processes: one Redis channel for frames. It carries hints only and may be away at any moment."""

import logging
import time
from functools import cache

from django.conf import settings
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from whatsapp import hints

logger = logging.getLogger(__name__)

# After a failure nothing is sent for so long: the pump of each web process finds what was not told.
REST_SECONDS = 1.0


class Wire:
    """A sender of frames that never raises and never blocks for long."""

    def __init__(self, url):
        self._redis = hints.connected(url)
        self._rests_until = 0.0
        self._is_away = False

    def send(self, text):
        """Publish one frame. True when Redis took it."""
        if time.monotonic() < self._rests_until:
            return False
        try:
            _patiently(self._redis.publish, channel(), text)
        except (RedisError, OSError) as error:
            self._rest(error)
            return False
        if self._is_away:
            logger.info("Redis is back: frames are sent again")
        self._is_away = False
        return True

    def is_heard(self):
        """Whether a web process listens, so that a frame is worth its making. Nobody hears while Redis is away."""
        if time.monotonic() < self._rests_until:
            return False
        try:
            [(_, listeners)] = _patiently(self._redis.pubsub_numsub, channel())
        except (RedisError, OSError) as error:
            self._rest(error)
            return False
        return listeners > 0

    def _rest(self, error):
        self._rests_until = time.monotonic() + REST_SECONDS
        if not self._is_away:
            logger.warning("Redis is away (%s): screens catch up from the database", type(error).__name__)
        self._is_away = True


def _patiently(ask, *words):
    """A pooled connection that Redis closed in the meantime (a restart) fails; a fresh one tells whether it is away."""
    try:
        return ask(*words)
    except RedisConnectionError:
        return ask(*words)


def channel():
    """Where frames go. Installations that share a Redis do not hear each other."""
    return hints.named("frames")


def send(text):
    return _wire(settings.REDIS_URL).send(text)


def is_heard():
    return _wire(settings.REDIS_URL).is_heard()


@cache
def _wire(url):
    return Wire(url)
