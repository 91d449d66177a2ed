"""Broadcasts over the API: send one, see what became of it, pause, resume, cancel, try the failed again."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from broadcasts import actions, examples
from broadcasts.api.shapes import (
    BroadcastWish,
    BroadcastWithUsers,
    StatusOfUser,
    status_of,
)
from broadcasts.api.users import with_uploads
from broadcasts.creating import create
from broadcasts.models import Broadcast
from broadcasts.shapes import STATUSES, WORDS, BroadcastSerializer, listed
from inbox.actions.refusals import NotAllowed
from inbox.api.attached import upload_of
from inbox.api.queries import PageQuery
from inbox.api.resources import Body, Pages, Resource
from inbox.models import ApiKey, Installation

Scope = ApiKey.Scope
OFF = "WhatsApp broadcasting is switched off. An administrator switches it on in the admin, under REST API."


class BroadcastQuery(PageQuery):
    """Which broadcasts."""

    status = serializers.ChoiceField(Broadcast.Status.choices, required=False, help_text="Only these.")
    number = serializers.IntegerField(required=False, help_text="Id of our number.")


class RecipientQuery(PageQuery):
    """Which users of a broadcast."""

    status = serializers.ChoiceField(list(STATUSES), required=False, help_text=listed(STATUSES))


class Retry(serializers.Serializer):
    """Whom to try again."""

    example = examples.RETRY

    also_unconfirmed = serializers.BooleanField(
        default=False,
        help_text="Also those of whom WhatsApp never said whether it took their message: they may get two.",
    )


class Retried(serializers.Serializer):
    """What trying again came to."""

    example = examples.RETRIED

    retried = serializers.IntegerField(help_text="How many users are tried again.")
    left_out = serializers.IntegerField(help_text="How many failed ones are not.")


class LargeBody(Body):
    """Ten thousand users with their values."""

    limit_bytes = 3 * 1024 * 1024


class InOrder(Pages):
    ordering = ("id",)

    def get_ordering(self, request, queryset, view):
        return self.ordering


class Broadcasts(mixins.ListModelMixin, Resource):
    """One message template to many people, filled for each of them."""

    serializer_class = BroadcastSerializer
    parser_classes = [LargeBody]
    scopes = {
        "list": Scope.BROADCASTS_READ,
        "retrieve": Scope.BROADCASTS_READ,
        "recipients": Scope.BROADCASTS_READ,
        "create": Scope.BROADCASTS_WRITE,
        "pause": Scope.BROADCASTS_WRITE,
        "resume": Scope.BROADCASTS_WRITE,
        "cancel": Scope.BROADCASTS_WRITE,
        "retry_failed": Scope.BROADCASTS_WRITE,
    }
    queries = {"list": BroadcastQuery, "recipients": RecipientQuery}

    def get_queryset(self):
        rows = Broadcast.objects.filter(deleted_at=None).select_related("number").prefetch_related("tallies")
        if self.action == "list":
            rows = rows.filter(**self.filters("status", "number"))
        return self.of_key(rows, "number")

    @extend_schema(request=BroadcastWish, responses={201: BroadcastSerializer})
    def create(self, request):
        """Send a message template to one or more users (S3-10); all of them are one broadcast (S3-24).

        Everything is checked before anything is sent: an unknown template or language, components that do not match its
        structure, a user without a value where there is no default, a phone that is none, a file of the wrong kind, a
        link that is no public HTTPS address. The answer names component and parameter, or user and field. Sending is
        asynchronous: ask with the `id` what became of it.
        """
        ask_broadcasting()
        asked = self.told(BroadcastWish)
        how = {name: asked[name] for name in ("name", "params", "scheduled_at", "stop_percent") if name in asked}
        users = with_uploads(request.auth, asked["users"])
        broadcast = create(
            Broadcast(
                number=self.number(asked.get("number")),
                content=content_of(request.auth, asked["template"], users),
                skips_open_conversations=asked["skips_open_conversations"],
                pauses_on_low_quality=asked["pauses_on_low_quality"],
                audience={"source": "api"},
                api_key=request.auth,
                **how,
            ),
            users,
        )
        return self.shown(broadcast, 201)

    @extend_schema(responses=BroadcastWithUsers)
    def retrieve(self, request, pk):
        """What became of a broadcast and of each of its users (S3-27, S3-42): the first 10,000 of them."""
        return Response(BroadcastWithUsers(self.get_object()).data)

    @extend_schema(responses=StatusOfUser(many=True))
    @action(detail=True, methods=["get"])
    def recipients(self, request, pk):
        """What became of each user, in pages."""
        rows = self.get_object().recipients.all()
        if "status" in self.query:
            rows = rows.filter(status__in=[word for word, shown in WORDS.items() if shown == self.query["status"]])
        pages = InOrder()
        page = pages.paginate_queryset(rows, request, view=self)
        shown = [status_of(row.address, row.status, row.reason, row.words, row.message_id) for row in page]
        return pages.get_paginated_response(shown)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def pause(self, request, pk):
        """Within a second nothing more leaves."""
        return self.shown(actions.pause(self.get_object().pk))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def resume(self, request, pk):
        """Go on where it was paused."""
        ask_broadcasting()
        return self.shown(actions.resume(self.get_object().pk))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request, pk):
        """Whoever has not got it yet will not get it; they count as skipped."""
        return self.shown(actions.cancel(self.get_object().pk))

    @extend_schema(request=Retry, responses=Retried)
    @action(detail=True, methods=["post"], url_path="retry-failed")
    def retry_failed(self, request, pk):
        """Try those again who failed, but not those who cannot get it anyway: no WhatsApp, opted out."""
        ask_broadcasting()
        asked = self.told(Retry)
        retried, left_out = actions.retry_failed(self.get_object().pk, asked["also_unconfirmed"])
        return Response({"retried": retried, "left_out": left_out})

    def shown(self, broadcast, code=200):
        return Response(BroadcastSerializer(self.get_queryset().get(pk=broadcast.pk)).data, status=code)


def content_of(key, template, users):
    """A TemplateWish as Broadcast.content. Raises Refusal for an upload that is not there."""
    upload = upload_of(key, template)
    content = {name: template[name] for name in ("name", "language", "components")}
    content |= {"header_file": upload.pk} if upload else {}
    return content | ({"has_own_files": True} if any(user.upload for user in users) else {})


def ask_broadcasting():
    """Raise NotAllowed while the switch is off (S3-5)."""
    if not Installation.current().broadcasting_is_on:
        raise NotAllowed(OFF, "broadcasting_off")
