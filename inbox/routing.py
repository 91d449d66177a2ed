"""Where websockets go, and from which pages they may come."""

from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.urls import path

from inbox.consumers import InboxConsumer
from inbox.live import hub_here

websocket_urlpatterns = [path("ws/inbox/", InboxConsumer.as_asgi())]


class SameOriginOnly:
    """Refuses (403) sockets of pages that are not ours: a browser sends our cookies along from anywhere.

    Ours is a page whose origin is the very host and port it asks for (one of ALLOWED_HOSTS), SITE_URL, or one of
    CSRF_TRUSTED_ORIGINS. Cookies know no ports, so another port of the same host is somebody else.
    """

    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin1").lower()
        host = headers.get(b"host", b"").decode("latin1").lower()
        application = self.application if is_ours(origin, host) else WebsocketDenier()
        return await application(scope, receive, send)


class WithHub:
    """Starts this process's Hub at its first request of any kind; ASGI servers have no common start-up event."""

    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        hub_here().start()
        return await self.application(scope, receive, send)


def is_ours(origin, host):
    """True when a page of `origin` (scheme://host[:port]) may open a socket at `host` (the Host header)."""
    if origin in {settings.SITE_URL.lower(), *(trusted.lower() for trusted in settings.CSRF_TRUSTED_ORIGINS)}:
        return True
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS) and _netloc(origin) == host


def _netloc(origin):
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc if parts.scheme in ("http", "https") else None
