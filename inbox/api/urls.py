"""The addresses under /api/v1/."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from inbox.api.bots import Bots
from inbox.api.contacts import Contacts
from inbox.api.conversations import Conversations
from inbox.api.events import Events
from inbox.api.media import Media
from inbox.api.messages import Messages
from inbox.api.nowhere import Nowhere
from inbox.api.numbers import MessageTemplates, Numbers
from inbox.api.own_key import OwnKey
from inbox.api.people import Agents, Tags, Teams
from inbox.api.webhooks import Webhooks

router = SimpleRouter(use_regex_path=False)
router.register("agents", Agents, "api-agent")
router.register("bots", Bots, "api-bot")
router.register("contacts", Contacts, "api-contact")
router.register("conversations", Conversations, "api-conversation")
router.register("events", Events, "api-event")
router.register("media", Media, "api-media")
router.register("messages", Messages, "api-message")
router.register("message-templates", MessageTemplates, "api-message-template")
router.register("numbers", Numbers, "api-number")
router.register("tags", Tags, "api-tag")
router.register("teams", Teams, "api-team")
router.register("webhooks", Webhooks, "api-webhook")

urlpatterns = [
    *router.urls,
    path("key/", OwnKey.as_view({"get": "show"}), name="api-key"),
    re_path("", Nowhere.as_view()),
]
