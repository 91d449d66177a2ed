"""How a broadcast looks to programs: the same JSON in answers of the API, in webhooks and in the feed."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from broadcasts import examples, ledger
from broadcasts.models import Broadcast, Recipient

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
PAUSES = {
    "by_hand": "somebody paused it",
    "stop_rule": "too many failed",
    "quality_low": "WhatsApp rates the quality of the number as low",
    "number_flagged": "WhatsApp has flagged the number",
    "limit_lowered": "WhatsApp lets the number begin with fewer people a day",
    "account_restricted": "Meta lets the account answer, but not begin",
    "template_not_approved": "Meta has paused or withdrawn the template",
    "number_not_connected": "the number is cut off from WhatsApp",
    "audience": "a filter of its recipients is none any more",
    "sender_off": "the sender is not in use",
    "sender_on_hold": "the sender's far end objects to it",
}
KEPT = 0  # S3-40
SHOWN_OF_CONTENT = ("name", "language", "components", "subject", "message", "offers_stop")


def listed(words):
    return "; ".join(f"`{word}`: {meaning}" for word, meaning in words.items())


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

    reason = serializers.CharField(help_text=listed(PAUSES))
    words = serializers.CharField(help_text="The same in a sentence.")


class BroadcastSerializer(serializers.ModelSerializer):
    example = examples.BROADCAST

    number_quality = serializers.SerializerMethodField(
        help_text="How WhatsApp rates the number: GREEN, YELLOW, RED or UNKNOWN; null where it was not asked yet."
    )
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
            "number_quality",
            "status",
            "pause",
            "template",
            "params",
            "scheduled_at",
            "created_at",
            "started_at",
            "finished_at",
            "stop_percent",
            "pauses_on_low_quality",
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
            "stop_percent": {"help_text": "It pauses when more of them than this fail, in percent; null: it does not."},
            "pauses_on_low_quality": {"help_text": "It pauses when WhatsApp thinks badly of the number."},
            "finished_at": {"help_text": "Since then nothing more leaves by itself."},
        }

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_template(self, broadcast):
        content = broadcast.content
        file_id = content.get("header_file")
        shown = {name: content[name] for name in SHOWN_OF_CONTENT if name in content}
        return shown | ({"attachments": [file_id]} if file_id else {})

    def get_number_quality(self, broadcast) -> str | None:
        return (broadcast.number.quality_rating or None) if broadcast.number else None

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
