"""ASGI entry: HTTP goes to Django, `/ws/` to the live inbox."""

import os

import django
from asgiref.sync import sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.handlers.asgi import ASGIHandler
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

# Models must be loaded first.
from inbox.routing import SameOriginOnly, WithHub, websocket_urlpatterns  # noqa: E402
from whatsapp.intake import Intake  # noqa: E402


class InOneThread(ASGIHandler):
    """Middleware and views wait for the database, so each request has its thread: it goes there once, with the whole
    chain. Django's own handler goes to and fro for every middleware, which costs more than most views do."""

    def load_middleware(self, is_async=False):
        super().load_middleware(is_async=False)
        self._middleware_chain = sync_to_async(self._middleware_chain)


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
