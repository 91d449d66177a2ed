"""ASGI entry: HTTP goes to Django, `/ws/` to the live inbox."""

import os
from concurrent.futures import ThreadPoolExecutor

import django
from asgiref.sync import sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.cache import close_caches
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

# Models must be loaded first.
from inbox.routing import SameOriginOnly, WithHub, websocket_urlpatterns  # noqa: E402
from whatsapp.intake import Intake  # noqa: E402


class InOneThread(ASGIHandler):
    """Middleware and views wait for the database, so a request goes to a thread, once, with the whole chain. Django's
    own handler makes a thread for each request and goes to and fro for every middleware, which costs more than most
    views do."""

    async def __call__(self, scope, receive, send):
        await self.handle(scope, receive, send)

    def load_middleware(self, is_async=False):
        super().load_middleware(is_async=False)
        chain = self._middleware_chain

        def respond(request):
            try:
                return chain(request)
            finally:
                close_old_connections()

        threads = ThreadPoolExecutor(settings.WEB_THREADS, thread_name_prefix="request")
        self._middleware_chain = sync_to_async(respond, thread_sensitive=False, executor=threads)


# Its threads put their connections back themselves, and there is nothing else to be done at a request's ends: no detour
# through another thread for it.
for signal in (request_started, request_finished):
    for receiver in (reset_queries, close_old_connections, close_caches):
        signal.disconnect(receiver)


class FrontDoor:
    """What Meta posts goes in beside Django, everything else through it."""

    def __init__(self):
        self._webhook = (reverse("whatsapp_webhook"), "POST")
        self._intake, self._django = Intake(), InOneThread()

    async def __call__(self, scope, receive, send):
        is_webhook = (scope["path"], scope["method"]) == self._webhook
        await (self._intake if is_webhook else self._django)(scope, receive, send)


application = WithHub(
    ProtocolTypeRouter(
        {
            "http": FrontDoor(),
            "websocket": SameOriginOnly(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
        }
    )
)
