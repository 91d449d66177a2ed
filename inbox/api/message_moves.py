"""What a program may do with a message that is there: react to it, send it again."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from inbox.actions.permission import ask_for_scope
from inbox.actions.sending import react, send_again
from inbox.api.message_shape import MessageSerializer, ShowsMessages
from inbox.models import ApiKey

Scope = ApiKey.Scope
EMOJI_LIMIT = 32


class Reaction(serializers.Serializer):
    """One emoji."""

    emoji = serializers.CharField(
        max_length=EMOJI_LIMIT, allow_blank=True, help_text="One emoji; an empty text takes ours away."
    )


SCOPES = {"react": Scope.MESSAGES_FREE_FORM, "send_again": Scope.MESSAGES_TEMPLATES}


class MovesOfMessage(ShowsMessages):
    """Named POSTs of a message, as a part of its resource."""

    @extend_schema(request=Reaction, responses={200: MessageSerializer}, operation_id="react_to_message")
    @action(detail=True, methods=["post"], url_path="reactions")
    def react(self, request, pk):
        """React to it, as the integration. Inside the window only; the customer sees the emoji at the message."""
        message, emoji = self.get_object(), self.told(Reaction)["emoji"]
        react(message.pk, emoji, None)
        return Response(self.shown_message(self.get_object()))

    @extend_schema(request=None, responses={201: MessageSerializer}, operation_id="send_message_again")
    @action(detail=True, methods=["post"], url_path="send-again")
    def send_again(self, request, pk):
        """Send it again. What failed, or may not have been sent, goes out once more as a new message; sent again twice
        it is the same one. What is no template needs the scope `messages:free-form`."""
        message = self.get_object()
        if message.kind != "template":
            ask_for_scope(request.auth, Scope.MESSAGES_FREE_FORM)
        return Response(self.shown_message(send_again(message.pk, None)), status=201)
