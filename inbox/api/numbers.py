"""Numbers, and the message templates that can be sent from them."""

from rest_framework import mixins, serializers

from inbox.api.queries import PageQuery
from inbox.api.resources import Resource
from inbox.models import ApiKey
from whatsapp.models import MessageTemplate, Number

Scope = ApiKey.Scope


class NumberSerializer(serializers.ModelSerializer):
    is_on_hold = serializers.BooleanField(
        read_only=True, help_text="true: messages are taken, and wait until what is wrong is mended."
    )

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
            "is_on_hold",
            "held_at",
            "held_reason",
        ]
        extra_kwargs = {
            "id": {"help_text": "Our id of the number."},
            "phone_number_id": {"help_text": "Its id at WhatsApp."},
            "display_phone_number": {"help_text": "The number as customers see it."},
            "verified_name": {"help_text": "The name that customers see."},
            "status": {"help_text": "WhatsApp's word: CONNECTED, PENDING, ..."},
            "quality_rating": {"help_text": "WhatsApp's word: GREEN, YELLOW, RED; empty where it said none."},
            "messaging_limit": {"help_text": "WhatsApp's tier: how many customers a day may be written to first."},
            "held_at": {"help_text": "Since when nothing is sent from it; null: all is well."},
            "held_reason": {"help_text": "Why nothing is sent from it, and what to do."},
        }


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
        fields = [
            "id",
            "name",
            "language",
            "category",
            "status",
            "rejected_reason",
            "parameter_format",
            "components",
            "synced_at",
        ]
        extra_kwargs = {
            "id": {"help_text": "Our id of the message template."},
            "name": {"help_text": "Its name at WhatsApp."},
            "language": {"help_text": "For example en or pt_BR."},
            "category": {"help_text": "WhatsApp's: UTILITY, MARKETING or AUTHENTICATION."},
            "status": {"help_text": "WhatsApp's: only what is APPROVED can be sent."},
            "rejected_reason": {"help_text": "Why WhatsApp refused it; empty where it did not."},
            "parameter_format": {"help_text": "POSITIONAL ({{1}}) or NAMED ({{name}})."},
            "components": {"help_text": "Header, body, footer and buttons, as WhatsApp has them."},
            "synced_at": {"help_text": "When our copy was last compared with WhatsApp's."},
        }


class MessageTemplateQuery(PageQuery):
    """Which message templates."""

    number = serializers.IntegerField(required=False, help_text="Only those that this number may send: an id.")
    name = serializers.CharField(required=False, help_text="Only those of this name, in every language.")
    language = serializers.CharField(required=False, help_text="Only those in this language.")
    status = serializers.CharField(required=False, help_text="Only those of this status, for example APPROVED.")


class MessageTemplates(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Message templates as Meta has them; only approved ones can be sent."""

    serializer_class = MessageTemplateSerializer
    scopes = {"list": Scope.MESSAGES_TEMPLATES, "retrieve": Scope.MESSAGES_TEMPLATES}
    ordering = ("id",)
    queries = {"list": MessageTemplateQuery}

    def get_queryset(self):
        asked = self.filters("name", "language", "status", number="account__numbers")
        return self.any_of_key(MessageTemplate.objects.filter(**asked), "account__numbers")
