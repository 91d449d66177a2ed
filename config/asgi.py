"""ASGI entry: HTTP goes to Django, `/ws/` to the live inbox."""

import os

import django
from asgiref.sync import sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from inbox.routing import SameOriginOnly, WithHub, websocket_urlpatterns  # noqa: E402 (models must be loaded first)


class InOneThread(ASGIHandler):
    """Middleware and views wait for the database, so each request has its thread: it goes there once, with the whole
    chain. Django's own handler goes to and fro for every middleware, which costs more than most views do."""

    def load_middleware(self, is_async=False):
        super().load_middleware(is_async=False)
        self._middleware_chain = sync_to_async(self._middleware_chain)


application = WithHub(
    ProtocolTypeRouter(
        {
            "http": InOneThread(),
            "websocket": SameOriginOnly(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
        }
    )
)
