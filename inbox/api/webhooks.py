"""Webhooks: a program subscribes its address to events, and sees what became of each delivery."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from inbox import webhooks
from inbox.actions import subscriptions
from inbox.api.queries import PageQuery
from inbox.api.resources import Resource
from inbox.models import ApiKey, FeedKind, Subscription, WebhookDelivery

Scope = ApiKey.Scope
WEEK_HOURS = 7 * 24
KINDS = "Names of event kinds, for example message.received. Empty: all, also those to come."


class WebhookSerializer(serializers.ModelSerializer):
    """An address that is told of events."""

    example = {
        "id": 8,
        "name": "CRM",
        "url": "https://crm.example/switchboard",
        "kinds": ["message.received", "conversation.closed"],
        "number": 1,
        "is_active": True,
        "state": "on",
        "trouble": "",
        "paused_at": None,
        "probe_at": None,
        "switched_off_at": None,
        "previous_until": None,
        "created_at": "2026-11-28T08:00:00Z",
    }

    state = serializers.SerializerMethodField(
        help_text="on; paused (it failed repeatedly, one probe is sent every few minutes); or off."
    )

    class Meta:
        model = Subscription
        fields = [
            "id",
            "name",
            "url",
            "kinds",
            "number",
            "is_active",
            "state",
            "trouble",
            "paused_at",
            "probe_at",
            "switched_off_at",
            "previous_until",
            "created_at",
        ]
        extra_kwargs = {
            "id": {"help_text": "Our id of the webhook."},
            "name": {"help_text": "What it is for, in your words."},
            "url": {"help_text": "The https address that is called."},
            "kinds": {"help_text": KINDS},
            "number": {"help_text": "Id of the number whose events it hears of; null: of all that the key sees."},
            "is_active": {"help_text": "false: nothing is sent. An answer of 410 switches it off."},
            "trouble": {"help_text": "What went wrong with the last call, in a sentence; empty when all is well."},
            "paused_at": {"help_text": "Since when only probes are sent; null: not paused."},
            "probe_at": {"help_text": "When the next probe is sent."},
            "switched_off_at": {"help_text": "When an answer of 410 switched it off."},
            "previous_until": {"help_text": "Until then calls are signed with the former secret as well."},
            "created_at": {"help_text": "When it was made."},
        }

    def get_state(self, subscription) -> str:
        if not subscription.is_active:
            return "off"
        return "paused" if subscription.paused_at else "on"


class WebhookWithSecretSerializer(WebhookSerializer):
    """As it is answered once: when it is made, and when its secret is rotated."""

    example = {**WebhookSerializer.example, "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazE2dGLSIcU="}

    secret = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="whsec_... verifies the signature, with any Standard Webhooks library. It is shown in this answer "
        "only; where the answer is repeated (Idempotency-Key) it is null: rotate it.",
    )

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


class WebhookWrite(serializers.Serializer):
    """Which address, and what it is told of."""

    example = {
        "url": "https://crm.example/switchboard",
        "name": "CRM",
        "kinds": ["message.received", "conversation.closed"],
        "number": 1,
    }

    url = serializers.CharField(max_length=2000, help_text="The https address to call. Private addresses are refused.")
    name = serializers.CharField(
        max_length=100, required=False, allow_blank=True, help_text="What it is for, in your words."
    )
    kinds = serializers.ListField(
        child=serializers.ChoiceField(FeedKind.choices), required=False, max_length=100, help_text=KINDS
    )
    number = serializers.IntegerField(
        required=False, allow_null=True, help_text="Id of a number: only its events. null: all that the key sees."
    )
    is_active = serializers.BooleanField(
        required=False, help_text="true switches it on again, and what waits is sent at once."
    )


class Rotation(serializers.Serializer):
    """How long both secrets work."""

    example = {"overlap_hours": 24}

    overlap_hours = serializers.IntegerField(
        default=subscriptions.OVERLAP_HOURS,
        min_value=0,
        max_value=WEEK_HOURS,
        help_text="So long calls are signed with the former secret as well. 0: it ends at once.",
    )


class Replay(serializers.Serializer):
    """One event, or all since a time."""

    example = {"since": "2026-11-28T09:00:00Z"}

    event = serializers.CharField(
        required=False, max_length=40, help_text="Id of one event, as its webhook-id was: evt_..."
    )
    since = serializers.DateTimeField(required=False, help_text="All that happened since then.")

    def validate(self, asked):
        if len(asked) != 1:
            raise serializers.ValidationError("Name either an event or a time.")
        return asked


class Replayed(serializers.Serializer):
    """How many events go out again."""

    example = {"count": 12}

    count = serializers.IntegerField(help_text="So many events are sent again; those that still wait are not counted.")


class TryResult(serializers.Serializer):
    """What came of one call."""

    example = {"is_success": True, "status": 200, "duration_ms": 41, "words": ""}

    is_success = serializers.BooleanField(help_text="Whether it answered 200 to 299.")
    status = serializers.IntegerField(allow_null=True, help_text="The HTTP status; null where no answer came.")
    duration_ms = serializers.IntegerField(help_text="How long the call took, in milliseconds.")
    words = serializers.CharField(help_text="What was wrong, in a sentence; empty when all is well.")


class DeliveryTry(serializers.Serializer):
    """One try to deliver an event."""

    at = serializers.DateTimeField(help_text="When it was tried.")
    status = serializers.IntegerField(allow_null=True, help_text="The HTTP status; null where no answer came.")
    duration_ms = serializers.IntegerField(help_text="How long the call took, in milliseconds.")
    words = serializers.CharField(help_text="What was wrong, in a sentence; empty when all is well.")


class DeliverySerializer(serializers.ModelSerializer):
    """An event on its way to a webhook, and what came of it."""

    example = {
        "id": 930,
        "event": "evt_4711",
        "type": "message.received",
        "status": "delivered",
        "attempts": 1,
        "due_since": "2026-11-28T09:02:00Z",
        "retry_at": "2026-11-28T09:02:00Z",
        "settled_at": "2026-11-28T09:02:00Z",
        "tries": [{"at": "2026-11-28T09:02:00Z", "status": 200, "duration_ms": 41, "words": ""}],
    }

    event = serializers.CharField(source="event.public_id", help_text="Id of the event: the webhook-id of every try.")
    type = serializers.CharField(source="event.kind", help_text="Kind of the event.")
    tries = DeliveryTry(many=True, help_text="The last 20 tries, oldest first.")

    class Meta:
        model = WebhookDelivery
        fields = ["id", "event", "type", "status", "attempts", "due_since", "retry_at", "settled_at", "tries"]
        extra_kwargs = {
            "id": {"help_text": "Our id of the delivery."},
            "status": {"help_text": "pending, sending, delivered or given_up (a day after it was due)."},
            "attempts": {"help_text": "How often it was tried."},
            "due_since": {"help_text": "When it was due first, or was asked for again."},
            "retry_at": {"help_text": "When it is tried next, as long as it is pending."},
            "settled_at": {"help_text": "When it was delivered or given up."},
        }


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    status = serializers.ChoiceField(
        WebhookDelivery.Status.choices, required=False, help_text="Only those of this status."
    )


class Webhooks(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, Resource):
    """Addresses that are told of events, in the Standard Webhooks format. A key sees only those that it made."""

    serializer_class = WebhookSerializer
    queries = {"list": PageQuery, "deliveries": DeliveryQuery}
    nameless = ("test",)
    scopes = dict.fromkeys(
        [
            "list",
            "retrieve",
            "create",
            "partial_update",
            "destroy",
            "rotate_secret",
            "test",
            "replay",
            "deliveries",
        ],
        Scope.WEBHOOKS_WRITE,
    )

    def get_queryset(self):
        return Subscription.objects.filter(api_key=self.request.auth).select_related("number", "api_key__number")

    @extend_schema(request=WebhookWrite, responses={201: WebhookWithSecretSerializer})
    def create(self, request):
        """Subscribe an address. The answer holds the secret, and no later one does."""
        return self.with_secret(subscriptions.subscribe(self.wanted(WebhookWrite), request.auth), 201)

    @extend_schema(request=WebhookWrite, responses=WebhookSerializer)
    def partial_update(self, request, pk):
        """Change what is named. Switching it on, or another address, sends at once what waits."""
        changed = subscriptions.change_subscription(self.get_object().pk, self.wanted(WebhookWrite, partial=True))
        return Response(WebhookSerializer(changed).data)

    @extend_schema(request=Rotation, responses={200: WebhookWithSecretSerializer}, operation_id="rotate_secret")
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request, pk):
        """Rotate the secret. For the hours of overlap each call carries two signatures, by the new and the old one."""
        overlap_hours = self.told(Rotation)["overlap_hours"]
        return self.with_secret(subscriptions.rotate_secret(self.get_object().pk, overlap_hours), 200)

    @extend_schema(request=None, responses=TryResult)
    @action(detail=True, methods=["post"])
    def test(self, request, pk):
        """Send a test. One signed request of the type webhook.test goes out now; the answer says what came back."""
        return Response(TryResult(webhooks.send_test(self.get_object())).data)

    @extend_schema(request=Replay, responses={202: Replayed}, operation_id="replay_events")
    @action(detail=True, methods=["post"])
    def replay(self, request, pk):
        """Send events again. One, or all since a time, under the ids that they had."""
        asked, subscription = self.told(Replay), self.get_object()
        if "event" in asked:
            count = subscriptions.replay_event(subscription, asked["event"])
        else:
            count = subscriptions.replay_since(subscription, asked["since"])
        return Response(Replayed({"count": count}).data, status=202)

    @extend_schema(responses=DeliverySerializer(many=True), operation_id="list_deliveries")
    @action(detail=True, methods=["get"])
    def deliveries(self, request, pk):
        """List its deliveries. What was sent, what waits and why, newest first."""
        rows = self.get_object().deliveries.select_related("event").filter(**self.filters("status"))
        return self.get_paginated_response(DeliverySerializer(self.paginate_queryset(rows), many=True).data)

    def wanted(self, shape, partial=False):
        """What the body asks for, the number as a row that the key may use."""
        asked = self.told(shape, partial)
        if asked.get("number") is not None:
            asked["number"] = self.number(asked["number"])
        return asked

    def with_secret(self, subscription, status):
        response = Response(WebhookWithSecretSerializer(subscription).data, status=status)
        response.shown_once = ("secret",)
        return response
