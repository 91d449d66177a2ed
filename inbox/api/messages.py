"""Messages of a conversation: read them, send message templates (S0-7), and free-form ones for keys that may."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from inbox.actions.sending import send_message, with_header, write_note
from inbox.actions.sending.filling import filled_in, free_form
from inbox.api import message_moves
from inbox.api.attached import Attachments, send_with_file, upload_of
from inbox.api.message_moves import MovesOfMessage
from inbox.api.message_shape import MessageSerializer, ShowsMessages
from inbox.api.queries import PageQuery
from inbox.api.relaying import RelayWishes, Silence, behaviour_of
from inbox.api.resources import Pages, Resource, StorableDict
from inbox.models import ApiKey, Message
from whatsapp.models import MessageTemplate

Scope = ApiKey.Scope


class TemplateMessage(serializers.Serializer):
    """A message template with what its places are filled with."""

    name = serializers.CharField(help_text="Name of the message template.")
    language = serializers.CharField(help_text="For example en_US.")
    components = serializers.ListField(child=StorableDict(), default=list, help_text="Meta's send components.")
    attachments = Attachments("The id of an upload for its header, where that is a picture, video or document.")
    as_agent = serializers.BooleanField(
        default=False, help_text="In the assigned agent's name; then it counts as an answer."
    )
    relay = RelayWishes(required=False, help_text="What happens to the responses, with relay_response=true.")


class FreeForm(serializers.Serializer):
    """Anything that WhatsApp takes while the window is open."""

    kind = serializers.CharField(default="text", help_text="text, buttons, list, link, location, contacts, ...")
    content = serializers.DictField(
        default=dict, help_text='In the shape of its kind, for example {"text": "Hello"}; with a file its caption.'
    )
    attachments = Attachments("The id of an upload: it is the message itself, or the header of buttons and links.")
    quoted = serializers.IntegerField(required=False, help_text="Id of the message it answers.")
    as_agent = serializers.BooleanField(
        default=False, help_text="In the assigned agent's name; then it counts as an answer."
    )
    relay = RelayWishes(required=False, help_text="What happens to the responses, with relay_response=true.")


class Note(serializers.Serializer):
    """What colleagues shall read; the customer does not see it."""

    text = serializers.CharField(max_length=4096, help_text="What they shall read.")
    agent = serializers.IntegerField(help_text="Id of the agent in whose name it stands.")


SCOPES = {
    "messages": Scope.CONVERSATIONS_READ,
    "send": Scope.MESSAGES_FREE_FORM,
    "send_template": Scope.MESSAGES_TEMPLATES,
    "write_note": Scope.CONVERSATIONS_WRITE,
}
QUERIES = {"messages": PageQuery, "send": Silence, "send_template": Silence}


class NewestFirst(Pages):
    def get_ordering(self, request, queryset, view):
        return ("-at", "-id")


class MessagesOfConversation(ShowsMessages):
    """The messages of a conversation, as a part of its resource."""

    @extend_schema(responses=MessageSerializer(many=True), operation_id="list_messages")
    @action(detail=True, methods=["get"], url_path="messages")
    def messages(self, request, pk):
        """List its messages. The newest first; edits, deletions and reactions are not among them."""
        rows = Message.objects.filter(conversation=self.get_object()).exclude(kind__in=Message.ANNOTATIONS)
        rows = rows.prefetch_related("attachments")
        pages = NewestFirst()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(self.shown_messages(page))

    @extend_schema(request=FreeForm, responses={201: MessageSerializer}, operation_id="send_message")
    @messages.mapping.post
    def send(self, request, pk):
        """Send a free-form message. Inside the window only, with a key that also has `messages:free-form`; others get
        403 `templates_only`."""
        asked, conversation = self.told(FreeForm), self.get_object()
        behaves = behaviour_of(self.query, asked.get("relay"), request.auth)
        upload = upload_of(request.auth, asked)
        how = {"quoted_id": asked.get("quoted"), "api_key": request.auth, **behaves, **author(conversation, asked)}
        if upload:
            message = send_with_file(conversation, asked, upload, **how)
        else:
            message = send_message(conversation, free_form(asked["kind"], asked["content"]), **how)
        return Response(self.shown_message(message), status=201)

    @extend_schema(request=TemplateMessage, responses={201: MessageSerializer}, operation_id="send_template_message")
    @action(detail=True, methods=["post"], url_path="template-messages")
    def send_template(self, request, pk):
        """Send a message template (S0-7). Nothing else is taken here (S0-8)."""
        asked, conversation = self.told(TemplateMessage), self.get_object()
        behaves = behaviour_of(self.query, asked.get("relay"), request.auth)
        upload = upload_of(request.auth, asked)
        if upload:
            asked["components"] = with_header(asked["components"], upload.kind)
        stored = MessageTemplate.of(conversation.thread.number.account_id, asked["name"], asked["language"])
        message = send_message(
            conversation,
            filled_in(stored, asked),
            template=stored,
            attachment_ids=asked.get("attachments", []),
            api_key=request.auth,
            **behaves,
            **author(conversation, asked),
        )
        return Response(self.shown_message(message), status=201)

    @extend_schema(request=Note, responses={201: MessageSerializer}, operation_id="write_note")
    @action(detail=True, methods=["post"], url_path="notes")
    def write_note(self, request, pk):
        """Write an internal note."""
        asked = self.told(Note)
        note = write_note(self.get_object().pk, asked["text"], self.agent(asked["agent"]))
        return Response(self.shown_message(note), status=201)


def author(conversation, asked):
    """In the agent's name where that is asked and somebody serves, else as the integration."""
    if asked["as_agent"] and conversation.assignee_id:
        return {"by": conversation.assignee}
    return {"by": None, "author_kind": Message.Author.INTEGRATION}


class Messages(MovesOfMessage, mixins.RetrieveModelMixin, Resource):
    """One message, and what became of it."""

    serializer_class = MessageSerializer
    scopes = {"retrieve": Scope.CONVERSATIONS_READ, **message_moves.SCOPES}

    def get_queryset(self):
        rows = Message.objects.exclude(kind__in=Message.ANNOTATIONS).prefetch_related("attachments")
        return self.of_key(rows, "thread__number")
