"""ASGI entry: HTTP goes to Django, `/ws/` to the live inbox."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()

from inbox.routing import SameOriginOnly, WithHub, websocket_urlpatterns  # noqa: E402 (models must be loaded first)

application = WithHub(
    ProtocolTypeRouter(
        {
            "http": django_application,
            "websocket": SameOriginOnly(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
        }
    )
)
