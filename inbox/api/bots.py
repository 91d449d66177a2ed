"""Bots, as far as programs give conversations to them."""

from rest_framework import mixins, serializers

from inbox.api.resources import Resource
from inbox.models import ApiKey, Bot

Scope = ApiKey.Scope


class BotSerializer(serializers.ModelSerializer):
    """A program that serves conversations."""

    example = {"id": 5, "name": "Order desk", "is_active": True, "silence_minutes": 10}

    class Meta:
        model = Bot
        fields = ["id", "name", "is_active", "silence_minutes"]
        extra_kwargs = {
            "name": {"help_text": "What people call it."},
            "is_active": {"help_text": "False: it is given no conversations."},
        }


class Bots(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Programs that serve conversations: scripted ones, and those over the API."""

    serializer_class = BotSerializer
    scopes = {"list": Scope.AGENTS_READ, "retrieve": Scope.AGENTS_READ}
    queryset = Bot.objects.all()
    ordering = ("id",)
