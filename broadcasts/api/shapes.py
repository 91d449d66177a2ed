"""How broadcasts look to programs, and in which shape they send one (S3-10 to S3-45)."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from broadcasts import examples
from broadcasts.api.users import Users
from broadcasts.rules.retrying import code_in
from broadcasts.shapes import STATUSES, WORDS, BroadcastSerializer, Status, listed
from inbox.api.attached import Attachments
from inbox.api.resources import StorableDict

REASONS = {
    "opted_out": "skipped: wants no messages that we start",
    "opted_out_of_marketing": "skipped: wants no marketing, and the template is marketing",
    "duplicate": "skipped: stands in the broadcast already",
    "value_missing": "skipped: a placeholder has no value and no default",
    "no_address": "skipped: no phone is known",
    "contact_gone": "skipped: the contact was deleted",
    "conversation_open": "skipped: a conversation is open, and those were to be spared",
    "capped": "skipped: has had as many broadcasts as allowed",
    "cancelled": "skipped: the broadcast was cancelled before",
    "content": "failure: the filled template does not fit, for example it is too long",
    "file_gone": "failure: the file for this user is not here any more",
    "template_mismatch": "failure: the template has changed and the values do not fit any more",
    "unconfirmed": "failure: WhatsApp never answered, so it may or may not have been sent",
    "whatsapp_<code>": "failure: WhatsApp's own error, for example whatsapp_131026; the number stands in `code` too",
    "refused": "failure: it could not be sent, and there is no code",
}
MOST_STATUSES = 10_000


class Component(StorableDict):
    """Meta's send component: {"type": "header" | "body" | "button", "sub_type"?, "index"?, "parameters": [...]}."""


class TemplateWish(serializers.Serializer):
    """A message template, filled with literals or placeholders like `{{ name }}`."""

    name = serializers.CharField(max_length=512, help_text="Its name.")
    language = serializers.CharField(max_length=20, help_text="Its language, for example en_US.")
    components = serializers.ListField(
        child=Component(),
        default=list,
        max_length=20,
        help_text="Meta's send components. Each text parameter of header, body and URL button is a literal or holds "
        "placeholders; so does the `link` of a picture, video or document in the header, which is a public HTTPS "
        "address: `{{ photo }}` gives each user the one of their own `params`.",
    )
    attachments = Attachments(
        "The id of an upload (POST media/) for the header, where that is a picture, video or document; a user's own "
        "`attachments` go before."
    )


class BroadcastWish(serializers.Serializer):
    """What is sent, to whom, and how."""

    example = examples.REQUEST

    template = TemplateWish(help_text="The message template and what fills it.")
    users = Users(help_text="Up to 10,000, each with a phone (international, with plus sign) and values of their own.")
    params = StorableDict(
        default=dict,
        help_text="Defaults for users who lack a value. Keys count as written, else ignoring case.",
    )
    number = serializers.IntegerField(required=False, help_text="Id of our number; may be left out where there is one.")
    name = serializers.CharField(max_length=200, default="", allow_blank=True, help_text="What your team calls it.")
    scheduled_at = serializers.DateTimeField(required=False, help_text="Not before then; now where nothing is said.")
    stop_percent = serializers.IntegerField(
        required=False, min_value=1, max_value=99, help_text="Pause it when more of them than this fail, in percent."
    )
    pauses_on_low_quality = serializers.BooleanField(
        default=True,
        help_text="Pause it when WhatsApp rates the number's quality as low, flags it, or lowers its limit.",
    )
    skips_open_conversations = serializers.BooleanField(
        default=False, help_text="Spare those with whom a conversation is open."
    )


class StatusOfUser(serializers.Serializer):
    """What became of one user's message."""

    example = examples.DELIVERED

    phone = serializers.CharField(help_text="As it was understood, with plus sign.")
    status = serializers.ChoiceField(list(STATUSES), help_text=listed(STATUSES))
    reason = serializers.CharField(allow_null=True, help_text=listed(REASONS))
    details = serializers.CharField(allow_null=True, help_text="The same in a sentence.")
    code = serializers.IntegerField(allow_null=True, help_text="WhatsApp's error code, where it was WhatsApp's.")
    message = serializers.IntegerField(allow_null=True, help_text="Id of the message in the thread.")


def status_of(address, status, reason, words, message_id):
    """A StatusOfUser."""
    return {
        "phone": address,
        "status": WORDS[status],
        "reason": reason or None,
        "details": words or None,
        "code": code_in(reason),
        "message": message_id,
    }


class BroadcastWithUsers(BroadcastSerializer):
    """A broadcast with what became of each user: the first 10,000; `recipients/` has all of them in pages."""

    example = examples.BROADCAST_WITH_USERS

    statuses = serializers.SerializerMethodField(help_text="One for each user, in the order they were given.")
    failures = serializers.SerializerMethodField(
        help_text="Deprecated: those of `statuses` whose status is `failure`, once more."
    )

    class Meta(BroadcastSerializer.Meta):
        fields = [*BroadcastSerializer.Meta.fields, "statuses", "failures"]

    @extend_schema_field(StatusOfUser(many=True))
    def get_statuses(self, broadcast):
        return self._statuses(broadcast)

    @extend_schema_field(StatusOfUser(many=True))
    def get_failures(self, broadcast):
        return [one for one in self._statuses(broadcast) if one["status"] == WORDS[Status.FAILED]]

    def _statuses(self, broadcast):
        if not hasattr(broadcast, "statuses_of_users"):
            rows = broadcast.recipients.order_by("pk").values_list("address", "status", "reason", "words", "message_id")
            broadcast.statuses_of_users = [status_of(*row) for row in rows[:MOST_STATUSES]]
        return broadcast.statuses_of_users
