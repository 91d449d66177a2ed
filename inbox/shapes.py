"""How messages, conversations and contacts look to programs: the same JSON in answers of the API, webhooks and feed.

Ids are numbers, times ISO 8601 in UTC, what is not there is null. Fields are added, never renamed or taken away.
"""

from datetime import UTC
from functools import cache
from operator import attrgetter

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import Lower
from rest_framework import serializers

from inbox.models import Attachment, Contact, Conversation, Identity, Message, Participant, Tag

# Others than its sender read a message: an address may carry a secret, and what its sender knows it by is theirs alone.
NOT_SHOWN_OF_ON_ANSWER = ("callback", "correlation")

# What these hold is JSON already.
AS_IT_IS = (
    serializers.BooleanField,
    serializers.CharField,
    serializers.ChoiceField,
    serializers.IntegerField,
    serializers.JSONField,
)


# Without a docstring: it would stand in the API's description of every shape.
class Shape(serializers.ModelSerializer):
    # What the fields say is found once for all rows: a page of fifty conversations is a thousand values.
    def to_representation(self, row):
        return {name: read(row) for name, read in readers(type(self)).items()}


@cache
def readers(shape):
    """{name: function from a row to JSON} of a kind of Shape, in the order of its fields."""
    return {name: _reader(field) for name, field in shape().fields.items() if not field.write_only}


def _reader(field):
    if isinstance(field, serializers.SerializerMethodField):
        return getattr(field.parent, field.method_name)
    if isinstance(field, serializers.PrimaryKeyRelatedField):
        return attrgetter(f"{field.source}_id")
    value = attrgetter(field.source)
    if isinstance(field, serializers.DateTimeField):
        return lambda row: _time(value(row))
    if isinstance(field, AS_IT_IS):
        return value
    return lambda row: field.to_representation(value(row))


def _time(moment):
    return moment and f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


class AttachmentSerializer(Shape):
    content_url = serializers.SerializerMethodField(help_text="Where its bytes are, for a key that may read it.")

    class Meta:
        model = Attachment
        fields = ["id", "kind", "mime_type", "filename", "size_bytes", "status", "content_url"]
        extra_kwargs = {
            "id": {"help_text": "Our id of the file, for `attachments` of a message."},
            "mime_type": {"help_text": "What it is by its content."},
            "filename": {"help_text": "Its name, where one is known."},
            "size_bytes": {"help_text": "Its size; 0 until it is stored."},
            "status": {"help_text": "pending (still at WhatsApp), stored, or failed."},
        }

    def get_content_url(self, attachment) -> str:
        return f"{settings.SITE_URL}/api/v1/media/{attachment.pk}/content/"


class MessageSerializer(Shape):
    direction = serializers.SerializerMethodField(help_text="inbound, outbound or note")
    attachments = AttachmentSerializer(many=True, read_only=True, help_text="Its files.")
    error = serializers.SerializerMethodField(help_text="Why it failed and what to do; null where it did not.")
    on_answer = serializers.SerializerMethodField(
        help_text="What an answer to this very message does, as its sender asked. The callback's address is left out; "
        "`correlation` is shown to the key that gave it, in answers of the API."
    )

    class Meta:
        model = Message
        fields = [
            "id",
            "conversation",
            "direction",
            "author_kind",
            "author",
            "kind",
            "content",
            "attachments",
            "status",
            "error",
            "wamid",
            "quoted",
            "on_answer",
            "reactions",
            "at",
            "created_at",
            "sent_at",
            "delivered_at",
            "read_at",
        ]
        extra_kwargs = {
            "id": {"help_text": "Our id of the message."},
            "conversation": {"help_text": "Id of its conversation; null for what belongs to none, a welcome for one."},
            "author_kind": {"help_text": "Who speaks: the customer, an agent, a bot, an automation, a program, ..."},
            "author": {"help_text": "Id of the agent who wrote it; null where no agent did."},
            "kind": {
                "help_text": "text, image, template, buttons, button_reply, list_reply, flow_reply, reaction, ..."
            },
            "content": {"help_text": 'In the shape of its kind, for example {"text": "Hello"}.'},
            "status": {"help_text": "received, noted, or how far an outbound one has come."},
            "wamid": {"help_text": "WhatsApp's id; null until WhatsApp took it."},
            "quoted": {"help_text": "Id of the message that it answers."},
            "reactions": {"help_text": 'The newest of each side: {"customer": "👍", "us": "❤️"}.'},
            "at": {"help_text": "When it was said: WhatsApp's time for inbound, ours for outbound ones."},
            "created_at": {"help_text": "When it arrived here."},
            "sent_at": {"help_text": "When WhatsApp took it."},
            "delivered_at": {"help_text": "When it reached the customer's phone."},
            "read_at": {"help_text": "When the customer saw it, as far as they let it be known."},
        }

    def get_direction(self, message) -> str:
        return "note" if message.is_note else "inbound" if message.is_inbound else "outbound"

    def get_error(self, message) -> dict | None:
        failed = message.error_code or message.error_text
        return {"code": message.error_code, "text": message.error_text} if failed else None

    def get_on_answer(self, message) -> dict:
        return {name: value for name, value in message.on_answer.items() if name not in NOT_SHOWN_OF_ON_ANSWER}


def with_shown(conversations):
    """Conversations as ConversationSerializer takes them: with what it shows and nothing else, in one query."""
    followers = Participant.objects.filter(conversation=OuterRef("pk"), is_following=True).order_by("pk")
    tags = Tag.objects.filter(conversations=OuterRef("pk")).order_by(Lower("name"))
    return (
        conversations.select_related(None)
        .select_related("thread")
        .annotate(
            follower_ids=ArraySubquery(followers.values("agent_id")), tag_names=ArraySubquery(tags.values("name"))
        )
    )


class ConversationSerializer(Shape):
    number = serializers.IntegerField(source="thread.number_id", help_text="Id of our number.")
    contact = serializers.IntegerField(source="thread.contact_id", help_text="Id of the customer.")
    window_until = serializers.DateTimeField(
        source="thread.window_until",
        allow_null=True,
        help_text="Free-form messages are allowed until then; null: no window yet.",
    )
    followers = serializers.SerializerMethodField(help_text="Ids of the agents who follow.")
    tags = serializers.SerializerMethodField(help_text="Names of its tags.")

    class Meta:
        model = Conversation
        fields = [
            "id",
            "status",
            "number",
            "contact",
            "assignee",
            "team",
            "bot",
            "handover_to",
            "handover_on",
            "followers",
            "tags",
            "window_until",
            "opened_at",
            "waiting_since",
            "assigned_at",
            "unanswered_since",
            "bumped_at",
            "closed_at",
            "updated_at",
        ]
        extra_kwargs = {
            "id": {"help_text": "Our id of the conversation."},
            "status": {"help_text": "pending, bot, unassigned, queued, assigned or closed."},
            "assignee": {"help_text": "Id of the agent who serves; while closed, of who served last."},
            "team": {"help_text": "Id of the team whose line it is in."},
            "bot": {"help_text": "Id of the bot that serves."},
            "handover_to": {"help_text": "While pending: id of the agent who gets it when the customer responds."},
            "opened_at": {"help_text": "When this period of service began."},
            "waiting_since": {"help_text": "Since when it stands in the line; null while somebody serves."},
            "assigned_at": {"help_text": "When it was last given to an agent."},
            "unanswered_since": {"help_text": "Arrival of the customer's oldest word that nobody answered."},
            "bumped_at": {"help_text": "When it last moved to the top of the list."},
            "closed_at": {"help_text": "When it ended; null while it is open."},
            "updated_at": {"help_text": "When any of this changed, or a message came."},
        }

    def get_followers(self, conversation) -> list[int]:
        return conversation.follower_ids

    def get_tags(self, conversation) -> list[str]:
        return conversation.tag_names


class IdentitySerializer(Shape):
    class Meta:
        model = Identity
        fields = ["kind", "value"]
        extra_kwargs = {
            "kind": {"help_text": "wa_id (a phone in digits) or bsuid (WhatsApp's business-scoped user id)."},
            "value": {"help_text": "The phone or the user id."},
        }


class ContactSerializer(Shape):
    identities = IdentitySerializer(many=True, read_only=True, help_text="How WhatsApp knows this contact.")

    class Meta:
        model = Contact
        fields = [
            "id",
            "external_id",
            "name",
            "profile_name",
            "username",
            "phone",
            "email",
            "owner",
            "attributes",
            "notes",
            "whatsapp_optout",
            "email_optout",
            "sms_optout",
            "identities",
            "created_at",
            "updated_at",
        ]
        read_only_fields = [
            "profile_name",
            "username",
            "whatsapp_optout",
            "email_optout",
            "sms_optout",
            "created_at",
            "updated_at",
        ]
        extra_kwargs = {
            "id": {"help_text": "Our id of the contact."},
            "username": {"help_text": "Their name on WhatsApp, where they have one."},
            "email": {"help_text": "Mail address, where it is known."},
            "owner": {"help_text": "Id of the agent who owns the contact."},
            "attributes": {"help_text": "What programs keep about the contact: any names, any JSON."},
            "notes": {"help_text": "What the team wrote down."},
            "whatsapp_optout": {"help_text": "Empty, marketing, or all: what the contact does not want to get."},
            "email_optout": {"help_text": "The same for email."},
            "sms_optout": {"help_text": "The same for SMS."},
            "created_at": {"help_text": "When the contact was first seen or entered."},
            "updated_at": {"help_text": "When any of this changed."},
        }
