"""The ledger: one row for each recipient, and the counts that are kept with it."""

from django.db import models
from django.db.models import F, Q, Value
from django.utils import timezone

from broadcasts.models.broadcasts import Broadcast

# A broadcast's counts are spread over so many rows, so that workers who count at once do not wait for one another.
SHARDS = 8


class Recipient(models.Model):
    """One of the people of a broadcast, and what became of their message.

    queued -> sending -> sent -> delivered -> read
       |         \\-> failed (back to queued where another try is worth it; a late `delivered` proves otherwise)
       \\-> skipped, cancelled

    `address` is a phone (E.164), WhatsApp's user id where no phone is known, or an email address. `params` are the
    recipient's own values; what they lack comes from the contact, then from the broadcast's defaults. `files` are ids
    of what only they get: on WhatsApp the inbox.Attachment above the text, by email BroadcastFiles. `reason` is a
    stable word or, from WhatsApp, `whatsapp_<code>`; `words` say it to a person.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        DELIVERED = "delivered"
        READ = "read"
        FAILED = "failed"
        SKIPPED = "skipped"
        CANCELLED = "cancelled"

    DUPLICATE = "duplicate"
    # What still has to end before a broadcast is finished.
    OPEN = (Status.QUEUED, Status.SENDING)

    # Each of the indexes below begins with it: one of its own would only cost.
    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="recipients", db_index=False)
    shard = models.PositiveSmallIntegerField(default=0)
    contact = models.ForeignKey(
        "inbox.Contact", null=True, blank=True, on_delete=models.SET_NULL, related_name="broadcast_recipients"
    )
    address = models.CharField(max_length=254)
    params = models.JSONField(default=dict, blank=True)
    files = models.JSONField(default=list, blank=True, db_default=Value([], models.JSONField()))

    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    reason = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Not before: now, after a pause, or in the recipient's morning.
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True, help_text="Sending without a message: at most so long.")
    # The message that stands in the thread (WhatsApp); after another try the newest one.
    message = models.OneToOneField(
        "inbox.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="recipient"
    )
    # The request left then, and its outcome is not known yet (email, SMS): from here on a lost worker leaves a doubt.
    left_at = models.DateTimeField(null=True, blank=True)
    external_id = models.CharField(max_length=300, blank=True, help_text="The provider's id (email, SMS).")
    sent_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(default=timezone.now, help_text="When the status last changed.")

    class Meta:
        constraints = [
            # One recipient, one row: whoever is named again is said to be a duplicate.
            models.UniqueConstraint(
                fields=["broadcast", "address"],
                condition=~Q(reason="duplicate") & ~Q(address=""),
                name="recipient_once_per_broadcast",
            ),
            models.CheckConstraint(
                condition=~Q(reason="duplicate") | Q(status="skipped"), name="recipient_duplicate_is_skipped"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["failed", "skipped"]) | ~Q(reason=""), name="recipient_says_why"
            ),
            models.CheckConstraint(condition=Q(shard__lt=SHARDS), name="recipient_shard_exists"),
        ]
        indexes = [
            # The couriers: who is next.
            models.Index(F("broadcast"), F("due_at"), F("id"), condition=Q(status="queued"), name="recipient_next"),
            # The ledger's pages, all of them or those in one status; is there anybody left?
            models.Index(fields=["broadcast", "id"], name="recipient_of_broadcast"),
            models.Index(fields=["broadcast", "status", "id"], name="recipient_in_status"),
            # The sweep over claims of email and SMS whose worker was lost.
            models.Index(fields=["claimed_until"], condition=Q(status="sending"), name="recipient_claimed"),
            # The cap per contact: what did they get lately?
            models.Index(fields=["contact", "sent_at"], condition=Q(sent_at__isnull=False), name="recipient_got"),
            # A provider's news finds its recipient.
            models.Index(fields=["external_id"], condition=~Q(external_id=""), name="recipient_external_id"),
        ]

    def __str__(self):
        return f"Recipient {self.pk} of broadcast {self.broadcast_id}"


class Tally(models.Model):
    """How many of a broadcast's recipients stand in which status: kept with every move, never counted.

    A recipient is always counted in the row of its own shard, so none of them can fall below nought.
    """

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="tallies")
    shard = models.PositiveSmallIntegerField()
    queued = models.PositiveIntegerField(default=0)
    sending = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["broadcast", "shard"], name="tally_once_per_shard"),
            models.CheckConstraint(condition=Q(shard__lt=SHARDS), name="tally_shard_exists"),
        ]

    def __str__(self):
        return f"Tally {self.shard} of broadcast {self.broadcast_id}"
