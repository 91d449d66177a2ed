"""How often a key may ask, said in the headers of every answer (draft-ietf-httpapi-ratelimit-headers)."""

import time

from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle

from whatsapp import hints

MINUTE_SECONDS = 60


class KeyThrottle(BaseThrottle):
    """Counts by the minute in the cache. While that is away nobody is refused."""

    def allow_request(self, request, view):
        if request.auth is None:
            return True
        self.left_seconds = MINUTE_SECONDS - int(time.time()) % MINUTE_SECONDS
        limit, asked = request.auth.requests_per_minute, self.count(request.auth)
        request.rate_limit = {
            "RateLimit-Limit": limit,
            "RateLimit-Remaining": max(limit - asked, 0),
            "RateLimit-Reset": self.left_seconds,
        }
        return asked <= limit

    def wait(self):
        return self.left_seconds

    def count(self, key):
        name = hints.named("calls", key.pk, int(time.time()) // MINUTE_SECONDS)
        try:
            with hints.redis().pipeline(transaction=False) as asked:
                return asked.incr(name).expire(name, 2 * MINUTE_SECONDS).execute()[0]
        except RedisError:
            return 1


class Counted:
    """A view that counts as soon as it knows who asks: what is then refused or not found carries the limits, too."""

    def perform_authentication(self, request):
        super().perform_authentication(request)
        super().check_throttles(request)

    def check_throttles(self, request):
        """Done, before the scopes were asked."""

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(request, "rate_limit", {}).items():
            response[name] = value
        return response
