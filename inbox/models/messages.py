"""Messages of a thread and the files they carry."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from inbox.models.nothing import nothing


class Message(models.Model):
    """Inbound, outbound, or an internal note.

    `content` has the shape of its kind as whatsapp.content documents it; `at` is Meta's time for inbound words and ours
    for outbound ones, and orders the thread; `id` is the order of arrival.
    """

    class Author(models.TextChoices):
        CUSTOMER = "customer"
        AGENT = "agent"
        AUTOMATION = "automation"
        BOT = "bot"
        INTEGRATION = "integration"
        BROADCAST = "broadcast"
        PHONE_APP = "phone_app", "WhatsApp Business app"

    class Status(models.TextChoices):
        RECEIVED = "received"  # inbound
        NOTED = "noted"  # an internal note goes nowhere
        HELD = "held"  # the number is on hold
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        DELIVERED = "delivered"
        READ = "read"
        PLAYED = "played"
        FAILED = "failed"
        UNCONFIRMED = "unconfirmed"  # may have been sent: Meta never answered

    # Kinds that change another message (`quoted`) instead of standing in the thread as a bubble.
    ANNOTATIONS = ("reaction", "edit", "deletion")

    thread = models.ForeignKey("inbox.Thread", on_delete=models.CASCADE, related_name="messages")
    # None: broadcasts, welcomes, survey answers stand in the thread but in no conversation.
    conversation = models.ForeignKey(
        "inbox.Conversation", null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    author_kind = models.CharField(max_length=12, choices=Author)
    author = models.ForeignKey("inbox.Agent", null=True, blank=True, on_delete=models.PROTECT, related_name="messages")
    # Sent by which program; its own relays and webhooks are signed for it.
    api_key = models.ForeignKey(
        "inbox.ApiKey", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=24)
    content = models.JSONField(default=dict)
    context = models.JSONField(default=dict, blank=True)
    text = models.TextField(blank=True, help_text="What search finds and the list shows.")
    raw = models.JSONField(null=True, blank=True, help_text="Meta's element, kept for kinds that are not understood.")
    status = models.CharField(max_length=12, choices=Status)
    at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    version = models.BigIntegerField(default=0)

    wamid = models.CharField(max_length=300, null=True, blank=True, unique=True)
    # Named by the sender's browser or program: a repeat is recognised.
    client_id = models.CharField(max_length=64, null=True, blank=True)
    quoted = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="quoted_by")
    quoted_wamid = models.CharField(max_length=300, blank=True)
    retry_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="retries")
    # This message answered the customer, whose oldest unanswered word had arrived then: if it fails, it is that again.
    answered_since = models.DateTimeField(null=True, blank=True)
    # What an answer to this very message may do; set by the sender, for example {"record_only": true}.
    on_answer = models.JSONField(default=dict, blank=True)

    # {"customer": "👍", "us": "❤️"}: the newest of each side.
    reactions = models.JSONField(default=dict, blank=True)
    # [{"text": ..., "until": iso}] earlier texts of an edited message, oldest first.
    revisions = models.JSONField(default=list, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    retry_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    error_code = models.IntegerField(null=True, blank=True)
    error_text = models.TextField(blank=True, help_text="Why it failed and what to do, in a sentence.")

    class Meta:
        constraints = [
            # The send lane: an order without a lock during HTTP.
            models.UniqueConstraint(fields=["thread"], condition=Q(status="sending"), name="one_in_flight_per_thread"),
            models.UniqueConstraint(
                fields=["author", "client_id"], condition=Q(client_id__isnull=False), name="client_id_once_per_author"
            ),
            models.CheckConstraint(
                condition=~Q(author_kind="agent") | Q(author__isnull=False), name="agents_message_names_agent"
            ),
        ]
        indexes = [
            # The thread, newest first.
            models.Index(fields=["thread", "-at", "-id"], name="message_of_thread"),
            # Catch-up of an open thread: what changed since a version.
            models.Index(fields=["thread", "version"], name="message_changed"),
            # The send lane of a thread and the sweep over all of them.
            models.Index(
                F("thread"), F("id"), condition=Q(status__in=["queued", "sending", "held"]), name="message_to_send"
            ),
            # A key that is deleted lets go of its messages.
            models.Index(fields=["api_key"], condition=Q(api_key__isnull=False), name="message_of_key"),
            # A receipt or a reaction that came before its target finds it by the quoted id.
            models.Index(fields=["quoted_wamid"], condition=~Q(quoted_wamid=""), name="message_quoted_wamid"),
        ]

    @property
    def is_inbound(self):
        return self.author_kind == self.Author.CUSTOMER

    @property
    def is_note(self):
        return self.status == self.Status.NOTED

    def has_no_files(self):
        """Whoever knows says so: then nobody who shows or sends it asks for them."""
        self._prefetched_objects_cache = {"attachments": nothing(Attachment)}


def attachment_path(attachment, filename):
    """Files lie by day under an unguessable name; the real one is kept in the row."""
    return f"attachments/{timezone.now():%Y/%m/%d}/{attachment.token}"


class Attachment(models.Model):
    """A file of a message. Served only to those who may see the conversation."""

    class Status(models.TextChoices):
        PENDING = "pending"  # inbound, still at Meta
        STORED = "stored"
        FAILED = "failed"

    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments")
    uploaded_by = models.ForeignKey("inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Uploaded by a program with it.
    api_key = models.ForeignKey("inbox.ApiKey", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    token = models.UUIDField(unique=True)
    status = models.CharField(max_length=10, choices=Status)
    kind = models.CharField(max_length=12, help_text="image, video, audio, document or sticker")
    mime_type = models.CharField(max_length=150, blank=True)
    filename = models.CharField(max_length=255, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    file = models.FileField(upload_to=attachment_path, blank=True, max_length=255)
    media_id = models.CharField(max_length=100, blank=True, help_text="Meta's id: 7 days inbound, 30 days uploaded.")
    uploaded_at = models.DateTimeField(null=True, blank=True, help_text="When Meta got our file.")
    sha256 = models.CharField(max_length=100, blank=True)
    is_kept = models.BooleanField(default=False, help_text="Part of somebody's settings: never forgotten as unsent.")
    created_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error_text = models.TextField(blank=True)

    class Meta:
        indexes = [
            # The sweep: what still has to be fetched from Meta.
            models.Index(fields=["retry_at"], condition=Q(status="pending"), name="attachment_pending"),
            # The clean-up of uploads that were never sent.
            models.Index(fields=["created_at"], condition=Q(message__isnull=True), name="attachment_unsent"),
        ]


def with_files_known(messages):
    """Each with `has_files`: whether there is anything to ask for."""
    return messages.annotate(has_files=Exists(Attachment.objects.filter(message=OuterRef("pk"))))
