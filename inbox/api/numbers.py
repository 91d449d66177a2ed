"""Numbers, and the message templates that can be sent from them."""

from rest_framework import mixins, serializers

from inbox.api.resources import Resource
from inbox.models import ApiKey
from whatsapp.models import MessageTemplate, Number

Scope = ApiKey.Scope


class NumberSerializer(serializers.ModelSerializer):
    class Meta:
        model = Number
        fields = [
            "id",
            "name",
            "phone_number_id",
            "display_phone_number",
            "verified_name",
            "status",
            "quality_rating",
            "messaging_limit",
            "held_at",
            "held_reason",
        ]


class Numbers(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """WhatsApp business numbers that the key may use."""

    serializer_class = NumberSerializer
    scopes = {"list": Scope.NUMBERS_READ, "retrieve": Scope.NUMBERS_READ}
    ordering = ("id",)

    def get_queryset(self):
        return self.of_key(Number.objects.all(), "pk")


class MessageTemplateSerializer(serializers.ModelSerializer):
    class Meta:
        model = MessageTemplate
        fields = ["id", "name", "language", "category", "status", "rejected_reason", "components", "synced_at"]


class MessageTemplates(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Message templates as Meta has them; only approved ones can be sent."""

    serializer_class = MessageTemplateSerializer
    scopes = {"list": Scope.MESSAGES_TEMPLATES, "retrieve": Scope.MESSAGES_TEMPLATES}
    ordering = ("id",)

    def get_queryset(self):
        return self.of_key(MessageTemplate.objects.all(), "account__numbers").distinct()
