"""The process's subscription: one connection, taken up again after every outage."""

import asyncio
import logging

from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from inbox import wire

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.3
# A silent connection is asked so often whether it still is one.
ASK_SECONDS = 5


async def listen(receive, is_subscribed):
    """Call receive(text) for every frame, is_subscribed(was_away) at each (re)subscription; ends by cancellation."""
    was_away = False
    while True:
        try:
            await _listen_once(receive, lambda away=was_away: is_subscribed(away))
        except (RedisError, OSError) as error:
            if not was_away:
                logger.warning("Live: Redis is away (%s)", type(error).__name__)
            was_away = True
        await asyncio.sleep(RETRY_SECONDS)


async def _listen_once(receive, is_subscribed):
    async with _connect() as redis, redis.pubsub() as subscription:
        await subscription.subscribe(wire.channel())
        is_answered = True
        while True:
            message = await subscription.get_message(timeout=ASK_SECONDS)
            if message is None:
                if not is_answered:
                    raise TimeoutError("Redis gives no sign of life")
                await subscription.ping()
                is_answered = False
                continue
            is_answered = True
            if message["type"] == "subscribe":
                is_subscribed()
            elif message["type"] == "message":
                receive(message["data"])


def _connect():
    return Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_connect_timeout=2,
        socket_timeout=None,
        retry=Retry(NoBackoff(), 0),
    )
