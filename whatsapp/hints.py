"""Redis, for what may be lost at any moment: marks, counts, ids that gather. Nobody waits long for it."""

from functools import cache

from django.conf import settings
from django.db import connection
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT_SECONDS = 0.2


def redis():
    """This process's connections. What is asked raises RedisError while Redis is away."""
    return connected(settings.REDIS_URL)


@cache
def connected(url):
    """The same at this address."""
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def named(*parts):
    """The name of a key; installations that share a Redis have their own."""
    return ":".join(["switchboard", connection.settings_dict["NAME"], *map(str, parts)])
