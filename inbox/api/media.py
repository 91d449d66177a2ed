"""Files: uploaded to be sent, and fetched from messages.

A program uploads a file once and names its id in `attachments` of one message. What was never sent is forgotten after a
day. Whoever may read a conversation may read its files; nobody else's uploads are seen before they are sent.
"""

from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from inbox.actions.refusals import Refusal
from inbox.api.resources import Resource, ask_size
from inbox.media import store_upload
from inbox.media.serving import guarded, serve
from inbox.models import ApiKey, Attachment
from inbox.shapes import AttachmentSerializer
from whatsapp.content import ContentError, media_rules

Scope = ApiKey.Scope
MIB = 1024 * 1024
# What stands around the file in a form.
FORM_BYTES = MIB

RANGE = OpenApiParameter(
    "Range", str, OpenApiParameter.HEADER, description="One range of bytes: bytes=0-1023.", pattern=r"^bytes=\d+-\d*$"
)


class Form(MultiPartParser):
    """A form with a file; one that is larger than any that WhatsApp carries is not read at all."""

    def parse(self, stream, media_type=None, parser_context=None):
        ask_size(parser_context["request"], media_rules("document").max_bytes + FORM_BYTES)
        return super().parse(stream, media_type, parser_context)


class UploadSerializer(serializers.Serializer):
    """A form with a file."""

    file = serializers.FileField(
        allow_empty_file=True,
        max_length=1000,
        help_text="One file. What it is decides its content, not its name: pictures up to 5 MB (others are made to "
        "fit), videos and sound up to 16 MB, documents up to 100 MB.",
    )


class AnyType(JSONRenderer):
    """Whatever the caller accepts: the file is answered as what it is, and refusals are JSON."""

    media_type = "*/*"
    format = None


class Media(mixins.RetrieveModelMixin, Resource):
    """Files of messages, and the key's own uploads."""

    serializer_class = AttachmentSerializer
    parser_classes = [Form]
    scopes = {
        "create": Scope.MEDIA_WRITE,
        "retrieve": Scope.CONVERSATIONS_READ,
        "content": Scope.CONVERSATIONS_READ,
    }

    def get_queryset(self):
        of_messages = self.of_key(Attachment.objects.exclude(message=None), "message__thread__number")
        return Attachment.objects.filter(
            Q(pk__in=of_messages.values("pk")) | Q(message=None, api_key=self.request.auth)
        )

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: AttachmentSerializer})
    def create(self, request):
        """Upload one file; its id goes into `attachments` of a message."""
        file = self.told(UploadSerializer)["file"]
        try:
            kept = store_upload(None, file, api_key=request.auth)
        except ContentError as error:
            is_large = error.field == "size_bytes" or file.size > media_rules("document").max_bytes
            code, status = ("too_large", 413) if is_large else ("file_refused", 400)
            raise Refusal(code, error.message, "file", status) from error
        return Response(AttachmentSerializer(kept).data, status=201)

    @extend_schema(
        operation_id="get_media_content",
        parameters=[RANGE],
        responses={
            (200, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, "The whole file."),
            (206, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, "The range of it that was asked for."),
            416: OpenApiResponse(None, "The range begins behind the end; `Content-Range` says how long the file is."),
        },
    )
    @action(detail=True, methods=["get"], renderer_classes=[AnyType])
    def content(self, request, pk):
        """The bytes of a file, whole or the `Range` asked for. 404 while it is still on its way from WhatsApp."""
        attachment = self.get_object()
        if attachment.status != Attachment.Status.STORED or not attachment.file:
            raise NotFound("This file is not here (yet).")
        try:
            return guarded(serve(attachment, request.headers.get("Range", "")), attachment)
        except FileNotFoundError as error:
            raise NotFound("This file is not here any more.") from error
