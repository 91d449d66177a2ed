"""The feed: what webhooks are told, to be read by whoever was down or prefers to ask."""

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from inbox.actions.refusals import Refusal
from inbox.api.feed_examples import EVENTS
from inbox.api.queries import MOST_ROWS, Query
from inbox.api.resources import Resource
from inbox.models import ApiKey, FeedEvent, FeedHead, FeedKind

PAGE = 50


class EventSerializer(serializers.ModelSerializer):
    """One thing that happened. A webhook sends its type, timestamp and data, and the id as its webhook-id."""

    examples = EVENTS

    id = serializers.CharField(source="public_id", help_text="The same as the webhook-id of its webhooks: evt_...")
    type = serializers.CharField(source="kind", help_text="Kind of the event, for example message.received.")
    timestamp = serializers.DateTimeField(source="occurred_at", help_text="When it happened.")

    data = serializers.SerializerMethodField(
        help_text="Number, contact and conversation as they were then, and what the kind has besides: `message`, "
        "`details` of a line, `survey`, `relay`, `template`, `broadcast`, or `closes_at`."
    )

    class Meta:
        model = FeedEvent
        fields = ["id", "type", "timestamp", "position", "data"]
        extra_kwargs = {"position": {"help_text": "Its place in the feed: ask for what comes `after` it."}}

    def get_data(self, event) -> dict:
        return event.data_for(self.context["key_id"])


@extend_schema_serializer(many=False)
class EventPage(serializers.Serializer):
    """Events in their order."""

    example = {"results": EVENTS[:1], "after": EVENTS[0]["position"], "next": None}

    results = EventSerializer(many=True, help_text="Events in their order, oldest first.")
    after = serializers.IntegerField(help_text="Ask for what comes after this the next time.")
    next = serializers.CharField(allow_null=True, help_text="Address of the next page; null: there is no more now.")


class Kinds(serializers.CharField):
    """Names of kinds with commas between."""

    def to_internal_value(self, told):
        asked = super().to_internal_value(told).split(",")
        unknown = [kind for kind in asked if kind not in FeedKind.values]
        if unknown:
            raise serializers.ValidationError(f"There is no kind of events named {unknown[0][:40]}.")
        return asked


class EventQuery(Query):
    """Which events."""

    after = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="A position: only events after it. Left out: from the oldest that is kept, 30 days back.",
    )
    kinds = Kinds(required=False, help_text="Only these kinds, with commas between.")
    limit = serializers.IntegerField(default=PAGE, min_value=1, max_value=MOST_ROWS, help_text="Events on a page.")


class Events(Resource):
    """Everything that programs are told, in one order, kept for 30 days."""

    serializer_class = EventSerializer
    pagination_class = None
    scopes = {"list": ApiKey.Scope.EVENTS_READ}
    queries = {"list": EventQuery}
    refuses = {"list": [410]}

    @extend_schema(responses=EventPage)
    def list(self, request):
        """List events. What happened after a position, oldest first; each comes once, also one that was slow."""
        head = FeedHead.objects.first() or FeedHead()
        after = self.query.get("after", head.forgotten)
        if after > head.position:  # of another installation, or from before a backup was brought back
            words = f"The feed has come to {head.position} only. Begin anew without `after`."
            raise Refusal("cursor_unknown", words, "after", 400)
        if after < head.forgotten:
            words = f"Events up to {head.forgotten} were cleaned up. Begin anew without `after`: some are lost to you."
            raise Refusal("events_forgotten", words, "after", 410)
        limit = self.query["limit"]
        found = list(self.events().filter(position__gt=after).order_by("position")[: limit + 1])
        page, has_more = found[:limit], len(found) > limit
        # Without more there is nothing up to the head either, whatever kinds were asked for.
        last = page[-1].position if page else after
        reached = last if has_more else max(last, head.position)
        address = replace_query_param(request.build_absolute_uri(), "after", reached) if has_more else None
        return Response(
            EventPage({"results": page, "after": reached, "next": address}, context={"key_id": request.auth.pk}).data
        )

    def events(self):
        number = self.request.auth.number
        events = FeedEvent.objects.of_number(number) if number else FeedEvent.objects.all()
        return events.filter(kind__in=self.query["kinds"]) if "kinds" in self.query else events
