"""Where websockets go."""

websocket_urlpatterns = []
