"""How broadcasts look to programs, and in which shape they send one (S3-10 to S3-45)."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from broadcasts import ledger
from broadcasts.api import examples
from broadcasts.api.users import Users
from broadcasts.models import Broadcast, Recipient
from broadcasts.rules.retrying import code_in
from inbox.api.attached import Attachments
from inbox.api.resources import StorableDict

Status = Recipient.Status
# The ledger's words -> the API's. Whoever was cancelled counts as skipped (S3-40: `cancelled` stays, and is always 0).
WORDS = {
    Status.QUEUED: "pending",
    Status.SENDING: "pending",
    Status.SENT: "sent",
    Status.DELIVERED: "delivered",
    Status.READ: "read",
    Status.FAILED: "failure",
    Status.SKIPPED: "skipped",
    Status.CANCELLED: "skipped",
}
STATUSES = {
    "pending": "not at WhatsApp yet: it waits for its turn, for the recipient's morning, or for another try",
    "sent": "WhatsApp took it",
    "delivered": "it is on the recipient's phone",
    "read": "the recipient has seen it",
    "failure": "they did not get it; `reason` and `details` say why",
    "skipped": "they were not written to; `reason` says why",
}
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
KEPT = 0  # S3-40
SHOWN_OF_CONTENT = ("name", "language", "components", "subject", "message", "offers_stop")
MOST_STATUSES = 10_000


def listed(words):
    return "; ".join(f"`{word}`: {meaning}" for word, meaning in words.items())


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


class BroadcastStatistics(serializers.Serializer):
    """How many users stand in each status; each user in one."""

    example = examples.STATISTICS

    total = serializers.IntegerField(help_text="How many users there are.")
    pending = serializers.IntegerField(help_text=f"{STATUSES['pending']}.")
    sent = serializers.IntegerField(help_text=f"{STATUSES['sent']}.")
    delivered = serializers.IntegerField(help_text=f"{STATUSES['delivered']}.")
    read = serializers.IntegerField(help_text=f"{STATUSES['read']}.")
    failure = serializers.IntegerField(help_text=f"{STATUSES['failure']}.")
    skipped = serializers.IntegerField(help_text=f"{STATUSES['skipped']}; whoever was cancelled is counted here.")
    cancelled = serializers.IntegerField(help_text="Deprecated: always 0. Whoever was cancelled is skipped.")


class BroadcastPause(serializers.Serializer):
    """Why a broadcast stands still."""

    reason = serializers.CharField(
        help_text="by_hand; stop_rule: too many failed; template_not_approved; number_not_connected."
    )
    words = serializers.CharField(help_text="The same in a sentence.")


class BroadcastSerializer(serializers.ModelSerializer):
    example = examples.BROADCAST

    template = serializers.SerializerMethodField(help_text="As it was sent.")
    pause = serializers.SerializerMethodField(help_text="Why it is paused; null while it is not.")
    statistics = serializers.SerializerMethodField(help_text="How many users stand in each status.")

    class Meta:
        model = Broadcast
        fields = [
            "id",
            "name",
            "channel",
            "number",
            "status",
            "pause",
            "template",
            "params",
            "scheduled_at",
            "created_at",
            "started_at",
            "finished_at",
            "statistics",
        ]
        extra_kwargs = {
            "name": {"help_text": "What your team calls it."},
            "scheduled_at": {"help_text": "When it is to start; null: at once."},
            "created_at": {"help_text": "When it was made."},
            "started_at": {"help_text": "When it started; null before."},
            "channel": {"help_text": "whatsapp, email or sms."},
            "number": {"help_text": "Id of our number."},
            "status": {"help_text": "draft, scheduled, sending, paused, finished or cancelled."},
            "params": {"help_text": "The defaults."},
            "finished_at": {"help_text": "Since then nothing more leaves by itself."},
        }

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_template(self, broadcast):
        content = broadcast.content
        file_id = content.get("header_file")
        shown = {name: content[name] for name in SHOWN_OF_CONTENT if name in content}
        return shown | ({"attachments": [file_id]} if file_id else {})

    @extend_schema_field(BroadcastPause(allow_null=True))
    def get_pause(self, broadcast):
        is_paused = broadcast.status == Broadcast.Status.PAUSED
        return {"reason": broadcast.pause_reason, "words": broadcast.pause_words} if is_paused else None

    @extend_schema_field(BroadcastStatistics)
    def get_statistics(self, broadcast):
        counts = dict.fromkeys(STATUSES, 0)
        for status, count in ledger.sums(broadcast.tallies.all()).items():
            counts[WORDS[status]] += count
        return {"total": sum(counts.values()), **counts, "cancelled": KEPT}


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
